"""Withdraw an activity that was sent by mistake."""

from __future__ import annotations

from datetime import datetime

from function_app.domain.access import Change
from function_app.services.instances import CompiledInstance
from function_app.services.read_activities import ReadActivities
from function_app.store.port import Store


class WithdrawActivity:
    def __init__(self, store: Store, read_activities: ReadActivities) -> None:
        self._store, self._read = store, read_activities

    async def __call__(self, model: CompiledInstance, entity_name: str, entity_id: str, by: str, now: datetime) -> None:
        """Remove a live activity from its timeline, and record that; ServiceError if there is none.

        Its content is removed. Its id stays, so that neither a caller nor a refresh can bring it back.
        """
        instance_id = model.instance.instance_id
        activity = await self._read.one(model, entity_name, entity_id, now)
        change = Change(now, by, "withdrawActivity", activity.activity_id, entity_name)
        await self._store.access.record_change(instance_id, change)
        await self._store.activities.write_sources(instance_id, [activity.withdraw()], now)
