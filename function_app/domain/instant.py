"""Instants and durations as text: RFC 3339 and ISO 8601, one canonical form.

The canonical instant is UTC with six decimals, so that texts sort in the order of time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]([01]\d|2[0-3]):\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d\.\d{6}Z", re.ASCII)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,6})W|(?:(?P<days>\d{1,6})D)?"
    r"(?P<clock>T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})S)?)?)",
    re.ASCII,
)


def parse_instant(text: str) -> datetime | None:
    """Return an RFC 3339 instant in UTC; naive if it has no offset, None if it is not an instant.

    Offsets like `+0000` are accepted too: generated Python clients send them.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        parsed = datetime.fromisoformat(text.upper())
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed
    except (ValueError, OverflowError):
        return None


def canonical_instant(text: str) -> str | None:
    """Return an RFC 3339 instant with offset in the canonical form; None if it is not one."""
    if _CANONICAL.fullmatch(text):
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return None
        return text
    instant = parse_instant(text)
    return format_instant(instant) if instant and instant.tzinfo else None


@lru_cache(maxsize=256)  # a request writes the same few instants many times
def format_instant(instant: datetime) -> str:
    """Return an aware instant in the canonical form, like `2026-11-24T09:30:00.000000Z`."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def parse_duration(text: str) -> timedelta | None:
    """Return an ISO 8601 duration of weeks, or of days and clock time; None if it is not one."""
    match = _DURATION.fullmatch(text)
    if not match:
        return None
    parts = match.groupdict()
    clock = parts.pop("clock")
    numbers = {unit: int(digits) for unit, digits in parts.items() if digits is not None}
    if not numbers or clock == "T":
        return None
    return timedelta(**numbers)


def format_duration(duration: timedelta) -> str:
    """Return a duration of whole seconds in ISO 8601, like `PT4H` or `P1DT30M`."""
    minutes, seconds = divmod(int(duration.total_seconds()) - duration.days * 86_400, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{duration.days}D" if duration.days else ""
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"P{days}" + (f"T{clock}" if clock else "") if days or clock else "PT0S"
