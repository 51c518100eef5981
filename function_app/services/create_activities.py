"""Take activities: check each, find its customer, store it once, or park it until its customer comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from function_app import error_codes
from function_app.domain import validity
from function_app.domain.activity import (
    UNIFIED,
    Activity,
    SourceKey,
    activity_of_record,
    activity_of_unified,
    key_text,
    required_in,
)
from function_app.domain.addresses import address_fault, source_key_fault
from function_app.domain.entity import Entity
from function_app.domain.names import nearest_hint
from function_app.domain.validity import RequestedValidity, Validity, future_fault
from function_app.error_codes import ErrorDetail
from function_app.errors import ServiceError
from function_app.services.batch import each_item
from function_app.services.content import canonical, digest
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.services.key_ring import KeyRing
from function_app.services.validation import Checker, pointer
from function_app.store.port import Store

Outcome = Literal["created", "duplicate", "parked"]
MAX_RECORD_BYTES, MAX_SETTLED = 64 * 1024, 100_000
BATCH_SIZE = 100  # records of a batch: others' requests come in between, and some are checked while others are stored


@dataclass(frozen=True, slots=True)
class Created:
    """The activity as it is stored and its outcome; without a customer it is parked."""

    activity: Activity
    outcome: Outcome

    @property
    def is_parked(self) -> bool:
        return not self.activity.customer_id


class _Accepted(NamedTuple):
    """The activity of a right record, and its customer's source key if it names that instead of a CustomerId."""

    activity: Activity
    source_key: SourceKey | None = None


class CreateActivities:
    def __init__(self, store: Store, key_ring: KeyRing) -> None:
        self._store = store
        self._key_ring = key_ring
        self._settled: set[tuple[str, SourceKey, str]] = set()

    async def __call__(
        self,
        model: CompiledInstance,
        entity_name: str,
        records: Sequence[Any],
        timing: RequestedValidity,
        now: datetime,
    ) -> Sequence[Created | Exception]:
        """Store the activities of records of one entity; return what became of each.

        That is a ServiceError with every fault of a record of which nothing was written.
        """
        entity, checker = _activity_entity(model, entity_name), model.records[entity_name]
        decided = validity.decide(timing, model.instance.validity.activity, model.instance.validity.maximum, now)

        async def some(start: int) -> Sequence[Created | Exception]:
            accepted = [
                _accept(entity, checker, record, decided, now) for record in records[start : start + BATCH_SIZE]
            ]
            try:
                return await self._take(model.instance.instance_id, accepted, now)
            except ServiceError as error:  # of the store; other parts may have been written
                return [error] * len(accepted)

        if len(records) <= BATCH_SIZE:
            return await some(0)
        parts = await asyncio.gather(*map(some, range(0, len(records), BATCH_SIZE)))
        return [each for part in parts for each in part]

    async def _take(
        self, instance_id: str, accepted: Sequence[_Accepted | ServiceError], now: datetime
    ) -> Sequence[Created | Exception]:
        owners = await self._owners(instance_id, [each for each in accepted if isinstance(each, _Accepted)], now)
        owned = [each if isinstance(each, ServiceError) else _owned(each, owners) for each in accepted]
        created = iter(await self._create(instance_id, [each for each in owned if isinstance(each, Activity)], now))
        parked = iter(await self._park_all(instance_id, [each for each in owned if isinstance(each, _Accepted)], now))
        return [
            each if isinstance(each, ServiceError) else next(created if isinstance(each, Activity) else parked)
            for each in owned
        ]

    async def _owners(self, instance_id: str, accepted: Sequence[_Accepted], now: datetime) -> Mapping[Any, str]:
        """Return the CustomerIds of the customers named that there are; records of one entity name all alike."""
        keys = {each.source_key for each in accepted if each.source_key}
        if keys:
            owners = await self._key_ring.find(instance_id, keys, now)
            await self._settle(instance_id, owners, now)
            return owners
        ids = {each.activity.customer_id for each in accepted}
        return {known: known for known in await self._store.customers.filter_existing(instance_id, ids)}

    async def _settle(self, instance_id: str, owners: Mapping[SourceKey, str], now: datetime) -> None:
        """Let what was parked before its key came be there first; from then on nobody parks under this key."""
        new = {key: owner for key, owner in owners.items() if (instance_id, key, owner) not in self._settled}
        if not new:
            return
        for source_key, activity in await self._store.activities.read_parked_under(instance_id, new, now):
            await self._join(instance_id, source_key, activity, new[source_key], now)
        if len(self._settled) + len(new) > MAX_SETTLED:
            self._settled.clear()
        self._settled |= {(instance_id, *settled) for settled in new.items()}

    async def _create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Created | ServiceError]:
        known = await self._store.activities.create(instance_id, activities, now) if activities else ()
        return [_created(*pair) for pair in zip(known, activities, strict=True)]

    async def _park_all(
        self, instance_id: str, accepted: Sequence[_Accepted], now: datetime
    ) -> Sequence[Created | Exception]:
        keyed = [(source_key, activity) for activity, source_key in accepted if source_key]
        return await each_item(keyed, lambda _, each: self._park(instance_id, *each, now)) if keyed else ()

    async def _park(
        self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime
    ) -> Created | ServiceError:
        known = await self._store.activities.park(instance_id, source_key, activity, now)
        parked = _repeated(known, activity) if known else Created(activity, "parked")
        # A refresh that wrote the key since we looked may have passed this activity by.
        customer_id = (await self._key_ring.find(instance_id, [source_key], now)).get(source_key)
        if customer_id is None or isinstance(parked, ServiceError):
            return parked
        other = await self._join(instance_id, source_key, parked.activity, customer_id, now)
        joined = parked.activity.joined(customer_id)
        stored = _repeated(other, joined) if other else Created(joined, "created")
        if isinstance(stored, ServiceError):
            return stored
        # Who else joins what we parked keeps its end; another's, joined before we parked, has its own.
        is_ours = known is None and stored.activity.valid_until == activity.valid_until
        return Created(stored.activity, "created" if is_ours else "duplicate")

    async def join_parked(self, instance_id: str, clock: Callable[[], datetime]) -> int:
        """Give every parked activity whose customer has come to that customer, each at its own instant; count them."""
        joined = 0
        parked = await self._store.activities.read_parked(instance_id, clock())
        owners = await self._store.keys.find_customers(instance_id, {source_key for source_key, _ in parked})
        for source_key, activity in parked:
            if source_key in owners:
                await self._join(instance_id, source_key, activity, owners[source_key], clock())
                joined += 1
        return joined

    async def _join(
        self, instance_id: str, source_key: SourceKey, activity: Activity, customer_id: str, now: datetime
    ) -> Activity | None:
        """Give a parked activity to its customer, unless that has one of its id: return that one."""
        (known,) = await self._store.activities.create(instance_id, [activity.joined(customer_id)], now)
        if isinstance(known, ServiceError):
            raise known
        await self._store.activities.unpark(instance_id, source_key, activity)
        return known


