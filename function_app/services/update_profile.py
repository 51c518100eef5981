"""Accept a profile update: validate it, detect a retry, store it, and return what is visible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import getrandbits
from typing import Any, Literal

from function_app import error_codes
from function_app.domain import validity
from function_app.domain.access import Sender
from function_app.domain.profile import Update
from function_app.domain.projection import Kept
from function_app.domain.validity import RequestedValidity
from function_app.errors import ServiceError
from function_app.services.content import canonical, digest
from function_app.services.erased import Erased
from function_app.services.instances import CompiledInstance
from function_app.services.validation import NOTHING, Clear
from function_app.store.port import Store

Outcome = Literal["applied", "superseded", "duplicate"]


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """A profile update as the caller sent it; `repeat_id` is the caller's own id for it."""

    customer_id: str
    body: Mapping[str, Any]
    timing: RequestedValidity
    caller: str | None = None
    repeat_id: str | None = None
    clear: Clear = NOTHING
    principal: Sender | None = None


@dataclass(frozen=True, slots=True)
class Updated:
    """A stored update, what shows of its customer, and whether an earlier request stored it."""

    update: Update
    kept: Kept
    is_repeated: bool

    @property
    def outcome(self) -> Outcome:
        if self.is_repeated:
            return "duplicate"
        return "applied" if "applied" in self.attributes.values() else "superseded"

    @property
    def attributes(self) -> dict[str, Literal["applied", "superseded"]]:
        """For each attribute of the update, whether its value is visible."""
        live, own = self.kept.live, self.update.update_id
        return {
            name: "applied" if name in live and live[name].update_id == own else "superseded"
            for name in self.update.attributes
        }


class UpdateProfile:
    def __init__(self, store: Store, erased: Erased) -> None:
        self._customers, self._erased = store.customers, erased

    async def __call__(self, model: CompiledInstance, request: UpdateRequest, now: datetime) -> Updated:
        """Store the update and return it; ServiceError with every fault, and nothing is written, if it is invalid."""
        update = accept(model, request, now)
        added = await self._customers.add_update(model.instance.instance_id, update, model.fitting, now)
        if added is None:
            raise await self._erased.absence(model.instance.instance_id, update.customer_id, now)
        known = added.known
        if known is None:
            return Updated(update, added.kept, is_repeated=False)
        _check_repeated(known, update)
        return Updated(model.fitting.update(known), added.kept, is_repeated=True)


def check_timing(model: CompiledInstance, timing: RequestedValidity, now: datetime) -> None:
    """Raise ServiceError with every fault in the timing of an update."""
    policy = model.instance.validity
    times = validity.decide(timing, policy.update, policy, now)
    if isinstance(times, list):
        raise ServiceError(*times)


def accept(model: CompiledInstance, request: UpdateRequest, now: datetime) -> Update:
    """Return the update that a request is for, not yet stored; ServiceError with every fault of the request."""
    policy = model.instance.validity
    times = validity.decide(request.timing, policy.update, policy, now)
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
        principal=request.principal,
        until_refresh=times.until_refresh,
    )


def _fingerprint(changes: Mapping[str, Any], request: UpdateRequest) -> str:
    timing = request.timing
    content = [changes, timing.valid_until, timing.valid_for, timing.occurred_at, request.caller]
    return digest(canonical(content))


def _check_repeated(known: Update, update: Update) -> None:
    if known.fingerprint != update.fingerprint:
        message = f"The id '{known.update_id}' was used before with other content, at {known.received_at.isoformat()}."
        raise ServiceError(error_codes.REPEATED_WITH_OTHER_CONTENT(message, "Repeatability-Request-ID"))
