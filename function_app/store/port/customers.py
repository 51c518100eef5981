"""Customers: what shows of each, its source profile, and its updates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.projection import Kept
from function_app.domain.query import ProfileQuery

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
