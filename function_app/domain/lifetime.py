"""Lifetimes in words: `4 hours`, `3 days`, `end of day`, `until next refresh`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from function_app.domain.instant import parse_duration

END_OF_DAY, NEXT_REFRESH = "end of day", "until next refresh"
_AMOUNT = re.compile(r"(\d{1,6}) ?(minute|hour|day|week)s?", re.ASCII)
_OFFERED = (
    *((f"{number} minutes", timedelta(minutes=number)) for number in (15, 30)),
    ("1 hour", timedelta(hours=1)),
    *((f"{number} hours", timedelta(hours=number)) for number in (4, 8)),
    ("1 day", timedelta(days=1)),
    *((f"{number} days", timedelta(days=number)) for number in (3, 7, 30)),
)


class Lifetime(NamedTuple):
    """How long something is valid; `by_refresh` if the next refresh of Customer ends it before."""

    duration: timedelta
    by_refresh: bool = False


def parse_lifetime(text: str, maximum: timedelta, time_zone: str, now: datetime) -> Lifetime | None:
    """Return a lifetime in words or as an ISO 8601 duration; None if it is neither, or zero."""
    words = " ".join(text.lower().split())
    if words == NEXT_REFRESH:
        return Lifetime(maximum, by_refresh=True)
    if words == END_OF_DAY:
        return Lifetime(end_of_day(time_zone, now) - now)
    amount = _AMOUNT.fullmatch(words)
    duration = timedelta(**{f"{amount[2]}s": int(amount[1])}) if amount else parse_duration(text)
    return Lifetime(duration) if duration else None


def end_of_day(time_zone: str, now: datetime) -> datetime:
    """Return the first instant of the next day in a time zone."""
    zone = ZoneInfo(time_zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, datetime.min.time(), zone).astimezone(UTC)


def is_time_zone(name: str) -> bool:
    """Return whether a text is the name of a time zone of IANA, like Europe/Oslo."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def offered(maximum: timedelta) -> list[str]:
    """Return the lifetimes that a designer offers."""
    return [*(words for words, duration in _OFFERED if duration <= maximum), END_OF_DAY, NEXT_REFRESH]
