"""Source keys that change their customers in a refresh, and keys that two customers hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Instance
from function_app.services.key_ring import keys_of
from function_app.store.port import Store

BATCH_SIZE = 1_024


class SharedKey(TypedDict):
    """A source key, and two customers that held it in the course of a load."""

    entity: str
    key: str
    customers: list[str]


def shared(key: SourceKey, one: str, other: str) -> SharedKey:
    """Return a key of two customers."""
    return {"entity": key.entity, "key": key.key, "customers": [one, other]}


async def release_activities(store: Store, instance: Instance, lost: Mapping[SourceKey, str], now: datetime) -> None:
    """Park the activities that customers had by keys they lost: they join the customer that has the key now."""
    for customer_id in set(lost.values()):
        released = []
        for activity in await store.activities.read_of_customer(instance.instance_id, customer_id, now):
            source_key = _source_key(instance, activity)
            if source_key is not None and lost.get(source_key) == customer_id:
                parked = replace(activity, attributes={**activity.attributes, CUSTOMER_ID: None})
                await store.activities.park(instance.instance_id, source_key, parked, now)
                released.append(activity)
        if released:
            await store.activities.remove(instance.instance_id, released)


async def shared_key_warnings(store: Store, instance: Instance, suspects: Sequence[SharedKey]) -> list[str]:
    """Return a warning if, of these keys, some are held by two customers now."""
    found = list[str]()
    for start in range(0, len(suspects), BATCH_SIZE):
        some = suspects[start : start + BATCH_SIZE]
        owners = {owner for one in some for owner in one["customers"]}
        profiles = await store.customers.read_sources(instance.instance_id, owners)
        for one in some:
            key, (first, second) = SourceKey(one["entity"], one["key"]), one["customers"]
            if all(key in keys_of(instance, profiles.get(owner, {}), owner) for owner in (first, second)):
                found.append(f"'{key.key}' of {key.entity} by '{first}' and '{second}'")
    if not found:
        return []
    shown = f"Source keys that two customers hold: {len(found)}, like {found[0]}"
    return [f"{shown}. Only one of the two has the activities."]


def _source_key(instance: Instance, activity: Activity) -> SourceKey | None:
    entity = instance.by_name.get(activity.attributes["EntityName"] or "")
    if entity is None or entity.activity is None or entity.name == CUSTOMER:
        return None
    return SourceKey(entity.activity.customer_entity, activity.attributes["ActivityForeignKey"] or "")