def _owned(accepted: _Accepted, owners: Mapping[Any, str]) -> Activity | _Accepted | ServiceError:
    """Give an activity to its customer; as it came where its source key is nobody's yet."""
    activity, source_key = accepted
    owner = owners.get(source_key or activity.customer_id)
    if source_key:
        return activity.joined(owner) if owner else accepted
    return activity if owner else unknown_customer(activity.customer_id)


def _created(known: Activity | ServiceError | None, activity: Activity) -> Created | ServiceError:
    if known is None:
        return Created(activity, "created")
    return known if isinstance(known, ServiceError) else _repeated(known, activity)


def _repeated(known: Activity, activity: Activity) -> Created | ServiceError:
    if known.fingerprint != activity.fingerprint:
        message = f"The activity '{activity.activity_id}' came before with other content; activities never change."
        return ServiceError(error_codes.ACTIVITY_EXISTS(message))
    return Created(known, "duplicate")


def _accept(
    entity: Entity, checker: Checker, record: Any, decided: Validity | list[ErrorDetail], now: datetime
) -> _Accepted | ServiceError:
    if not isinstance(record, dict):
        return ServiceError(error_codes.NOT_AN_OBJECT("The item must be a JSON object.", ""))
    mapping, stamp = entity.activity, entity.timestamp_attribute or ""
    checked = checker.check_record(record, required_in(entity))
    faults = [fault for found in (decided, checked) if isinstance(found, list) for fault in found]
    if isinstance(checked, dict):
        checked = {name: value for name, value in checked.items() if value is not None}  # as a refresh reads it
    content = b""
    if isinstance(checked, dict):
        content = canonical(checked)
        faults += _size_faults(content)
        faults += _time_faults(checked[stamp], stamp, now)
        faults += _key_faults(checked, entity)
    if entity is UNIFIED:
        faults += _id_faults(record)
    if faults or isinstance(checked, list) or isinstance(decided, list):
        return ServiceError(*faults)
    if mapping:
        return _Accepted(*activity_of_record(checked, digest(content), entity, mapping, decided.valid_until))
    if "RangeIndex" in checked:
        return ServiceError(
            error_codes.READ_ONLY_ATTRIBUTE("'RangeIndex' is derived from ActivityTime.", "/RangeIndex")
        )
    return _Accepted(activity_of_unified(checked, digest(content), decided.valid_until))


def _activity_entity(model: CompiledInstance, name: str) -> Entity:
    if name in model.records:
        return model.entities[name]
    known = ", ".join([*model.instance.activities, UNIFIED.name])
    problem = f"'{name}' is no activity" if name in model.entities else f"There is no entity '{name[:100]}'"
    hint = nearest_hint(name, model.records)
    message = f"{problem}{hint}. Activities are taken for: {known}."
    raise ServiceError(error_codes.NOT_AN_ACTIVITY_ENTITY(message, "entityName"))


def _size_faults(content: bytes) -> list[ErrorDetail]:
    size = len(content)
    if size <= MAX_RECORD_BYTES:
        return []
    message = f"A record may have at most {MAX_RECORD_BYTES // 1024} KB; received {size // 1024 + 1} KB."
    return [error_codes.RECORD_TOO_LARGE(message, "")]


def _id_faults(record: Mapping[str, Any]) -> list[ErrorDetail]:
    identity = record.get("ActivityId")
    fault = address_fault(identity) if identity and isinstance(identity, str) else None
    return [error_codes.INVALID_ID(f"'ActivityId' {fault}.", "/ActivityId")] if fault else []


def _key_faults(record: Mapping[str, Any], entity: Entity) -> list[ErrorDetail]:
    if entity.activity is None:
        return []
    name = entity.activity.customer_attribute
    fault = source_key_fault(key_text([record[name]]))
    return [error_codes.TOO_LONG(f"'{name}' {fault}.", pointer(name))] if fault else []


def _time_faults(text: str, name: str, now: datetime) -> list[ErrorDetail]:
    time = datetime.fromisoformat(text)
    return [future_fault(pointer(name), time, now)] if time > now + validity.CLOCK_TOLERANCE else []
