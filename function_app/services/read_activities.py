"""Read activities: timelines, lists by condition, one activity by id, and counts by type."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from function_app import error_codes
from function_app.domain.activity import UNIFIED, Activity, activity_id
from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, AllOf, Condition, Equals
from function_app.errors import ServiceError
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.store.port import Store

MAX_CONCURRENCY, EXPANDED = 32, 50


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Activities in order, the position of the next page if there is one, and the count if requested."""

    rows: Sequence[Attributes]
    following: str | None
    count: int | None = None


class ReadActivities:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(  # noqa: PLR0913  # the parameters of a page
        self,
        model: CompiledInstance,
        query: ActivityQuery,
        now: datetime,
        *,
        top: int,
        skip: int = 0,
        count: bool = False,
    ) -> ActivityPage:
        """Return one page of the activities that match a query."""
        instance_id = model.instance.instance_id
        found = await self._store.activities.find(instance_id, query, skip + top + 1, now)
        rows = found[skip:]
        return ActivityPage(
            [row.activity.attributes for row in rows[:top]],
            rows[top - 1].sort if len(rows) > top else None,
            await self._store.activities.count(instance_id, query, now) if count else None,
        )

    async def timeline(self, model: CompiledInstance, query: ActivityQuery, now: datetime, *, top: int) -> ActivityPage:
        """Return one page of a customer's activities; ServiceError if the customer is unknown."""
        page = await self.page(model, query, now, top=top)
        if not page.rows:
            await self._known(model, query.customer_id or "")
        return page

    async def one(self, model: CompiledInstance, entity_name: str, entity_id: str, now: datetime) -> Activity:
        """Return a live activity by ActivityId or primary key in the source entity; ServiceError if there is none."""
        entity = model.entity(entity_name)
        wanted = entity_id if entity is UNIFIED else activity_id(entity_name, entity_id)
        query = ActivityQuery(condition=Equals("ActivityId", (wanted,)))
        found = await self._store.activities.find(model.instance.instance_id, query, 1, now)
        if not found:
            message = f"There is no activity '{entity_id[:100]}' of {entity_name}."
            raise ServiceError(error_codes.ACTIVITY_NOT_FOUND(message, "entityId"))
        return found[0].activity

    async def timelines(
        self, model: CompiledInstance, customer_ids: Sequence[str], now: datetime
    ) -> list[ActivityPage]:
        """Return a page of the newest activities of each of these customers."""
        bound = asyncio.Semaphore(MAX_CONCURRENCY)

        async def newest(customer_id: str) -> ActivityPage:
            async with bound:
                return await self.page(model, ActivityQuery(customer_id), now, top=EXPANDED)

        return await asyncio.gather(*map(newest, customer_ids))

    async def types(self, model: CompiledInstance, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return counts of a customer's activities by type and display; ServiceError if the customer is unknown."""
        await self._known(model, customer_id)
        return await self._store.activities.count_types(model.instance.instance_id, customer_id, now)

    async def _known(self, model: CompiledInstance, customer_id: str) -> None:
        if not await self._store.customers.filter_existing(model.instance.instance_id, [customer_id]):
            raise unknown_customer(customer_id)


def customer_in(condition: Condition | None) -> str | None:
    """Return the customer that the top level of a condition requires; None if it requires none."""
    for part in condition.parts if isinstance(condition, AllOf) else (condition,):
        if isinstance(part, Equals) and part.attribute == CUSTOMER_ID and len(part.values) == 1:
            value = part.values[0]
            return value if isinstance(value, str) else None
    return None
