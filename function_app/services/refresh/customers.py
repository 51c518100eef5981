"""Refresh Customer: profiles that changed with their key rings, and those that are gone.

Whatever is cut off in between is found again by doing it again: a profile is written after all that follows from it,
and removed after all that goes with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_64_hexdigest

from function_app.bulk import prefetch, run_in_background
from function_app.domain.activity import Activity, SourceKey
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Instance
from function_app.domain.job import Counts
from function_app.domain.profile import Attributes
from function_app.services.instances import CompiledInstance
from function_app.services.key_ring import keys_of
from function_app.source.files import Part, Snapshots
from function_app.source.told import NOTHING, Told
from function_app.store.port import Store

if TYPE_CHECKING:
    from function_app.source.ids import Ids

BATCH_SIZE, ID_BATCH_SIZE, IDS_IN_MEMORY = 1_024, 8_192, 2_000_000


@dataclass(frozen=True, slots=True)
class _Rows:
    """A batch of rows: their CustomerIds, the rows in JSON, and their attributes that hold source keys.

    Of several rows of one customer the last counts: the digest is its.
    """

    ids: Sequence[str]
    texts: Sequence[bytes]
    digests: Mapping[str, str]
    keys: Mapping[str, Sequence[Any]]
    told: Told

    def changes(self, instance: Instance, old: Mapping[str, Attributes | None]) -> _Changes:
        """Return what is to be written for some customers, whose profiles were these."""
        numbers = {key: number for number, key in enumerate(self.ids) if key in old}
        had, has = dict[SourceKey, str](), dict[SourceKey, str]()
        for customer_id, number in numbers.items():
            has |= keys_of(instance, {name: values[number] for name, values in self.keys.items()}, customer_id)
            had |= keys_of(instance, old[customer_id] or {}, customer_id)
        return _Changes(
            {key: self.texts[number] for key, number in numbers.items()},
            {key: self.digests[key] for key in numbers},
            {key: owner for key, owner in had.items() if has.get(key) != owner},
            {key: owner for key, owner in has.items() if had.get(key) != owner},
        )


@dataclass(frozen=True, slots=True)
class _Changes:
    """Profiles in JSON with their digests, by CustomerId, and the keys that they lose and gain."""

    profiles: Mapping[str, bytes]
    digests: Mapping[str, str]
    lost: Mapping[SourceKey, str]
    gained: Mapping[SourceKey, str]


class RefreshCustomers:
    def __init__(self, store: Store, snapshots: Snapshots) -> None:
        self._store, self._snapshots = store, snapshots

    async def load(self, model: CompiledInstance, part: Part, now: datetime) -> AsyncGenerator[tuple[Counts, Told]]:
        """Write the profiles of a part that changed, and yield what became of each batch of rows."""
        instance_id, writing, written = model.instance.instance_id, asyncio.create_task(_nothing()), list[str]()
        try:
            async with aclosing(prefetch(self._prepare(model, part))) as prepared:
                async for rows in prepared:
                    if not rows.digests.keys().isdisjoint(written):
                        await writing  # rows of the same customers, which these come after
                    changed = await self._store.customers.find_changed(instance_id, rows.digests)
                    ids = list(changed)
                    written = ids or written
                    for start in range(0, len(ids), BATCH_SIZE):
                        old = {key: changed[key] for key in ids[start : start + BATCH_SIZE]}
                        changes = await run_in_background(rows.changes, model.instance, old)
                        await writing
                        writing = asyncio.create_task(self._write(model.instance, changes, now))
                        yield Counts(len(old), len(old)), NOTHING
                    unchanged, rejected = len(rows.texts) - len(ids), rows.told.rejections
                    yield Counts(unchanged + rejected, 0, unchanged, rejected=rejected), rows.told
        finally:
            await writing

    def _prepare(self, model: CompiledInstance, part: Part) -> Iterator[_Rows]:
        from function_app.source.reader import read_part  # noqa: PLC0415  # pyarrow: only a refresh needs it

        required, held = (CUSTOMER_ID,), deque[_Rows](maxlen=2)  # let go of here: to free a batch takes its time
        with self._snapshots.open(part) as stream:
            for batch in read_part(
                stream,
                part.file,
                model.instance.customer,
                required,
                lambda record: model.customers.check_record(record, required),
            ):
                keys = {name: batch.column(name) for name, _ in model.instance.key_ring}
                ids, texts = batch.column(CUSTOMER_ID), batch.texts()
                digests = {key: xxh3_64_hexdigest(text) for key, text in zip(ids, texts, strict=True)}
                held.append(_Rows(ids, texts, digests, keys, batch.told))
                yield held[-1]

    async def _write(self, instance: Instance, changes: _Changes, now: datetime) -> None:
        await self._release(instance, changes.lost, now)
        if changes.gained:
            await self._store.keys.write(instance.instance_id, changes.gained)
        if changes.lost:
            await self._store.keys.remove(instance.instance_id, changes.lost)
        await self._store.customers.write_profiles(instance.instance_id, changes.profiles, changes.digests)

    async def _release(self, instance: Instance, lost: Mapping[SourceKey, str], now: datetime) -> None:
        """Park the activities that customers had by keys they have no more: they join whose the keys are now."""
        activities = self._store.activities
        for customer_id in set(lost.values()):
            released = []
            for activity in await activities.read_of_customer(instance.instance_id, customer_id, now):
                source_key = _source_key(instance, activity)
                if source_key is not None and lost.get(source_key) == customer_id:
                    parked = replace(activity, attributes={**activity.attributes, CUSTOMER_ID: None})
                    await activities.park(instance.instance_id, source_key, parked, now)
                    released.append(activity)
            if released:
                await activities.remove(instance.instance_id, released)

    async def remove_missing(
        self, model: CompiledInstance, parts: Collection[Part], loaded: Counts, now: datetime
    ) -> AsyncGenerator[Counts]:
        """Remove the customers that a complete snapshot, loaded before, does not have, and yield how many went."""
        instance_id, customers = model.instance.instance_id, self._store.customers
        turns = (loaded.rows - 1) // IDS_IN_MEMORY + 1
        for turn in range(turns):
            there, after = await run_in_background(self._ids, model, parts, turn, turns), ""
            if not loaded.rejected and len(there) == await customers.count_profiles(instance_id, None, frozenset()):
                return  # all of the snapshot are in the store, so nobody else is
            while page := await customers.find_ids(instance_id, after, ID_BATCH_SIZE):
                mine = _of_turn(page, turn, turns)
                gone = await run_in_background(there.missing, mine) if mine else []
                for start in range(0, len(gone), BATCH_SIZE):
                    await self._remove(model.instance, gone[start : start + BATCH_SIZE], now)
                    yield Counts(removed=len(gone[start : start + BATCH_SIZE]))
                after = page[-1]

    def _ids(self, model: CompiledInstance, parts: Collection[Part], turn: int, turns: int) -> Ids:
        from function_app.source.ids import Ids  # noqa: PLC0415  # pyarrow: only a refresh needs it

        return Ids(_of_turn(ids, turn, turns) for part in parts for ids in self._read_ids(model, part))

    def _read_ids(self, model: CompiledInstance, part: Part) -> Iterator[list[str]]:
        from function_app.source.reader import read_ids  # noqa: PLC0415  # pyarrow: only a refresh needs it

        with self._snapshots.open(part) as stream:
            yield from read_ids(stream, part.file, model.instance.customer)

    async def _remove(self, instance: Instance, customer_ids: Collection[str], now: datetime) -> None:
        instance_id = instance.instance_id
        profiles = await self._store.customers.read_profiles(instance_id, customer_ids)
        had = {key: owner for owner in profiles for key in keys_of(instance, profiles[owner], owner)}
        owners = await self._store.keys.find_customers(instance_id, had)
        await self._release(instance, {key: had[key] for key, owner in owners.items() if owner != had[key]}, now)
        await self._store.keys.remove(instance_id, had)
        for customer_id in customer_ids:
            activities = await self._store.activities.read_of_customer(instance_id, customer_id, now)
            if activities:
                await self._store.activities.remove(instance_id, activities)
        await self._store.customers.remove(instance_id, customer_ids)

    async def landed(self, model: CompiledInstance, now: datetime) -> AsyncGenerator[dict[str, Any]]:
        """Yield the live updates whose values the source holds now."""
        after = ""
        while page := await self._store.customers.find_updated(model.instance.instance_id, after, BATCH_SIZE, now):
            for customer in page:
                for update in customer.updates:
                    if all(customer.source.get(name) == value for name, value in update.attributes.items()):
                        names = sorted(update.attributes)
                        yield {"customerId": customer.customer_id, "updateId": update.update_id, "attributes": names}
            after = page[-1].customer_id


async def _nothing() -> None:
    pass


def _of_turn(ids: Sequence[str], turn: int, turns: int) -> Sequence[str]:
    """Return a share of ids that is the same for the source and the store."""
    return ids if turns == 1 else [key for key in ids if hash(key) % turns == turn]


def _source_key(instance: Instance, activity: Activity) -> SourceKey | None:
    entity = instance.by_name.get(activity.attributes["EntityName"] or "")
    if entity is None or entity.activity is None or entity.name == CUSTOMER:
        return None
    return SourceKey(entity.activity.customer_entity, activity.attributes["ActivityForeignKey"] or "")
