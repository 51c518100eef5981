"""What the services need of a store.

Every method may raise `Throttled` or `Unavailable`. A write is durable when the method returns. Creates become visible
in call order, or within WRITE_WITHIN_S; reads of one customer or key take at most LOOK_UP_WITHIN_S. `Unavailable` is
raised for what takes longer.

`now` decides what has expired. "Live" means not expired at `now`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.activity import Activity, SourceKey
from function_app.domain.deletion import Deletion
from function_app.domain.fitting import Fitting
from function_app.domain.job import Job, RejectedRow, Task
from function_app.domain.person import Erasure, Held, Tombstone
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.projection import Kept
from function_app.domain.query import ActivityQuery, ProfileQuery
from function_app.domain.usage import UsageCount
from function_app.errors import Rejected

T_co = TypeVar("T_co", covariant=True)


MAX_DUE = 2_000
"""The number of customers that a list evaluates beside its query; they are settled before there are more."""


class Added(NamedTuple):
    """What shows of a customer with an update; `known` is the live update that had its id before, if there is one."""

    kept: Kept
    known: Update | None = None


class Changed(NamedTuple):
    """What shows of a customer after updates of it changed, and those updates."""

    kept: Kept
    updates: Sequence[Update]


ChangeUpdates = Callable[[Kept, Sequence[Update]], Sequence[Update]]
"""Returns which of the live updates of a customer change, changed, given what shows; none if nothing changes."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query: profiles in its order, those that are due, and how many others match.

    Due is a customer of whose winners one has ended, or with winners under other types. All due customers are there,
    as they show, whether they match or not. `count` is None if not requested.
    """

    rows: Sequence[Attributes]
    due: Sequence[Attributes]
    count: int | None


class Customers(Protocol):
    """What shows of each customer, its source profile, and its updates.

    `fitting` has the types of now. What shows is kept with each write, so that it is there to be read and queried; for
    customers that are due it is evaluated, with the same result.
    """

    async def read_json(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> bytes | None:
        """Return the merged profile as a JSON object, as it is stored if nothing is due; None if there is none."""

    async def read(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> Kept | None:
        """Return what shows of a customer, and why; None if the source does not have the customer."""

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        """Return those of these CustomerIds that have a source profile."""

    async def add_update(self, instance_id: str, update: Update, fitting: Fitting, now: datetime) -> Added | None:
        """Create an update and keep what shows with it, both or none.

        Nothing is written if the customer has a live update with the same id. None if there is no such customer.
        """

    async def change_updates(
        self, instance_id: str, customer_id: str, change: ChangeUpdates, fitting: Fitting, now: datetime
    ) -> Changed | None:
        """Change the ends of live updates, and keep what shows with them. None if there is no such customer.

        If there are very many, they change in several steps; each keeps what shows, and a repeat does the rest.
        """

    async def read_updates(self, instance_id: str, customer_id: str, after: datetime) -> Sequence[Update]:
        """Return the updates of a customer that expire after an instant, in no particular order."""

    async def find(self, instance_id: str, query: ProfileQuery, limit: int, now: datetime) -> Found:
        """Return up to `limit` merged profiles. Raises TooManyDue if more than MAX_DUE customers are due."""

    async def settle(self, instance_id: str, fitting: Fitting, now: datetime, limit: int) -> int:
        """Keep what shows of up to `limit` customers that are due; return how many were found."""

    async def count(self, instance_id: str) -> int:
        """Count the source profiles."""

    async def read_sources(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        """Return these customers' source profiles by CustomerId; unknown customers are left out."""

    async def write_sources(
        self,
        instance_id: str,
        profiles: Mapping[str, bytes],
        fitting: Fitting,
        now: datetime,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        """Create or replace source profiles, JSON objects by CustomerId; what updates show stays on top.

        Profiles with a digest have only values that fit.
        """

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        """Return the source profiles whose digest differs from the one given; None for customers without a profile."""

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        """Return up to `limit` CustomerIds of source profiles greater than `after`, in order."""

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        """Return up to `limit` customers with their live updates, CustomerIds greater than `after`, in order.

        Customers without live updates may be among them, without updates.
        """

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        """Remove these customers' source profiles, if they are there; their updates stay until they expire."""


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
        """Return up to `limit` live activities that match the query, in its order; hidden ones are left out."""

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

    async def read_many(self, instance_id: str, ids: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Activity]:
        """Return activities by (CustomerId, ActivityId), live or not; unknown ids are left out."""

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


class Control(Protocol):
    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        """Return the definition of an instance; None if there is no such instance."""

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        """Write the definition of an instance; return whether the instance is new."""

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all definitions by instance id."""

    async def create_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        """Create a job, kept for 30 days; return False if there is one with this id, else True."""

    async def update_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        """Replace a running job, for 30 days; False, and nothing is written, if the stored job has ended."""

    async def read_job(self, instance_id: str, job_id: str) -> Job | None:
        """Return a job; None if there is no such job."""

    async def list_jobs(self, instance_id: str, limit: int) -> Sequence[Job]:
        """Return up to `limit` jobs, newest first."""

    async def write_tasks(self, instance_id: str, tasks: Collection[Task], now: datetime) -> None:
        """Create or replace tasks of a job, kept for 30 days."""

    async def read_tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        """Return the tasks of a job by index."""

    async def write_rejected(self, instance_id: str, task: Task, rows: Sequence[RejectedRow], now: datetime) -> None:
        """Write the page of rejected rows after the `rejected_pages` of a task, new or replaced, for 30 days."""

    async def read_rejected(self, instance_id: str, task: Task, page: int) -> Sequence[RejectedRow]:
        """Return a page of the rejected rows of a task, from 0; empty if there is none."""


class Access(Protocol):
    async def read_grants(self, instance_id: str) -> Grants:
        """Return the role assignments and API keys of an instance; empty if there are none, or no such instance."""

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        """Create or replace a role assignment, identified by principal id."""

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        """Delete a role assignment, if it exists."""

    async def write_api_key(self, instance_id: str, key: ApiKey) -> None:
        """Create or replace an API key, identified by role and slot."""

    async def delete_api_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        """Delete an API key, if it exists."""

    async def record_change(self, instance_id: str, change: Change) -> None:
        """Add a change to the audit log."""

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return up to `limit` changes from before an instant, newest first."""


class Persons(Protocol):
    """All that is held on one person, live or not, and the erasures of an instance.

    `source_keys` are keys that no other customer has.
    """

    async def read(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> Held:
        """Return everything under a CustomerId and its source keys; empty if there is nothing."""

    async def remove(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> None:
        """Remove everything under a CustomerId and its source keys, the profile first."""

    async def create_secret(self, instance_id: str, secret: str) -> str:
        """Store the secret of the hashes of an instance; return the stored one if there is one."""

    async def read_secret(self, instance_id: str) -> str | None:
        """Return the secret of the hashes of an instance; None if there is none."""

    async def begin(self, instance_id: str, erasure: Erasure, tombstones: Sequence[Tombstone]) -> None:
        """Write an open erasure and its tombstones, the one of the CustomerId first, new or again.

        If only a part is written, that is the erasure.
        """

    async def list_open(self) -> Sequence[tuple[str, Erasure]]:
        """Return the open erasures of all instances, each with the instance id."""

    async def end(self, instance_id: str, owner: str) -> None:
        """Remove an open erasure by the hash of its CustomerId, if it exists; its tombstones stay."""

    async def filter_erased(self, instance_id: str, digests: Collection[str]) -> Collection[str]:
        """Return those of these hashes that have a tombstone."""

    async def list_tombstones(self, instance_id: str) -> Sequence[Tombstone]:
        """Return all tombstones of an instance."""

    async def remove_tombstones(self, instance_id: str, tombstones: Collection[Tombstone]) -> None:
        """Remove tombstones; ignore what does not exist."""


class Deletions(Protocol):
    """Instances that are being deleted."""

    async def write(self, instance_id: str, deletion: Deletion) -> None:
        """Write a deletion, new or replaced, then remove the definition of the instance, if it is there."""

    async def read(self, instance_id: str) -> Deletion | None:
        """Return the deletion of an instance; None if it is not being deleted."""

    async def list(self) -> Sequence[tuple[str, Deletion]]:
        """Return the deletions of all instances, each with the instance id."""

    async def remove_some(self, instance_id: str, limit: int) -> int:
        """Remove up to `limit` documents of each table of an instance; return how many, 0 if nothing is left.

        Its changes and its deletion stay.
        """

    async def end(self, instance_id: str) -> None:
        """Remove a deletion, if it exists."""


class Usage(Protocol):
    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        """Write all counts of one worker in one hour, in place of what it wrote for that hour before."""

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        """Return the counts of all workers in the hours from `start` to before `end`."""

    async def rename_caller(self, instance_id: str, start: datetime, end: datetime, caller: str, name: str) -> None:
        """Give the counts of a caller on the days from `start` to before `end` to another name."""


class Store(Protocol):
    """The whole store; a process has one."""

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
    def persons(self) -> Persons: ...

    @property
    def deletions(self) -> Deletions: ...

    @property
    def usage(self) -> Usage: ...

    async def check(self) -> None:
        """Return if the store can be reached; raises if not."""

    async def close(self) -> None:
        """Finish pending writes and close connections."""
