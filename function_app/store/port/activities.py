"""Activities, the keys that find their customers, and the feed of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.profile import Update
from function_app.domain.query import ActivityQuery
from function_app.errors import Rejected

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An activity, and the text by which activities are ordered."""

    activity: Activity
    sort: str


class Activities(Protocol):
    async def create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Activity | Rejected | None]:
        """Create activities of customers. Return one result for each, in order.

        A result is None for a new activity, the customer's live activity with the same id if there is one, or why the
        store rejected the activity.
        """

    async def find(self, instance_id: str, query: ActivityQuery, limit: int, now: datetime) -> Sequence[TimelineEntry]:
        """Return up to `limit` live activities that match the query, in its order."""

    async def count(self, instance_id: str, query: ActivityQuery, now: datetime) -> int:
        """Count all live activities that match the query, whatever its `after`."""

    async def count_types(self, instance_id: str, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        """Count a customer's live activities by ActivityType and ActivityTypeDisplay."""

    async def park(self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Activity | None:
        """Park an activity under an unknown source key. Return the parked activity with the same id if there is one."""

    async def read_parked(self, instance_id: str, now: datetime) -> Sequence[tuple[SourceKey, Activity]]:
        """Return every live parked activity with its source key."""

    async def read_parked_under(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Sequence[tuple[SourceKey, Activity]]:
        """Return the live activities parked under these source keys, each with its key."""

    async def unpark(self, instance_id: str, source_key: SourceKey, activity: Activity) -> None:
        """Remove a parked activity, if it exists."""

    async def read_many(self, instance_id: str, activity_ids: Collection[str]) -> Sequence[Activity]:
        """Return the activities with these ids, of any customer, live or not, in no particular order."""

    async def write_sources(self, instance_id: str, activities: Collection[Activity], now: datetime) -> None:
        """Create or replace activities, identified by customer and id."""

    async def read_of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Activity]:
        """Return all live activities of a customer, hidden ones too, in no particular order."""

    async def remove(self, instance_id: str, activities: Collection[Activity]) -> None:
        """Remove these activities; ignore what does not exist."""


@dataclass(frozen=True, slots=True)
class FeedEntry(Generic[T_co]):
    """An event, and its position in the feed."""

    item: T_co
    position: str


class Feed(Protocol):
    """Events: up to `limit` of them, oldest first, after a position and before an instant.

    `after` is the position of the last event read, or an instant as text. The end of an update is kept for a day.
    """

    async def read_received(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        """Return updates, live or not, in the order in which they were received."""

    async def read_ended(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        """Return updates in the order in which they enter the feed: at their end, at least TRAILS after receipt."""

    async def read_ending(
        self, instance_id: str, now: datetime, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        """Return updates that `read_ended` does not return yet at `now`, and that expire before an instant.

        They are in the order of their expiry; those of a few seconds may have expired already.
        """

    async def read_created(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Activity]]:
        """Return activities that callers sent, live or not, in the order in which they joined a timeline.

        Hidden activities are left out.
        """


class Keys(Protocol):
    async def find_customers(self, instance_id: str, keys: Collection[SourceKey]) -> Mapping[SourceKey, str]:
        """Return the CustomerId of each of these source keys; unknown keys are left out."""

    async def write(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        """Write the CustomerId of each of these source keys, new or replaced."""

    async def remove(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        """Remove these source keys, except those that belong to another customer by now."""
