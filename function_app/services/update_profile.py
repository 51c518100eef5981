"""Accept a profile update: validate it, detect a retry, store it, and return what is visible."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from random import getrandbits
from typing import Any, Literal

from function_app import error_codes
from function_app.domain import validity
from function_app.domain.merge import Merged, Superseded, merge, superseded
from function_app.domain.profile import Customer, Update
from function_app.domain.validity import RequestedValidity
from function_app.errors import ServiceError
from function_app.services.content import canonical, digest
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.services.validation import NOTHING, Clear
from function_app.store.port import Store

Outcome = Literal["applied", "superseded", "duplicate"]
MARK_AT = 8
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A profile update as the caller sent it; `repeat_id` is the caller's own id for it."""

    customer_id: str
    body: Mapping[str, Any]
    timing: RequestedValidity
    caller: str | None = None
    repeat_id: str | None = None
    clear: Clear = NOTHING


@dataclass(frozen=True)
class Updated:
    """A stored update, its customer including it, and whether it was stored by an earlier request."""

    update: Update
    customer: Customer
    is_repeated: bool
    now: datetime

    @cached_property
    def merged(self) -> Merged:
        """The merged profile, as visible at `now`."""
        return merge(self.customer.source, self.customer.updates, self.now)

    @property
    def outcome(self) -> Outcome:
        if self.is_repeated:
            return "duplicate"
        return "applied" if "applied" in self.attributes.values() else "superseded"

    @cached_property
    def attributes(self) -> dict[str, Literal["applied", "superseded"]]:
        """For each attribute of the update, whether its value is visible."""
        winners = self.merged.winners
        return {
            name: "applied" if winners.get(name) is self.update else "superseded" for name in self.update.attributes
        }


class UpdateProfile:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._marking: set[asyncio.Task[None]] = set()

    async def __call__(self, model: CompiledInstance, request: UpdateRequest, now: datetime) -> Updated:
        """Store the update and return it; ServiceError with every fault, and nothing is written, if it is invalid."""
        update = _accept(model, request, now)
        instance_id = model.instance.instance_id
        read = await self._store.customers.read(instance_id, update.customer_id, now, request.repeat_id)
        if read.customer is None:
            raise unknown_customer(update.customer_id)
        customer = model.fitting.customer(read.customer)
        known = read.update or await self._store.customers.create_update(instance_id, update, now)
        if known and request.repeat_id:  # else it is this update, written by an attempt that lost its response
            _check_repeated(known, update)
            return Updated(known, _with(customer, known), is_repeated=True, now=now)
        whole = [each for each, shown in zip(read.customer.updates, customer.updates, strict=True) if each is shown]
        self._mark(instance_id, [*whole, update], now)
        return Updated(update, _with(customer, update), is_repeated=False, now=now)

    def _mark(self, instance_id: str, updates: Sequence[Update], now: datetime) -> None:
        if len(updates) < MARK_AT:
            return
        found = superseded(updates, now)
        if len(found) >= MARK_AT // 2:
            task = asyncio.create_task(self._mark_later(instance_id, found, now))
            self._marking.add(task)
            task.add_done_callback(self._marking.discard)

    async def _mark_later(self, instance_id: str, found: list[Superseded], now: datetime) -> None:
        try:
            await self._store.customers.mark_superseded(instance_id, found, now)
        except ServiceError as error:
            _log.warning("Superseded updates were not marked; the next update tries again: %s", error)

    async def close(self) -> None:
        """Wait until the superseded updates are marked."""
        await asyncio.gather(*self._marking)


def _accept(model: CompiledInstance, request: UpdateRequest, now: datetime) -> Update:
    policy = model.instance.validity
    times = validity.decide(request.timing, policy.update, policy.maximum, now)
    changes = model.customers.check_changes(request.body, request.clear)
    if isinstance(times, list) or isinstance(changes, list):
        both = (times, changes)
        raise ServiceError(*(fault for faults in both if isinstance(faults, list) for fault in faults))
    return Update(
        update_id=request.repeat_id or f"{getrandbits(128):032x}",
        customer_id=request.customer_id,
        attributes=changes,
        occurred_at=times.occurred_at,
        received_at=times.received_at,
        valid_until=times.valid_until,
        fingerprint=_fingerprint(changes, request) if request.repeat_id else "",
        caller=request.caller,
    )


def _fingerprint(changes: Mapping[str, Any], request: UpdateRequest) -> str:
    timing = request.timing
    content = [changes, timing.valid_until, timing.valid_for, timing.occurred_at, request.caller]
    return digest(canonical(content))


def _check_repeated(known: Update, update: Update) -> None:
    if known.fingerprint != update.fingerprint:
        message = f"The id '{known.update_id}' was used before with other content, at {known.received_at.isoformat()}."
        raise ServiceError(error_codes.REPEATED_WITH_OTHER_CONTENT(message, "Repeatability-Request-ID"))


def _with(customer: Customer, update: Update) -> Customer:
    return replace(customer, updates=(*customer.updates, update))
