"""A store for a dry run: it decides what a write would do, and writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from function_app.domain.access import Change
from function_app.domain.activity import Activity, SourceKey
from function_app.domain.ending import remember
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Update
from function_app.domain.projection import Kept, add, project
from function_app.errors import Rejected
from function_app.store.port import Store
from function_app.store.port.activities import Activities, Keys
from function_app.store.port.customers import Added, Changed, ChangeUpdates, Customers


def dry_run(store: Store) -> Store:
    """Return a store for the writes of one request: later items of a batch see earlier ones, no other request does.

    It has only the methods that these writes call: another one can not write by mistake.
    """
    return cast("Store", _Store(_Customers(store.customers), _Activities(store.activities), _Access(), store.keys))


@dataclass(frozen=True, slots=True)
class _Store:
    customers: _Customers
    activities: _Activities
    access: _Access
    keys: Keys


class _Access:
    async def record_change(self, instance_id: str, change: Change) -> None:
        pass


@dataclass(frozen=True, slots=True)
class _Customers:
    real: Customers
    kept: dict[str, Kept] = field(default_factory=dict)

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        return await self.real.filter_existing(instance_id, customer_ids)

    async def read_updates(self, instance_id: str, customer_id: str, after: datetime) -> Sequence[Update]:
        return await self.real.read_updates(instance_id, customer_id, after)

    async def add_update(self, instance_id: str, update: Update, fitting: Fitting, now: datetime) -> Added | None:
        customer_id = update.customer_id
        kept = await self.real.read(instance_id, customer_id, fitting, now)
        if kept is None:
            return None
        if update.fingerprint:
            live = await self.real.read_updates(instance_id, customer_id, now)
            known = next((one for one in live if one.update_id == update.update_id), None)
            if known:
                return Added(kept, known)
        kept = self.kept.get(customer_id, kept)
        after = self.kept[customer_id] = add(kept, remember(update, kept), fitting)
        return Added(after)

    async def change_updates(
        self, instance_id: str, customer_id: str, change: ChangeUpdates, fitting: Fitting, now: datetime
    ) -> Changed | None:
        kept = await self.real.read(instance_id, customer_id, fitting, now)
        if kept is None:
            return None
        live = await self.real.read_updates(instance_id, customer_id, now)
        changed = change(kept, sorted(live, key=lambda update: update.order))
        updates = {update.update_id: update for update in (*live, *changed)}
        return Changed(project(kept.with_updates(*updates.values()), fitting, now), changed)


@dataclass(frozen=True, slots=True)
class _Activities:
    real: Activities
    created: dict[tuple[str, str], Activity] = field(default_factory=dict)
    parked: dict[tuple[SourceKey, str], Activity] = field(default_factory=dict)

    async def create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Activity | Rejected | None]:
        found = await self.real.read_many(instance_id, {activity.activity_id for activity in activities})
        stored = {_identity(known): known for known in found if known.is_live(now)}
        return [
            stored.get(_identity(activity)) or _known(self.created, _identity(activity), activity)
            for activity in activities
        ]

    async def park(self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Activity | None:
        for _, known in await self.real.read_parked_under(instance_id, [source_key], now):
            if known.activity_id == activity.activity_id:
                return known
        return _known(self.parked, (source_key, activity.activity_id), activity)

    async def read_parked_under(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Sequence[tuple[SourceKey, Activity]]:
        return await self.real.read_parked_under(instance_id, source_keys, now)

    async def unpark(self, instance_id: str, source_key: SourceKey, activity: Activity) -> None:
        pass

    async def write_sources(self, instance_id: str, activities: Collection[Activity], now: datetime) -> None:
        pass


def _identity(activity: Activity) -> tuple[str, str]:
    return activity.customer_id, activity.activity_id


def _known(held: dict[Any, Activity], key: Any, activity: Activity) -> Activity | None:
    """Keep an activity under a key; return the one that was there before, if any."""
    known = held.get(key)
    held.setdefault(key, activity)
    return known
