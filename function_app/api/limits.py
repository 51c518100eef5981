"""Rate limits: what a principal, an instance or an address may do in a minute, in this worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from function_app.errors import Throttled

MINUTE_S = 60
MAX_COUNTED = 10_000
_OTHERS = "others"
_MINUTE = timedelta(seconds=MINUTE_S)


class Limits:
    """Counts requests, or other `things`, by the minute of the clock.

    Only the counts of the current minute are kept, and MAX_COUNTED of them: all others have one limit together.
    """

    def __init__(self, a_minute: int = 6000, things: str = "requests") -> None:
        self._a_minute, self._things = a_minute, things
        self._begun = datetime.min.replace(tzinfo=UTC)
        self._counts: dict[str, int] = {}

    def take(self, who: str, now: datetime) -> int:
        """Count one thing of `who`, and return how many are left in this minute.

        Raises Throttled until the next minute if the limit is exceeded.
        """
        counts = self._of_this_minute(now)
        count = counts.get(who, 0)
        if count == 0 and len(counts) >= MAX_COUNTED:
            who = _OTHERS
            count = counts.get(who, 0)
        if count >= self._a_minute:
            message = f"More than {self._a_minute} {self._things} per minute."
            raise Throttled(MINUTE_S - now.second - now.microsecond / 1e6, message)
        counts[who] = count + 1
        return self._a_minute - count - 1

    def is_spent(self, who: str, now: datetime) -> bool:
        """Return whether `who` has nothing left in this minute."""
        return self._of_this_minute(now).get(who, 0) >= self._a_minute

    def _of_this_minute(self, now: datetime) -> dict[str, int]:
        if not self._begun <= now < self._begun + _MINUTE:
            self._begun, self._counts = now.replace(second=0, microsecond=0), {}
        return self._counts

    def headers(self, left: int, now: datetime) -> dict[str, str]:
        """Return the header with the number of requests left, and the seconds until the count restarts.

        It is the `RateLimit` field of draft-ietf-httpapi-ratelimit-headers, without its policy.
        """
        return {"RateLimit": f'"minute";r={left};t={MINUTE_S - now.second}'}
