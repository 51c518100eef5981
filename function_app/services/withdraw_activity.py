"""Withdraw an activity that was sent by mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from function_app import error_codes
from function_app.domain.access import Change
from function_app.domain.activity import Activity
from function_app.errors import ServiceError
from function_app.services.instances import CompiledInstance
from function_app.services.read_activities import ReadActivities, no_activity
from function_app.store.port import Store


@dataclass(frozen=True, slots=True)
class Mistake:
    """An activity that was sent by mistake, by its id; with the customer, as callers may give two the same id."""

    entity_name: str
    entity_id: str
    customer_id: str | None = None


class WithdrawActivity:
    def __init__(self, store: Store, read_activities: ReadActivities) -> None:
        self._store, self._read = store, read_activities

    async def __call__(self, model: CompiledInstance, mistake: Mistake, by: str, now: datetime) -> None:
        """Remove a live activity from its timeline, and record that; ServiceError if there is none, or not just one.

        Its content is removed. Its id stays, so that neither a caller nor a refresh can bring it back.
        """
        instance_id = model.instance.instance_id
        activity = await self._find(model, mistake, now)
        change = Change(now, by, "withdrawActivity", activity.activity_id, mistake.entity_name)
        await self._store.access.record_change(instance_id, change)
        await self._store.activities.write_sources(instance_id, [activity.withdraw()], now)

    async def _find(self, model: CompiledInstance, mistake: Mistake, now: datetime) -> Activity:
        found = await self._read.with_id(model, mistake.entity_name, mistake.entity_id, now)
        if mistake.customer_id is not None:
            found = [activity for activity in found if activity.customer_id == mistake.customer_id]
        if len(found) > 1:  # withdrawn ones too: a retry must not withdraw that of another customer
            message = f"{len(found)} customers have an activity '{mistake.entity_id[:100]}'; say of which one it is."
            raise ServiceError(error_codes.INVALID_PARAMETER(message, "customerId"))
        if not found or found[0].withdrawn:
            raise no_activity(mistake.entity_name, mistake.entity_id)
        return found[0]
