"""Profiles, updates, and the stored state of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from function_app.domain.access import Sender

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """One accepted set of attribute changes for one customer.

    `fingerprint` is a digest of the content as it was sent: it distinguishes a retry from another update with the same
    id. It is empty if the caller gave no id. `caller` is what the sender calls itself, `principal` who it was.
    """

    update_id: str
    customer_id: str
    attributes: Attributes
    occurred_at: datetime
    received_at: datetime
    valid_until: datetime
    fingerprint: str
    caller: str | None = None
    principal: Sender | None = None

    def is_live(self, now: datetime) -> bool:
        return now < self.valid_until

    @property
    def order(self) -> tuple[datetime, datetime, str]:
        """The sort key: for each attribute the update with the greatest key wins."""
        return (self.occurred_at, self.received_at, self.update_id)


@dataclass(frozen=True, slots=True)
class Customer:
    """A stored customer: the source profile and its updates that were live when it was read.

    `form` is `Fitting.form` of the definition by which a refresh loaded the profile, empty if not known; `digest` is
    that of the row it was loaded from.
    """

    customer_id: str
    source: Attributes
    updates: tuple[Update, ...] = ()
    form: str = ""
    digest: str = ""
