"""Lifetimes in words: `4 hours`, `3 days`, `end of day`, `until next refresh`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from function_app.domain.instant import format_duration, parse_duration

END_OF_DAY, NEXT_REFRESH = "end of day", "until next refresh"
_AMOUNT = re.compile(r"(\d{1,6}) ?(minute|hour|day|week)s?", re.ASCII)
_OFFERED = (
    *(timedelta(minutes=number) for number in (15, 30)),
    *(timedelta(hours=number) for number in (1, 4, 8)),
    *(timedelta(days=number) for number in (1, 3, 7, 30)),
)
_UNITS = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}


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
    span = parse_span(text)
    return Lifetime(span) if span else None


def parse_span(text: str) -> timedelta | None:
    """Return a span of time in words, like `4 hours`, or as an ISO 8601 duration; None if it is neither, or zero."""
    amount = _AMOUNT.fullmatch(" ".join(text.lower().split()))
    span = timedelta(**{f"{amount[2]}s": int(amount[1])}) if amount else parse_duration(text)
    return span or None


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


def in_words(duration: timedelta) -> str:
    """Return a lifetime in words, like `4 hours`; as an ISO 8601 duration if it is not of whole minutes."""
    for unit, length in _UNITS.items():
        number, rest = divmod(duration, length)
        if not rest:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return format_duration(duration)


def offered(maximum: timedelta, *defaults: timedelta) -> list[str]:
    """Return the lifetimes that a designer offers."""
    durations = {*(duration for duration in _OFFERED if duration <= maximum), *defaults}
    return [*map(in_words, sorted(durations)), END_OF_DAY, NEXT_REFRESH]
