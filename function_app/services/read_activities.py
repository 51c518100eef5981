"""Read activities: timelines, lists by condition, one activity by id, and counts by type."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from function_app import error_codes
from function_app.domain.activity import UNIFIED, Activity, activity_id
from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, AllOf, Condition, Equals
from function_app.errors import ServiceError
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.store.port import Store
from function_app.store.port.activities import TimelineEntry

CUSTOMERS_AT_ONCE, EXPANDED = 16, 50
READ_AT_ONCE, MAX_PAGE_CHARACTERS = 101, 4_000_000  # a page of the usual size, and the first row after it


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """Activities in order, the position of the next page if there is one, and the count if requested."""

    activities: Sequence[Activity]
    following: str | None
    count: int | None = None

    @property
    def rows(self) -> list[Attributes]:
        """The attributes of each activity."""
        return [activity.attributes for activity in self.activities]


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
        """Return one page of the activities that match a query; it ends early where its texts are very long."""
        instance_id = model.instance.instance_id
        rows, is_last = await self._rows(instance_id, query, now, top, skip)
        return ActivityPage(
            [row.activity for row in rows],
            None if is_last or not rows else rows[-1].sort,
            await self._store.activities.count(instance_id, query, now) if count else None,
        )

    async def _rows(
        self, instance_id: str, query: ActivityQuery, now: datetime, top: int, skip: int
    ) -> tuple[list[TimelineEntry], bool]:
        """Return up to `top` activities after the skipped ones, and whether they are the last ones.

        They are read in parts, until they have MAX_PAGE_CHARACTERS: what is read at once stays small.
        """
        rows: list[TimelineEntry] = []
        size, left = 0, skip + top + 1
        while True:
            wanted = min(left, READ_AT_ONCE)
            some = await self._store.activities.find(instance_id, query, wanted, now)
            rows += some[skip:]
            skip, left = max(0, skip - len(some)), left - len(some)
            if len(rows) > top:
                return rows[:top], False
            if len(some) < wanted:
                return rows, True
            size += sum(characters(row.activity) for row in some)
            if rows and size > MAX_PAGE_CHARACTERS:
                return rows, False
            query = replace(query, after=some[-1].sort)

    async def timeline(self, model: CompiledInstance, query: ActivityQuery, now: datetime, *, top: int) -> ActivityPage:
        """Return one page of a customer's activities; ServiceError if the customer is unknown."""
        page = await self.page(model, query, now, top=top)
        if not page.activities:
            await self._known(model, query.customer_id or "")
        return page

    async def one(self, model: CompiledInstance, entity_name: str, entity_id: str, now: datetime) -> Activity:
        """Return a live activity by ActivityId or primary key in the source entity; ServiceError if there is none.

        If several customers have it, that is the newest one.
        """
        found = [each for each in await self.with_id(model, entity_name, entity_id, now) if not each.hidden]
        if not found:
            raise no_activity(entity_name, entity_id)
        return max(found, key=lambda activity: activity.time)

    async def with_id(
        self, model: CompiledInstance, entity_name: str, entity_id: str, now: datetime
    ) -> Sequence[Activity]:
        """Return the live activities of all customers with such an id, hidden and withdrawn ones too."""
        wanted = entity_id if model.entity(entity_name) is UNIFIED else activity_id(entity_name, entity_id)
        found = await self._store.activities.read_many(model.instance.instance_id, [wanted])
        return [activity for activity in found if activity.is_live(now)]

    async def timelines(
        self, model: CompiledInstance, customer_ids: Sequence[str], now: datetime
    ) -> list[ActivityPage]:
        """Return a page of the newest activities of each customer; only of the first ones if texts are very long."""
        pages: list[ActivityPage] = []
        size = 0
        for start in range(0, len(customer_ids), CUSTOMERS_AT_ONCE):
            queries = [ActivityQuery(each) for each in customer_ids[start : start + CUSTOMERS_AT_ONCE]]
            for page in await asyncio.gather(*(self.page(model, query, now, top=EXPANDED) for query in queries)):
                size += sum(map(characters, page.activities))
                if pages and size > MAX_PAGE_CHARACTERS:
                    return pages
                pages.append(page)
        return pages

    async def types(self, model: CompiledInstance, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return counts of a customer's activities by type and display; ServiceError if the customer is unknown."""
        await self._known(model, customer_id)
        return await self._store.activities.count_types(model.instance.instance_id, customer_id, now)

    async def _known(self, model: CompiledInstance, customer_id: str) -> None:
        if not await self._store.customers.filter_existing(model.instance.instance_id, [customer_id]):
            raise unknown_customer(customer_id)


def characters(activity: Activity) -> int:
    """Return the length of the texts of an activity."""
    return sum(len(text) for text in activity.attributes.values() if isinstance(text, str))


def customer_in(condition: Condition | None) -> str | None:
    """Return the customer that the top level of a condition requires; None if it requires none."""
    for part in condition.parts if isinstance(condition, AllOf) else (condition,):
        if isinstance(part, Equals) and part.attribute == CUSTOMER_ID and len(part.values) == 1:
            value = part.values[0]
            return value if isinstance(value, str) else None
    return None


def no_activity(entity_name: str, entity_id: str) -> ServiceError:
    """Return the error for an id that no live activity has."""
    message = f"There is no activity '{entity_id[:100]}' of {entity_name}."
    return ServiceError(error_codes.ACTIVITY_NOT_FOUND(message, "entityId"))
