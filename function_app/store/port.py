"""What the services need of a store.

Every method may raise `Throttled` or `Unavailable`. What a method was told and returned from is durable. What is
created comes to light in the order of the calls, or else within WRITE_WITHIN_S, and what is read of one customer or key
comes within LOOK_UP_WITHIN_S: `Unavailable` is raised beyond.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.activity import Activity, SourceKey
from function_app.domain.job import Job, Task
from function_app.domain.merge import Superseded
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.query import ActivityQuery, Condition, SourceQuery
from function_app.domain.usage import UsageCount
from function_app.errors import ServiceError

T_co = TypeVar("T_co", covariant=True)


class CustomerRead(NamedTuple):
    """A customer with the updates that may show, and the live update asked for by id, superseded or not."""

    customer: Customer | None
    update: Update | None = None


class Customers(Protocol):
    async def read(
        self, instance_id: str, customer_id: str, now: datetime, update_id: str | None = None
    ) -> CustomerRead:
        """Read the profile and the updates that may show at `now` in one round trip; None for what is not there."""

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        """Return those of these CustomerIds that the source has."""

    async def create_update(self, instance_id: str, update: Update, now: datetime) -> Update | None:
        """Add an update, unless the customer has a live one of this id: return that one."""

    async def mark_superseded(self, instance_id: str, found: Collection[Superseded], now: datetime) -> None:
        """Take updates out of reads until the instant given; they still answer to their id until they expire."""

    async def find_profiles(self, instance_id: str, query: SourceQuery, limit: int) -> Sequence[Customer]:
        """Return up to `limit` source profiles, without their updates."""

    async def count_profiles(
        self,
        instance_id: str,
        condition: Condition | None,
        without: frozenset[str],
        types: Mapping[str, str] | None = None,
    ) -> int:
        """Count the source profiles that meet a condition, leaving some customers out; `types` as in a SourceQuery."""

    async def find_with_updates_of(self, instance_id: str, names: Collection[str], now: datetime) -> Sequence[Customer]:
        """Return every customer with an update of one of these attributes that may show, with all that may."""

    async def read_updates(
        self, instance_id: str, customer_ids: Collection[str], now: datetime
    ) -> Mapping[str, tuple[Update, ...]]:
        """Return the updates that may show of these customers by CustomerId; customers without any are left out."""

    async def read_profiles(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        """Return the source profiles of these customers by CustomerId; unknown ones are left out."""

    async def write_profiles(
        self, instance_id: str, profiles: Mapping[str, bytes], digests: Mapping[str, str] | None = None
    ) -> None:
        """Write source profiles, JSON objects by CustomerId, new or replaced, without expiry, with digests if any."""

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        """Return those of these customers' source profiles that have another digest; None for those that are new."""

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` CustomerIds of source profiles, in order, after one."""

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        """Return up to `limit` customers with live updates, with these, in order of CustomerId, after one."""

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        """Remove these customers' source profiles with all their updates, the profile last, if they are there."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An activity, and where it stands among all of them."""

    activity: Activity
    sort: str


class Activities(Protocol):
    async def create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Activity | ServiceError | None]:
        """Add customers' activities; return for each the live one of its id, or the store's fault, that kept it out."""

    async def find(self, instance_id: str, query: ActivityQuery, limit: int, now: datetime) -> Sequence[TimelineEntry]:
        """Return up to `limit` activities in order."""

    async def count(self, instance_id: str, query: ActivityQuery, now: datetime) -> int:
        """Count all activities the query asks for, wherever a page starts."""

    async def count_types(self, instance_id: str, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        """Count a customer's activities by ActivityType and ActivityTypeDisplay."""

    async def park(self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Activity | None:
        """Keep an activity for a key that is nobody's yet, unless one of its id is kept: return that one."""

    async def read_parked(self, instance_id: str, now: datetime) -> Sequence[tuple[SourceKey, Activity]]:
        """Return every live parked activity with its key."""

    async def read_parked_under(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Sequence[tuple[SourceKey, Activity]]:
        """Return the live activities parked for these keys, each with its key."""

    async def unpark(self, instance_id: str, source_key: SourceKey, activity: Activity) -> None:
        """Forget a parked activity, if it is there."""

    async def read_many(self, instance_id: str, ids: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Activity]:
        """Return the activities of these (CustomerId, ActivityId), live or not; unknown ones are left out."""

    async def write_sources(self, instance_id: str, activities: Collection[Activity], now: datetime) -> None:
        """Write customers' activities, new or in place of any of the same customer and id."""

    async def read_of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Activity]:
        """Return all of a customer's live activities, hidden or not, in no order."""

    async def remove(self, instance_id: str, activities: Collection[Activity]) -> None:
        """Remove these activities from their customers, if they are there."""


@dataclass(frozen=True, slots=True)
class FeedEntry(Generic[T_co]):
    """Something that happened, and its position in the feed."""

    item: T_co
    position: str


class Feed(Protocol):
    """What happened: up to `limit` of it, oldest first, after a position and before an instant.

    A position is that of the last one told, or an instant as text. What ended is found for a day.
    """

    async def received(self, instance_id: str, after: str, before: datetime, limit: int) -> Sequence[FeedEntry[Update]]:
        """Return updates, live or not, by when they were received."""

    async def ended(self, instance_id: str, after: str, before: datetime, limit: int) -> Sequence[FeedEntry[Update]]:
        """Return updates by when their end may be told."""

    async def created(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Activity]]:
        """Return activities that a caller sent, live or not, by when they joined a timeline; none that are hidden."""


class Keys(Protocol):
    async def find_customers(self, instance_id: str, keys: Collection[SourceKey]) -> Mapping[SourceKey, str]:
        """Return the CustomerIds behind these source keys; those that are nobody's are left out."""

    async def write(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        """Write whose keys these are, new or replaced."""

    async def remove(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        """Forget those of these keys that are still these customers'."""


class Control(Protocol):
    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        """Return the instance's definition; None if there is no such instance."""

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        """Write an instance's definition; return whether it is new."""

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all definitions by instance id."""

    async def create_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        """Add a job, for 30 days; return whether it is new, False if there is one of this id."""

    async def write_job(self, instance_id: str, job: Job, now: datetime) -> None:
        """Write a job, new or replaced, for 30 days."""

    async def read_job(self, instance_id: str, job_id: str) -> Job | None:
        """Return a job; None if there is none."""

    async def list_jobs(self, instance_id: str, limit: int) -> Sequence[Job]:
        """Return up to `limit` jobs, newest first."""

    async def write_tasks(self, instance_id: str, tasks: Collection[Task], now: datetime) -> None:
        """Write tasks of a job, new or replaced, for 30 days."""

    async def read_tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        """Return the tasks of a job by index."""


class Access(Protocol):
    async def read_grants(self, instance_id: str) -> Grants:
        """Return the instance's role assignments and keys; empty if it has none, or is not there."""

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        """Write a role assignment, new or replaced by principal id."""

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        """Delete a role assignment, if it is there."""

    async def write_api_key(self, instance_id: str, key: ApiKey) -> None:
        """Write an API key, new or replaced by role and slot."""

    async def delete_api_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        """Delete an API key, if it is there."""

    async def record_change(self, instance_id: str, change: Change) -> None:
        """Add a change to the record."""

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return up to `limit` changes made before an instant, newest first."""


class Usage(Protocol):
    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        """Write all that a worker has counted in an hour, in place of what it wrote of that hour before."""

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        """Return what each worker counted in the hours from `start` to before `end`."""


class Store(Protocol):
    """All of it; one of them serves a process."""

    @property
    def customers(self) -> Customers: ...

    @property
    def activities(self) -> Activities: ...

    @property
    def feed(self) -> Feed: ...

    @property
    def keys(self) -> Keys: ...

    @property
    def control(self) -> Control: ...

    @property
    def access(self) -> Access: ...

    @property
    def usage(self) -> Usage: ...

    async def check(self) -> None:
        """Return if the store answers."""

    async def close(self) -> None:
        """Finish what was begun and let go of connections."""
