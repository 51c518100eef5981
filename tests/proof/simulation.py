"""One customer in virtual time: a seed drives writers, retries, the clock, expiry, refreshes, definitions and crashes.

The store is the embedded one, on a file. When no call is in progress, what shows is compared with the plain merge of
the source and the stored updates, now and at every later end; what was acknowledged must be stored, and nothing else.
A failure names its seed, and `replay(seed)` repeats it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from support import NOW, Clock, definition, in_json, profile
from support.oracle import merge

from function_app.domain.access import Sender
from function_app.domain.definition import instance_of
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.domain.query import Equals, ProfileQuery, Sorting, holds
from function_app.domain.validity import RequestedValidity
from function_app.errors import ServiceError
from function_app.services.end_updates import EndUpdates
from function_app.services.erased import Erased
from function_app.services.instances import CompiledInstance
from function_app.services.refresh.landing import Landing
from function_app.services.update_profile import UpdateProfile, UpdateRequest
from function_app.store.embedded import EmbeddedStore, database

from .finding import Finding
from .virtual_loop import run

ADA, STEPS, LATER, SEEDS_A_FILE = "ada", 24, 3, 100
MICRO = timedelta(microseconds=1)
SENDER = Sender("simulation", "app")
FAR = NOW + timedelta(days=2)


class SimulationError(AssertionError):
    """A promise was broken under a seed."""


@dataclass
class Intent:
    """An update that a client sends until it is acknowledged."""

    request: UpdateRequest
    acknowledged: bool = False


@dataclass
class World:
    """One instance with one customer, in a file that other seeds use too."""

    folder: Path
    seed: int
    chance: Random
    clock: Clock = field(default_factory=Clock)
    intents: list[Intent] = field(default_factory=list)
    crashes: int = 0

    def __post_init__(self) -> None:
        self.instance = f"seed-{self.seed}"
        other = definition()
        other["entities"][0]["attributes"][4]["dataType"] = "Edm.String"  # Points
        self.models = [CompiledInstance(instance_of(self.instance, each)) for each in (definition(), other)]
        self.model = self.models[0]
        self.source: dict[str, Any] = profile(ADA, City="source", Points=0)
        self.coming: dict[str, Any] | None = None
        self.store = EmbeddedStore(self.folder)

    async def live(self) -> None:
        """Let the seed choose what happens, and check when no call is in progress."""
        await self._refresh()
        for _ in range(STEPS):
            for act in self.chance.sample(self._acts(), self.chance.randint(1, 4)):
                asyncio.create_task(act())  # noqa: RUF006  # `_rest` waits for all
                for _ in range(self.chance.randint(0, 6)):
                    await asyncio.sleep(0)
            if self.chance.random() < 0.15:
                await self._crash()
            else:
                await self._rest()
            await self._check()
            self.clock.advance(seconds=self.chance.choice((0, 0, 1, 2, 5)))
        await self.store.close()

    def _acts(self) -> list[Callable[[], Coroutine[Any, Any, None]]]:
        ends = [self._end, self._revert, self._land]
        return [self._update] * 4 + [self._retry] * 2 + [self._refresh, self._settle, self._settle, self._define, *ends]

    async def _update(self) -> None:
        chance = self.chance
        names = chance.sample(["City", "Points", "FullName"], chance.randint(1, 2))
        number = len(self.intents)
        values = {"City": f"c{number}", "FullName": f"f{number}", "Points": number}
        if self.model is self.models[1]:
            values["Points"] = f"p{number}"
        body = {name: values[name] if chance.random() < 0.9 else None for name in names}
        ago = chance.choice((0, 0, 0, 1, 3))
        occurred = format_instant(self.clock() - timedelta(seconds=ago)) if ago else None
        timing = RequestedValidity(valid_for=f"PT{chance.choice((1, 2, 4, 9, 30))}S", occurred_at=occurred)
        intent = Intent(UpdateRequest(ADA, body, timing, "simulation", f"u{number}"))
        self.intents.append(intent)
        await self._send(intent)

    async def _retry(self) -> None:
        """Send again what was not acknowledged, or once more what was, or other content with an id that was used."""
        known = [intent for intent in self.intents if intent.acknowledged]
        lost = [intent for intent in self.intents if not intent.acknowledged]
        if lost:
            await self._send(self.chance.choice(lost))
        elif known:
            await self._send(self.chance.choice(known))

    async def _send(self, intent: Intent) -> None:
        now = self.clock()
        try:
            updated = await UpdateProfile(self.store, Erased(self.store))(self.model, intent.request, now)
        except ServiceError as error:
            if error.faults[0].code not in {"WrongType", "ValidUntilPassed"}:  # by the other definition
                raise SimulationError(f"{intent.request} was answered {error}") from error
            return
        intent.acknowledged = True
        if not updated.is_repeated and updated.update.valid_until <= now:
            raise SimulationError("an update ended before it began")

    async def _refresh(self) -> None:
        number = self.chance.randrange(1_000)
        self.coming = profile(ADA, City=f"s{number}", FullName=self.chance.choice((None, f"s{number}")))
        if self.model is self.models[0]:
            self.coming["Points"] = number
        kept = await self.store.customers.read(self.instance, ADA, self.model.fitting, self.clock())
        if kept and self.chance.random() < 0.3:
            self.coming = {name: kept.attributes.get(name) for name in self.coming}  # so that something lands
        loaded, digests = in_json(self.coming), {ADA: f"{number}{self.model.fitting.form}"}
        coming, fitting = self.coming, self.model.fitting
        await self.store.customers.write_sources(self.instance, loaded, fitting, self.clock(), digests)
        self.source, self.coming = coming, None

    async def _settle(self) -> None:
        await self.store.customers.settle(self.instance, self.model.fitting, self.clock(), 9)

    async def _end(self) -> None:
        """End an update, which may not be there."""
        with suppress(ServiceError):
            update_id = f"u{self.chance.randrange(len(self.intents) + 1)}"
            await EndUpdates(self.store, Erased(self.store)).one(self.model, ADA, update_id, SENDER, self.clock())

    async def _revert(self) -> None:
        names = self.chance.choice((None, ["City"], ["City", "FullName"]))
        await EndUpdates(self.store, Erased(self.store)).attributes(self.model, ADA, names, SENDER, self.clock())

    async def _land(self) -> None:
        now = self.clock()
        async for _ in Landing(self.store, self.model, now, now)():
            pass

    async def _define(self) -> None:
        if self.chance.random() < 0.3:
            self.model = self.models[self.model is self.models[0]]

    async def _rest(self) -> None:
        """Wait until no call is in progress."""
        for result in await asyncio.gather(*_others(), return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _crash(self) -> None:
        """Kill the process: what was not committed is lost, and no call is answered."""
        self.crashes += 1
        others = _others()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.store.customers._db.let_go()  # noqa: SLF001
        self.store = EmbeddedStore(self.folder)
        there = (await self.store.customers.read_sources(self.instance, [ADA])).get(ADA)
        if there is not None and there == self.coming:
            self.source = self.coming
        self.coming = None

    async def _check(self) -> None:
        """Compare what shows with the plain merge, at every instant at which something changes."""
        customers, now = self.store.customers, self.clock()
        there = await customers.read_sources(self.instance, [ADA])
        if not there:
            self._hold(self.crashes > 0, "the customer is gone")
            await self._refresh()
        fed = await self.store.feed.read_received(self.instance, "", FAR, 1_000)
        updates = [entry.item for entry in fed]
        self._check_stored(updates)
        ends = {update.valid_until for update in updates if update.valid_until > now}
        later = sorted(ends | {end - MICRO for end in ends})
        await self._check_at(updates, now)
        await self._check_list(updates, now)
        for instant in self.chance.sample(later, min(len(later), LATER)):
            await self._check_at(updates, instant)

    def _check_stored(self, updates: Iterable[Update]) -> None:
        ids = [update.update_id for update in updates]
        sent = {intent.request.repeat_id for intent in self.intents}
        lost = {intent.request.repeat_id for intent in self.intents if intent.acknowledged} - {*ids}
        self._hold(len(ids) == len(set(ids)), "an update is there twice")
        self._hold({*ids} <= sent, "an update is there that nobody sent")
        self._hold(not lost, f"acknowledged, and not there: {lost}")

    async def _check_at(self, updates: list[Update], at: datetime) -> None:
        customers, fitting = self.store.customers, self.model.fitting
        merged = merge(self.source, updates, at, fitting)
        raw = await customers.read_json(self.instance, ADA, fitting, at)
        self._same(json.loads(raw or "null"), merged.attributes, f"what shows at {at}")
        kept = await customers.read(self.instance, ADA, fitting, at)
        if kept is None:
            raise SimulationError(f"seed {self.seed}: gone")
        winners = {name: winner.update_id for name, winner in kept.live.items()}
        self._same(winners, {name: update.update_id for name, update in merged.winners.items()}, f"winners at {at}")
        self._same(dict(kept.source), self.source, "the source")

    async def _check_list(self, updates: list[Update], at: datetime) -> None:
        customers, fitting = self.store.customers, self.model.fitting
        merged = merge(self.source, updates, at, fitting)
        condition = Equals("City", (merged.attributes["City"],))
        found = await customers.find(self.instance, ProfileQuery(condition, Sorting("City"), fitting), 9, at)
        listed = [*found.rows, *(row for row in found.due if holds(condition, row))]
        self._same(listed, [merged.attributes], f"the list at {at}")

    def _same(self, one: Any, other: Any, what: str) -> None:
        self._hold(one == other, f"{what}: {one} is not {other}")

    def _hold(self, is_held: bool, what: str) -> None:  # a truth
        if not is_held:
            raise SimulationError(f"seed {self.seed}: {what}")


@contextmanager
def ignoring_the_time() -> Iterator[None]:
    """Let commits and changes take their turns as if no time passed, so that each run of a seed is the same."""
    limits = {"_QUICK_S": 0.0, "_HOLD_S": inf}  # commits wait for their turn, and changes do not, whatever the disk
    before = {name: getattr(database, name) for name in limits}
    vars(database).update(limits)
    try:
        yield
    finally:
        vars(database).update(before)


def _others() -> list[asyncio.Task[Any]]:
    """Return all tasks but the current one, in the order in which they were made."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    return sorted(others, key=lambda task: int(task.get_name().removeprefix("Task-")))


