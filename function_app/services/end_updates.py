"""End updates before they expire: one of a customer, or attributes of all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from function_app import error_codes
from function_app.domain.access import Sender
from function_app.domain.ending import end_early
from function_app.domain.feed import FEED_RETENTION
from function_app.domain.profile import End, Update
from function_app.domain.projection import Kept
from function_app.errors import ServiceError
from function_app.services.erased import Erased
from function_app.services.instances import CompiledInstance
from function_app.store.port import Store


@dataclass(frozen=True, slots=True)
class Ended:
    """What shows of a customer now, and the names of the attributes that ended, by update id, oldest update first."""

    kept: Kept
    names: Mapping[str, Sequence[str]]


class EndUpdates:
    """What ended before stays as it is, so that each call may be repeated."""

    def __init__(self, store: Store, erased: Erased) -> None:
        self._customers, self._erased = store.customers, erased

    async def one(self, model: CompiledInstance, customer_id: str, update_id: str, by: Sender, now: datetime) -> Ended:
        """End an update, and return what shows; ServiceError if the customer has had no such update for a day."""
        ended = await self._end(model, customer_id, End(now, by=by), update_id=update_id)
        if not ended.names:
            instance_id = model.instance.instance_id
            known = await self._customers.read_updates(instance_id, customer_id, now - FEED_RETENTION)
            if update_id not in {update.update_id for update in known}:
                message = f"The customer '{customer_id}' has no update '{update_id}'."
                raise ServiceError(error_codes.UPDATE_NOT_FOUND(message, "updateId"))
        return ended

    async def attributes(
        self, model: CompiledInstance, customer_id: str, names: Collection[str] | None, by: Sender, now: datetime
    ) -> Ended:
        """End these attributes of all live updates of a customer, None for all, and return what shows."""
        model.check_names(names or (), "attributes")
        return await self._end(model, customer_id, End(now, by=by), names)

    async def _end(
        self,
        model: CompiledInstance,
        customer_id: str,
        end: End,
        names: Collection[str] | None = None,
        update_id: str | None = None,
    ) -> Ended:
        def change(_: Kept, updates: Sequence[Update]) -> list[Update]:
            return end_early(updates, end, names, update_id)

        instance_id = model.instance.instance_id
        changed = await self._customers.change_updates(instance_id, customer_id, change, model.fitting, end.at)
        if changed is None:
            raise await self._erased.absence(instance_id, customer_id, end.at)
        return Ended(
            changed.kept,
            {one.update_id: [name for name in one.ends if one.ends[name] == end] for one in changed.updates},
        )
