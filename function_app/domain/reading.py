"""Traces of reads of personal data, for instances that want them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from function_app.domain.access import Sender

KEPT_DAYS = 30


class Reading(NamedTuple):
    """One read: when, who, by which operation, and the customers that the request or its answer named."""

    at: datetime
    principal: Sender
    operation: str
    customers: tuple[str, ...]