@ignoring_the_time()
def replay(seed: int, folder: Path) -> World:
    """Run one seed; SimulationError, with the seed in it, if a promise is broken."""
    world = World(folder, seed, Random(seed))  # noqa: S311  # what happens, no secret
    try:
        run(world.chance, world.live())
    except SimulationError:
        raise
    except Exception as error:
        raise SimulationError(f"seed {seed}: {type(error).__name__}: {error}") from error
    return world


def simulate(seeds: Iterable[int]) -> tuple[int, int]:
    """Run some seeds on separate files; return how many updates were acknowledged, and the crashes."""
    updates = crashes = 0
    with TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:  # noqa: S108
        for number, seed in enumerate(seeds):
            world = replay(seed, Path(name) / str(number // SEEDS_A_FILE))
            updates += sum(intent.acknowledged for intent in world.intents)
            crashes += world.crashes
    return updates, crashes


def simulation(seeds: int) -> Finding:
    """Run the first seeds, on all processors."""
    parts = [range(start, min(start + SEEDS_A_FILE, seeds)) for start in range(0, seeds, SEEDS_A_FILE)]
    if len(parts) == 1:
        figures = [simulate(part) for part in parts]
    else:
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
            figures = [*processes.map(simulate, parts)]
    updates, crashes = map(sum, zip(*figures, strict=True))
    seen = f"{seeds:,} seeds: {updates:,} updates, {crashes:,} crashes; what shows is the merge, always"
    return Finding("in any course of events, what shows is the merge of what is stored", seen)
