"""Profiles, updates, and the stored state of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from function_app.domain.access import Sender

Attributes = Mapping[str, Any]


class End(NamedTuple):
    """The end of one attribute of an update before the update expires: the source has its value, or `by` ended it."""

    at: datetime
    landed: bool = False
    by: Sender | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """One accepted set of attribute changes for one customer.

    `fingerprint` is a digest of the content as it was sent: it distinguishes a retry from another update with the same
    id. It is empty if the caller gave no id. `caller` is what the sender calls itself, `principal` who it was.
    `before` has the source's values of its attributes when it came, None if not known; `ends` the attributes that have
    ended: they count no more. `until_refresh`: the next refresh of Customer that begins after it ends it.
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
    before: Attributes | None = field(default=None, compare=False)
    ends: Mapping[str, End] = field(default_factory=dict)
    until_refresh: bool = False

    @property
    def counting(self) -> Update:
        """Return the update without the attributes that have ended."""
        if not self.ends:
            return self
        return replace(self, attributes={name: self.attributes[name] for name in self.attributes.keys() - self.ends})

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
