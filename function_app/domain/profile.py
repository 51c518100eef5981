"""The customer's words: profile, update, and what a store knows of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """One accepted set of attribute changes for one customer.

    `fingerprint` is a digest of the content as it was sent, by which a retry is told from another update with the
    same id; empty where the id was not the caller's.
    """

    update_id: str
    customer_id: str
    attributes: Attributes
    occurred_at: datetime
    received_at: datetime
    valid_until: datetime
    fingerprint: str
    caller: str | None = None

    def is_live(self, now: datetime) -> bool:
        return now < self.valid_until

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """The greatest wins, attribute by attribute."""
        return (self.occurred_at, self.received_at, self.update_id)


@dataclass(frozen=True, slots=True)
class Customer:
    """What the store holds of one customer: the source profile and its updates, live at the last look."""

    customer_id: str
    source: Attributes
    updates: tuple[Update, ...] = ()
