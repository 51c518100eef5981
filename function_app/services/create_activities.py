"""Create activities: validate each record, find its customer, then store the activity once, or park it.

An activity is parked while no customer has its source key; it joins a timeline when a refresh brings the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from function_app import error_codes
from function_app.bulk import in_turn
from function_app.domain import validity
from function_app.domain.access import Sender
from function_app.domain.activity import Activity, SourceKey
from function_app.domain.lifetime import NEXT_REFRESH
from function_app.domain.validity import RequestedValidity, Validity
from function_app.error_detail import ErrorDetail
from function_app.errors import Busy, Rejected, ServiceError
from function_app.services.activity_records import Accepted, accept, activity_entity
from function_app.services.erased import Erased, erased_person
from function_app.services.instances import CompiledInstance
from function_app.services.key_ring import KeyRing
from function_app.store.port import Store

Outcome = Literal["created", "duplicate", "parked"]
MAX_JOINED = 100_000
BATCH_SIZE, AT_ONCE = 25, 2  # other requests run between two batches; one is validated while others are stored


@dataclass(frozen=True, slots=True)
class ActivityRequest:
    """Records of one activity entity, as a caller sent them; `may_begin` says whether there is time for more."""

    entity_name: str
    records: Sequence[Any]
    timing: RequestedValidity
    caller: str | None = None
    principal: Sender | None = None
    may_begin: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True)
class Created:
    """An activity as it is stored, and its outcome; it has no customer while it is parked."""

    activity: Activity
    outcome: Outcome

    @property
    def is_parked(self) -> bool:
        return not self.activity.customer_id


class CreateActivities:
    def __init__(self, store: Store, key_ring: KeyRing, erased: Erased) -> None:
        self._store = store
        self._key_ring, self._erased = key_ring, erased
        self._joined: set[tuple[str, SourceKey, str]] = set()

    async def __call__(
        self, model: CompiledInstance, request: ActivityRequest, now: datetime
    ) -> list[Created | Rejected]:
        """Store the activities of records; return a result for each record, in order.

        A record that is not valid is rejected with all its faults; nothing of it is stored.
        """
        entity, checker = activity_entity(model, request.entity_name), model.records[request.entity_name]
        records, sent = request.records, {"caller": request.caller, "principal": request.principal}
        decided = _decided(model, request.timing, now)

        async def store(start: int) -> list[Created | Rejected]:
            some = records[start : start + BATCH_SIZE]
            batch: list[Accepted | Rejected] = []
            for record in some:
                batch.append(_sent(accept(entity, checker, record, decided, now), sent))
                if isinstance(batch[-1], Rejected):
                    await asyncio.sleep(0)  # the faults of many records take long to tell
            try:
                results = await self._store_batch(model.instance.instance_id, batch, now)
            except ServiceError as error:  # of the store; other batches may be stored
                return [error.as_rejected()] * len(batch)
            return [results[index] for index in range(len(batch))]

        if len(records) <= BATCH_SIZE:
            return await store(0)
        starts = range(0, len(records), BATCH_SIZE)
        left: list[Created | Rejected] = [Busy(1).as_rejected()] * BATCH_SIZE
        batches = await in_turn(starts, lambda _, start: store(start), AT_ONCE, request.may_begin, left)
        return [result for results in batches for result in results][: len(records)]

    async def join_parked(self, instance_id: str, clock: Callable[[], datetime]) -> int:
        """Move every parked activity whose key a customer has now to that customer, each at its own instant.

        Return how many.
        """
        joined = 0
        parked = await self._store.activities.read_parked(instance_id, clock())
        owners = await self._store.keys.find_customers(instance_id, {source_key for source_key, _ in parked})
        for source_key, activity in parked:
            if source_key in owners:
                await self._join(instance_id, source_key, activity, owners[source_key], clock())
                joined += 1
        return joined

    async def _store_batch(
        self, instance_id: str, batch: Sequence[Accepted | Rejected], now: datetime
    ) -> dict[int, Created | Rejected]:
        """Return the results of a batch by index; each step adds those that it decides."""
        results: dict[int, Created | Rejected] = {
            index: each for index, each in enumerate(batch) if isinstance(each, Rejected)
        }
        accepted = {index: each for index, each in enumerate(batch) if isinstance(each, Accepted)}
        owned: dict[int, Activity] = {}
        unowned: dict[int, tuple[SourceKey, Activity]] = {}
        owners = await self._find_owners(instance_id, accepted.values(), now)
        for index, (activity, source_key) in accepted.items():
            owner = owners.get(source_key or activity.customer_id)
            if owner:
                owned[index] = activity.joined(owner) if source_key else activity
            elif source_key:
                unowned[index] = (source_key, activity)
            else:
                absent = await self._erased.absence(instance_id, activity.customer_id, now)
                results[index] = absent.as_rejected()
        keys = {source_key for source_key, _ in unowned.values()}
        erased = await self._erased.keys(instance_id, keys, now)
        for index in [index for index, (source_key, _) in unowned.items() if source_key in erased]:
            results[index] = erased_person().as_rejected()
            del unowned[index]
        created = await self._create(instance_id, list(owned.values()), now)
        parked = await asyncio.gather(*(self._park(instance_id, *each, now) for each in unowned.values()))
        return results | dict(zip(owned, created, strict=True)) | dict(zip(unowned, parked, strict=True))

    async def _find_owners(
        self, instance_id: str, accepted: Collection[Accepted], now: datetime
    ) -> Mapping[SourceKey | str, str]:
        """Return the CustomerId of each existing customer by what the records hold, all source keys or all ids."""
        keys = {each.source_key for each in accepted if each.source_key}
        if keys:
            owners = await self._key_ring.find(instance_id, keys, now)
            await self._join_parked_under(instance_id, owners, now)
            return dict(owners)
        ids = {each.activity.customer_id for each in accepted}
        return {known: known for known in await self._store.customers.filter_existing(instance_id, ids)}

    async def _join_parked_under(self, instance_id: str, owners: Mapping[SourceKey, str], now: datetime) -> None:
        """Move the activities parked under these keys to the keys' customers, before new activities are stored.

        Once per key: nothing is parked under a key that a customer has.
        """
        new = {key: owner for key, owner in owners.items() if (instance_id, key, owner) not in self._joined}
        if not new:
            return
        for source_key, activity in await self._store.activities.read_parked_under(instance_id, new, now):
            await self._join(instance_id, source_key, activity, new[source_key], now)
        if len(self._joined) + len(new) > MAX_JOINED:
            self._joined.clear()
        self._joined |= {(instance_id, *joined) for joined in new.items()}

    async def _create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> list[Created | Rejected]:
        found = await self._store.activities.create(instance_id, activities, now) if activities else ()
        return [
            known if isinstance(known, Rejected) else _created(activity, known, "created")
            for activity, known in zip(activities, found, strict=True)
        ]

    async def _park(
        self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime
    ) -> Created | Rejected:
        try:
            known = await self._store.activities.park(instance_id, source_key, activity, now)
            parked = _created(activity, known, "parked")
            # A refresh that wrote the key after the look-up may have missed this activity.
            customer_id = (await self._key_ring.find(instance_id, [source_key], now)).get(source_key)
            if customer_id is None or isinstance(parked, Rejected):
                return parked
            joined = parked.activity.joined(customer_id)
            other = await self._join(instance_id, source_key, parked.activity, customer_id, now)
        except ServiceError as error:
            return error.as_rejected()
        stored = _created(joined, other, "created")
        if isinstance(stored, Rejected):
            return stored
        # A concurrent request that moved our parked activity kept its end; one that parked its own before has another.
        is_ours = known is None and stored.activity.valid_until == activity.valid_until
        return Created(stored.activity, "created" if is_ours else "duplicate")

    async def _join(
        self, instance_id: str, source_key: SourceKey, activity: Activity, customer_id: str, now: datetime
    ) -> Activity | None:
        """Move a parked activity to a customer; return the customer's live activity with the same id if there is one.

        Raises ServiceError if the store rejects the activity.
        """
        (known,) = await self._store.activities.create(instance_id, [activity.joined(customer_id)], now)
        if isinstance(known, Rejected):
            raise known.as_error()
        await self._store.activities.unpark(instance_id, source_key, activity)
        return known


def check_activities(model: CompiledInstance, request: ActivityRequest, now: datetime) -> None:
    """Raise ServiceError with every fault of the timing of a request, or of the first of its records that has one."""
    entity, checker = activity_entity(model, request.entity_name), model.records[request.entity_name]
    decided = _decided(model, request.timing, now)
    for record in request.records:
        accepted = accept(entity, checker, record, decided, now)
        if isinstance(accepted, Rejected):
            raise accepted.as_error()
    if isinstance(decided, list):
        raise ServiceError(*decided)


def _decided(model: CompiledInstance, timing: RequestedValidity, now: datetime) -> Validity | list[ErrorDetail]:
    policy = model.instance.validity
    decided = validity.decide(timing, policy.activity, policy, now)
    if isinstance(decided, Validity) and decided.until_refresh:
        message = f"'{NEXT_REFRESH}' is for profile updates; send another lifetime."
        return [error_codes.INVALID_DURATION(message, "validFor")]
    return decided


def _sent(accepted: Accepted | Rejected, sent: Mapping[str, Any]) -> Accepted | Rejected:
    """Return what is accepted with who sent it."""
    if isinstance(accepted, Rejected):
        return accepted
    return accepted._replace(activity=replace(accepted.activity, **sent))


def _created(activity: Activity, known: Activity | None, outcome: Outcome) -> Created | Rejected:
    """Return the outcome of a new activity; if the store had `known` under its id, a duplicate or a conflict."""
    if known is None:
        return Created(activity, outcome)
    if known.fingerprint == activity.fingerprint:
        return Created(known, "duplicate")
    message = f"The activity '{activity.activity_id}' came before with other content; activities never change."
    return Rejected((error_codes.ACTIVITY_EXISTS(message),))
