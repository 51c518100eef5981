"""Refreshes from damaged snapshots: no intact row is lost or changed, none has data of another row, all is reported."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Literal
from unittest.mock import patch

from support import INSTANCE, Clock

from function_app.domain.job import Job, Task, total, warnings_of
from function_app.domain.profile import Update
from function_app.domain.validity import RequestedValidity
from function_app.services.refresh import customers, removal
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.source import csv_part, reader, text
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

from .damage import KINDS, Damage, letter_replaced, of_text
from .finding import Finding
from .rewriting import REWRITES
from .sources import NORTHWIND, Source, sources
from .strict import Reading, Record, allowed, read_text

SECONDS = 60
CONTENT = "letter replaced"
ALL_KINDS = (*KINDS, CONTENT, *REWRITES)
PER_STORE = 120
Result = Literal["reported", "refused", "content", "same"]
_FOLDER = Path("/dev/shm") if Path("/dev/shm").exists() else None  # noqa: S108  # no promise about disks is tested here


@dataclass(frozen=True, slots=True)
class Ended:
    """A refresh that has ended."""

    job: Job
    tasks: Sequence[Task]

    @property
    def is_reported(self) -> bool:
        has_message = self.job.message or warnings_of(self.job, self.tasks)
        return bool(self.job.status != "successful" or has_message or total(self.tasks).rejected)


class Trial:
    """An instance with the customers of a source, some with live updates, to refresh from damaged snapshots."""

    def __init__(self, folder: Path, source: Source, services: Services, clock: Clock) -> None:
        self._folder, self._source, self._services, self._clock = folder, source, services, clock
        self.customers: Mapping[str, Record] = {}
        self._updates: Mapping[str, tuple[Update, ...]] = {}

    async def begin(self) -> None:
        """Load the valid snapshot, and update some customers."""
        now = self._clock()
        await self._services.instances.define(INSTANCE, self._source.definition, now)
        await self.refresh({"c.csv": self._source.text})
        self.customers = await self._stored()
        if self.customers != self._source.customers:
            raise AssertionError("the valid snapshot is not loaded as it is")
        model, attribute = await self._services.instances.get(INSTANCE, now), self._source.columns[1].attribute
        for key in list(self.customers)[3::12]:
            request = UpdateRequest(key, {attribute: f"live {key}"}, RequestedValidity())
            await self._services.update_profile(model, request, now)
        self._updates = await self._live()

    async def restore(self) -> None:
        """Load the valid snapshot again: everything must be as before."""
        ended = await self.refresh({"c.csv": self._source.text})
        assert (ended.job.status, await self._stored()) == ("successful", self.customers)
        assert await self._live() == self._updates

    async def refresh(self, files: Mapping[str, bytes]) -> Ended:
        """Refresh from a snapshot of these files."""
        folder = self._folder / "snapshots" / INSTANCE / "Customer"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        refresh = self._services.refresh
        job = await refresh.start(INSTANCE, "onDemand", self._clock(), accept_removals=True)
        async with asyncio.timeout(SECONDS):
            while job.is_running:
                await asyncio.sleep(0.001)
                job = await refresh.get(INSTANCE, job.job_id)
        return Ended(job, await refresh.tasks(INSTANCE, job.job_id))

    async def examine(self, damage: Damage) -> tuple[Result, list[str]]:
        """Refresh from a damaged snapshot; return what came of it, and which promises are broken."""
        try:
            ended = await self.refresh(damage.files)
        except TimeoutError:
            return "refused", ["the job does not end"]
        found, live = await self._stored(), await self._live()
        problems = list(self._problems(damage, ended, found))
        problems += [f"the live update of {key} is lost" for key in self._updates.keys() - live.keys() if key in found]
        if found != self.customers:
            await self.restore()
        if ended.job.status != "successful":
            return "refused", problems
        if ended.is_reported:
            return "reported", problems
        return "same" if found == self.customers else "content", problems

    def _problems(self, damage: Damage, ended: Ended, found: Mapping[str, Record]) -> Iterator[str]:
        old = self.customers
        gone = len(old.keys() - found.keys())
        if total(ended.tasks).removed != gone:
            yield f"{gone} customers are removed, reported are {total(ended.tasks).removed}"
        if "correlation id" in (ended.job.message or ""):
            yield f"the damage is not foreseen: {ended.job.message}"
        if damage.expect == "read":
            yield from self._misread(damage, ended, found)
        elif damage.expect != "ended":
            wanted = {key: old[key] for key in damage.intact} if damage.expect == "fewer" else old
            changed = [key for key in {*wanted, *found} if wanted.get(key) != found.get(key)]
            yield from (f"{key} has changed to {found.get(key)}" for key in changed)
            if damage.expect != "kept" and ended.is_reported != (damage.expect == "reported"):
                yield f"{damage.expect} was expected; reported is {_reports(ended)}"

    def _misread(self, damage: Damage, ended: Ended, found: Mapping[str, Record]) -> Iterator[str]:
        reading = Reading()
        for place, content in enumerate(damage.texts):
            starts = damage.starts[place] if damage.starts else ()
            reading.add(read_text(content, damage.delimiter, self._source.columns, starts))
        reading.faults += _doubled(reading)
        if damage.is_gap or not any(row.record for row in reading.rows):
            reading.is_whole = False
            reading.faults.append("no rows, or a part is missing")
        yield from self._unallowed(damage, ended, found, reading)
        if reading.faults and not ended.is_reported:
            yield f"not reported: {reading.faults[:3]}"

    def _unallowed(self, damage: Damage, ended: Ended, found: Mapping[str, Record], reading: Reading) -> Iterator[str]:
        old = self.customers
        may_be_refused = ended.job.status != "successful"
        options = allowed(reading, old, self._source.columns, may_be_refused=may_be_refused)
        said = Counter(row.customer_id for row in (*reading.rows, *reading.later))
        for key in {*old, *found}:
            now = found.get(key)
            is_gone = now is None and reading.is_whole and not said[key]
            if key in damage.intact and now != old[key] and said[key] < 2 and not is_gone:
                yield f"the intact {key} is now {now}"
            if now not in options.get(key, [None]):
                yield f"{key} is now {now}, of {options.get(key)}"
            if damage.content and now != old.get(key):
                before, (changed, attribute) = old[key], damage.content
                if now is None or key != changed or {**now, attribute: before[attribute]} != before:
                    yield f"{key} is now {now} after a change of {damage.content}"

    async def _stored(self) -> dict[str, Record]:
        customers = self._services.store.customers
        ids = await customers.find_ids(INSTANCE, "", 1_000)
        return {key: dict(held) for key, held in (await customers.read_sources(INSTANCE, ids)).items()}

    async def _live(self) -> Mapping[str, tuple[Update, ...]]:
        found = await self._services.store.customers.find_updated(INSTANCE, "", 1_000, self._clock())
        return {customer.customer_id: customer.updates for customer in found if customer.updates}


def _doubled(reading: Reading) -> list[str]:
    counts = Counter(row.customer_id for row in reading.rows if row.record and row.sure)
    doubled = [key for key, count in counts.items() if count > 1]
    return [f"{doubled} are there twice"] if doubled else []


def _reports(ended: Ended) -> str:
    warnings = warnings_of(ended.job, ended.tasks)
    return f"{ended.job.status}, {ended.job.message}, {warnings}, {total(ended.tasks)}"


@asynccontextmanager
async def trial(source: Source) -> AsyncIterator[Trial]:
    """Yield an instance that has loaded a source."""
    with TemporaryDirectory(dir=_FOLDER) as name:
        folder, clock = Path(name), Clock()
        services = Services(EmbeddedStore(folder / "data"), Snapshots(str(folder / "snapshots")), clock=clock)
        found = Trial(folder, source, services, clock)
        try:
            await found.begin()
            yield found
        finally:
            await services.close()


def damaged(kind: str, random: Random, source: Source) -> Damage:
    """Damage a source in one way."""
    if kind == CONTENT:
        return letter_replaced(random, source)
    return of_text(kind, random, source) if kind in KINDS else REWRITES[kind](random, source)


@dataclass(slots=True)
class Tally:
    """What came of damages, by kind, and those that broke a promise."""

    results: Counter[tuple[str, Result]]
    broken: list[tuple[str, str, int, Damage, list[str]]]

    def count(self, *results: Result) -> int:
        return sum(count for (_, result), count in self.results.items() if result in results)


async def damage_in_turn(source: Source, kinds: Sequence[str], count: int, seed: int, tally: Tally) -> None:
    """Damage a source this number of times, each kind in turn."""
    async with trial(source) as tried:
        for number in range(count):
            kind = kinds[number % len(kinds)]
            found = damaged(kind, Random(f"{source.name} {seed} {number}"), source)  # noqa: S311  # no secret
            result, problems = await tried.examine(found)
            tally.results[kind, result] += 1
            if problems:
                tally.broken.append((source.name, kind, number, found, problems))


@contextmanager
def in_small_pieces() -> Iterator[None]:
    """Have the product read and write in so small pieces that a small snapshot has many."""
    sizes = {
        (text, "READ_BYTES"): 64,
        (csv_part, "BLOCK_BYTES"): 300,
        (reader, "ROWS"): 5,
        (customers, "BATCH_SIZE"): 3,
        (removal, "BATCH_SIZE"): 3,
        (removal, "ID_BATCH_SIZE"): 7,
        (removal, "IDS_IN_MEMORY"): 15,
    }
    with ExitStack() as changed:
        for (module, name), size in sizes.items():
            changed.enter_context(patch.object(module, name, size))
        yield


def damaged_snapshots(count: int) -> Finding:
    """Damage the sources this number of times in total, refresh from each, and compare the customers."""
    tally, done, seed = Tally(Counter(), []), 0, 0
    while done < count:
        for source in sources(seed):
            some = min(PER_STORE, count - done)
            with in_small_pieces() if seed % 2 else nullcontext():
                asyncio.run(damage_in_turn(source, _from(seed), some, seed, tally))
            done += some
        seed += 1
    if tally.broken:
        raise AssertionError(f"{len(tally.broken)} of {count} damaged snapshots break a promise: {tally.broken[0]}")
    without = "" if NORTHWIND.exists() else ", without Northwind, which is not there"
    seen = (
        f"{count:,} damages in {len(ALL_KINDS)} ways{without}: 0 rows lost, changed or mixed, 0 jobs stuck; "
        f"{tally.count('reported'):,} reported, {tally.count('refused'):,} refused, "
        f"{tally.count('content'):,} other valid content, {tally.count('same'):,} without effect"
    )
    return Finding("a damaged snapshot loses, changes and mixes no intact row, and is reported", seen)


def _from(seed: int) -> Sequence[str]:
    """Return all kinds, beginning with another one for each seed."""
    start = seed * PER_STORE % len(ALL_KINDS)
    return (*ALL_KINDS[start:], *ALL_KINDS[:start])
