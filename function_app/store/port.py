"""What the services need of a store.

Every method may raise `Throttled` or `Unavailable`. What a method was told and returned from is durable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.query import Condition, Position, Sorting
from function_app.domain.usage import Counted


class AlreadyExistsError(Exception):
    """What was to be created is there already."""


@dataclass(frozen=True, slots=True)
class CustomerRead:
    """A customer, and the update asked for by id: live, or retired with its attributes intact."""

    customer: Customer | None
    update: Update | None = None


@dataclass(frozen=True, slots=True)
class SourceQuery:
    """Source profiles that meet a condition, in order, after a position, leaving some customers out."""

    condition: Condition | None
    sorting: Sorting
    after: Position | None = None
    without: frozenset[str] = frozenset()


class Customers(Protocol):
    async def read(
        self, instance_id: str, customer_id: str, now: datetime, update_id: str | None = None
    ) -> CustomerRead:
        """Read the profile and its updates live at `now` in one round trip; None for what is not there."""

    async def create_update(self, instance_id: str, update: Update, now: datetime) -> None:
        """Add an update; raise AlreadyExistsError if the customer has one of this id, live or retired."""

    async def retire_updates(self, instance_id: str, updates: Collection[Update], now: datetime) -> None:
        """Take dominated updates out of reads; they still answer to their id until they expire."""

    async def find_profiles(self, instance_id: str, query: SourceQuery, limit: int) -> Sequence[Customer]:
        """Return up to `limit` source profiles, without their updates."""

    async def count_profiles(self, instance_id: str, condition: Condition | None, without: frozenset[str]) -> int:
        """Count the source profiles that meet a condition, leaving some customers out."""

    async def touched(self, instance_id: str, names: Collection[str], now: datetime) -> Sequence[Customer]:
        """Return every customer with a live update of one of these attributes, with all live updates."""

    async def live_updates(
        self, instance_id: str, customer_ids: Collection[str], now: datetime
    ) -> Mapping[str, tuple[Update, ...]]:
        """Return the live updates of these customers by CustomerId; customers without any are left out."""

    async def write_profiles(self, instance_id: str, profiles: Mapping[str, Attributes]) -> None:
        """Write source profiles by CustomerId, new or replaced, never with an expiry."""


class Control(Protocol):
    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        """Return the instance's definition; None if there is no such instance."""

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        """Write an instance's definition; return whether it is new."""

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all definitions by instance id."""


class Access(Protocol):
    async def read_grants(self, instance_id: str) -> Grants:
        """Return the instance's role assignments and keys; empty if it has none, or is not there."""

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        """Write a role assignment, new or replaced by principal id."""

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        """Delete a role assignment, if it is there."""

    async def write_key(self, instance_id: str, key: ApiKey) -> None:
        """Write an API key, new or replaced by role and slot."""

    async def delete_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        """Delete an API key, if it is there."""

    async def record_change(self, instance_id: str, change: Change) -> None:
        """Add a change to the record."""

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return up to `limit` changes made before an instant, newest first."""


class Usage(Protocol):
    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[Counted]) -> None:
        """Write all that a worker has counted in an hour, in place of what it wrote of that hour before."""

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[Counted]:
        """Return what each worker counted in the hours from `start` to before `end`."""


class Store(Protocol):
    """All of it; one of them serves a process."""

    @property
    def customers(self) -> Customers: ...

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
