"""The validity of an update or activity, and when it occurred."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from function_app import error_codes
from function_app.domain.instant import format_duration, format_instant, parse_instant
from function_app.domain.lifetime import Lifetime, parse_lifetime
from function_app.error_detail import ErrorDetail

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Policy:
    """An instance's defaults for updates and activities, its maximum for both, and the time zone of its days."""

    update: timedelta = timedelta(hours=4)
    activity: timedelta = timedelta(days=30)
    maximum: timedelta = timedelta(days=30)
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class RequestedValidity:
    """The caller's parameters as texts: `validUntil`, `validFor`, `occurredAt`; None if missing."""

    valid_until: str | None = None
    valid_for: str | None = None
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """When something occurred, was received, and ends; it is live while `now < valid_until`.

    `until_refresh` is whether the next refresh of Customer ends it before.
    """

    occurred_at: datetime
    received_at: datetime
    valid_until: datetime
    until_refresh: bool = False


def decide(
    timing: RequestedValidity, default: timedelta, policy: Policy, now: datetime
) -> Validity | list[ErrorDetail]:
    """Return the validity that the caller requested, or every fault in the request."""
    faults: list[ErrorDetail] = []
    lifetime = Lifetime(default)
    if timing.valid_for is not None:
        lifetime = _lifetime(timing.valid_for, policy, now, faults) or lifetime
    until = _valid_until(timing, now + lifetime.duration, policy.maximum, now, faults)
    occurred = _occurred_at(timing.occurred_at, now, faults)
    return faults or Validity(occurred, now, until, lifetime.by_refresh)


def _valid_until(
    timing: RequestedValidity, until: datetime, maximum: timedelta, now: datetime, faults: list[ErrorDetail]
) -> datetime:
    if timing.valid_until is not None and timing.valid_for is not None:
        faults.append(error_codes.TWO_VALIDITIES("Send validUntil or validFor, not both.", "validFor"))
    if timing.valid_until is not None:
        until = _instant("validUntil", timing.valid_until, faults) or until
        if until <= now:
            faults.append(
                error_codes.VALID_UNTIL_PASSED(
                    f"validUntil must be after now ({format_instant(now)}); received {format_instant(until)}.",
                    "validUntil",
                )
            )
        elif until > now + maximum:
            faults.append(
                error_codes.VALID_UNTIL_TOO_FAR(
                    f"validUntil may be at most {format_duration(maximum)} ahead "
                    f"({format_instant(now + maximum)}); received {format_instant(until)}.",
                    "validUntil",
                )
            )
    return until


def _occurred_at(text: str | None, now: datetime, faults: list[ErrorDetail]) -> datetime:
    if text is None:
        return now
    occurred = _instant("occurredAt", text, faults) or now
    if occurred > now + CLOCK_TOLERANCE:
        faults.append(future_fault("occurredAt", occurred, now))
    return occurred


def future_fault(target: str, instant: datetime, now: datetime) -> ErrorDetail:
    """Return the fault of an instant that is too far in the future."""
    return error_codes.OCCURRED_IN_FUTURE(
        f"{target.rsplit('/', 1)[-1]} may be at most {format_duration(CLOCK_TOLERANCE)} after now "
        f"({format_instant(now)}); received {format_instant(instant)}.",
        target,
    )


def _instant(target: str, text: str, faults: list[ErrorDetail]) -> datetime | None:
    instant = parse_instant(text)
    if instant is None:
        hint = " (a '+' in a URL must be written %2B)" if " " in text else ""
        message = f"{target} must be an RFC 3339 instant like 2026-11-24T09:30:00Z; received '{text[:64]}'{hint}."
        faults.append(error_codes.INVALID_INSTANT(message, target))
        return None
    if instant.tzinfo is None:
        message = f"{target} needs an offset from UTC, like 'Z' or '+01:00'; received '{text}'."
        faults.append(error_codes.MISSING_OFFSET(message, target))
        return None
    return instant


def _lifetime(text: str, policy: Policy, now: datetime, faults: list[ErrorDetail]) -> Lifetime | None:
    lifetime, maximum = parse_lifetime(text, policy.maximum, policy.time_zone, now), policy.maximum
    if lifetime is None:
        message = (
            "validFor must be a lifetime above zero, like 4 hours, 3 days, end of day, until next refresh, or the ISO "
            f"8601 duration PT90M; received '{text[:64]}'."
        )
        faults.append(error_codes.INVALID_DURATION(message, "validFor"))
        return None
    if lifetime.duration > maximum:
        message = f"validFor may be at most {format_duration(maximum)}; received {text[:64]}."
        faults.append(error_codes.VALID_UNTIL_TOO_FAR(message, "validFor"))
        return None
    return lifetime
