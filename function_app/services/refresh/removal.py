"""Remove the customers that a complete snapshot does not have."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from function_app.bulk import run_in_background
from function_app.domain.entity import CUSTOMER_ID, Instance
from function_app.domain.job import NOTHING, Counts, Report
from function_app.services.erased import Erased, Watch
from function_app.services.instances import CompiledInstance
from function_app.services.key_ring import keys_of
from function_app.services.refresh.key_changes import BATCH_SIZE, release_activities
from function_app.services.refresh.problem import repeating_rows
from function_app.source.files import Part, Snapshots
from function_app.source.layout import Layout
from function_app.store.port import Store

if TYPE_CHECKING:
    from function_app.source.ids import Ids

ID_BATCH_SIZE, IDS_IN_MEMORY = 8_192, 2_000_000
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Removal:
    """What may be removed after the loaded parts of a snapshot.

    `sound` are the files of which no row was rejected; `allowed` is the share of customers that may go; `incomplete` is
    why none may.
    """

    parts: Sequence[Part]
    sound: Collection[str]
    loaded: Counts
    allowed: float
    incomplete: str | None


class Doubled:
    """Ids that a snapshot has more than once."""

    def __init__(self) -> None:
        self._count, self._some = 0, list[str]()

    def add(self, ids: Ids) -> None:
        """Count those of some ids."""
        count, some = ids.doubled(_SHOWN)
        self._count += count
        self._some = [*self._some, *some][:_SHOWN]

    def warnings(self) -> list[str]:
        """Return a warning if there are any."""
        return [repeating_rows("Rows", CUSTOMER_ID, self._count, self._some)] if self._count else []


class RemoveCustomers:
    def __init__(self, store: Store, erased: Erased, snapshots: Snapshots) -> None:
        self._store, self._erased, self._snapshots = store, erased, snapshots

    async def __call__(
        self, model: CompiledInstance, removal: Removal, now: datetime
    ) -> AsyncGenerator[tuple[Counts, Report]]:
        """Remove the customers that a complete snapshot, loaded before, does not have, and report how many.

        No customer is removed if the snapshot is not complete, or if more than the allowed share would be. Erased
        persons that a complete snapshot does not have are no longer refused.
        """
        instance_id, doubled, missing = model.instance.instance_id, Doubled(), list[str]()
        count = await self._store.customers.count(instance_id)
        turns = max((removal.loaded.rows - 1) // IDS_IN_MEMORY + 1, 1)
        watch = await self._erased.watch(instance_id, now)
        for turn in range(turns):
            there = await run_in_background(self._ids, model, removal, watch, turn, turns)
            doubled.add(there)
            if removal.incomplete is None and (removal.loaded.rejected or len(there) < count):
                missing += [one async for one in self._missing(instance_id, there, turn, turns)]
                yield Counts(), NOTHING
        if removal.incomplete is None:
            await self._erased.release(instance_id, watch)
        yield Counts(), Report(warnings=[*doubled.warnings(), *_not_removed(removal, len(missing), count)])
        if removal.incomplete is None and len(missing) <= removal.allowed * count:
            for start in range(0, len(missing), BATCH_SIZE):
                some = missing[start : start + BATCH_SIZE]
                await self._remove(model.instance, some, now)
                yield Counts(removed=len(some)), NOTHING

    async def _missing(self, instance_id: str, there: Ids, turn: int, turns: int) -> AsyncGenerator[str]:
        after = ""
        while page := await self._store.customers.find_ids(instance_id, after, ID_BATCH_SIZE):
            mine = _of_turn(page, turn, turns)
            for one in await run_in_background(there.missing, mine) if mine else ():
                yield one
            after = page[-1]

    def _ids(self, model: CompiledInstance, removal: Removal, watch: Watch, turn: int, turns: int) -> Ids:
        from function_app.source.ids import Ids  # noqa: PLC0415  # pyarrow: only a refresh needs it

        lists = (ids for part in removal.parts for ids in self._read_ids(model, part, part.file in removal.sound))
        return Ids(_of_turn(ids, turn, turns) for ids in watch.seeing(lists))

    def _read_ids(self, model: CompiledInstance, part: Part, is_sound: bool) -> Iterator[list[str]]:  # noqa: FBT001
        from function_app.source.reader import read_ids  # noqa: PLC0415  # pyarrow: only a refresh needs it

        with self._snapshots.open(part) as stream:
            customer = model.instance.customer
            yield from read_ids(stream, part.file, customer, Layout.of(customer), is_sound=is_sound)

    async def _remove(self, instance: Instance, customer_ids: Collection[str], now: datetime) -> None:
        """Remove profiles and keys; updates and activities stay, those without an end for the days of grace."""
        instance_id, until = instance.instance_id, now + instance.grace
        profiles = await self._store.customers.read_sources(instance_id, customer_ids)
        had = {key: owner for owner in profiles for key in keys_of(instance, profiles[owner], owner)}
        owners = await self._store.keys.find_customers(instance_id, had)
        await release_activities(
            self._store, instance, {key: had[key] for key, owner in owners.items() if owner != had[key]}, now
        )
        await self._store.keys.remove(instance_id, had)
        for customer_id in customer_ids:
            activities = await self._store.activities.read_of_customer(instance_id, customer_id, now)
            ending = [replace(activity, valid_until=until) for activity in activities if activity.valid_until is None]
            if ending and instance.grace:
                await self._store.activities.write_sources(instance_id, ending, now)
            elif ending:
                await self._store.activities.remove(instance_id, ending)
        await self._store.customers.remove(instance_id, customer_ids)


def _not_removed(removal: Removal, missing: int, count: int) -> list[str]:
    """Return a warning if customers that the snapshot does not have stay."""
    if removal.incomplete:
        return [f"No customer was removed: {removal.incomplete}."]
    if missing <= removal.allowed * count:
        return []
    share = f"{missing} of {count} customers are missing from the snapshot, more than {removal.allowed:.0%}"
    return [f"No customer was removed: {share}. If the snapshot is right, start a refresh with acceptRemovals=true."]


def _of_turn(ids: Sequence[str], turn: int, turns: int) -> Sequence[str]:
    """Return a share of ids that is the same for the source and the store."""
    return ids if turns == 1 else [key for key in ids if hash(key) % turns == turn]
