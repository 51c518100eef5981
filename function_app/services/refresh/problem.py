"""What a refresh says of an exception that ended a part of it, and of rows that repeat a key."""

from __future__ import annotations

import logging
from collections.abc import Collection
from random import getrandbits

from function_app.errors import ServiceError
from function_app.source.files import PartChangedError, PartUnreadableError
from function_app.telemetry import safe_trace

_log = logging.getLogger(__name__)


def describe(error: Exception, subject: str) -> str:
    """Return a sentence for the job; an unexpected exception is logged, and named only by a correlation id."""
    match error:
        case PartUnreadableError():
            return f"{subject} can't be read: {error}."
        case OSError():
            return f"{subject} can't be read: {error}"
        case PartChangedError():
            return str(error)
        case ServiceError():
            return " ".join(fault.message for fault in error.faults)
        case _:
            correlation = f"{getrandbits(128):032x}"
            _log.error("%s failed, correlation id %s: %s", subject, correlation, safe_trace(error))
            return f"{subject} failed inside the service; tell its operator the correlation id {correlation}."


def repeating_rows(rows: str, key: str, count: int, some: Collection[str] = ()) -> str:
    """Return the warning of rows that repeat a key; some of the repeated ones are shown."""
    listed = ", ".join(f"'{one}'" for one in some)
    like = f", like {listed}" if listed else ""
    return f"{rows} that repeat the {key} of another row: {count}{like}. The last row of each counts."
