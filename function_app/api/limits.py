"""Rate limits: the requests per minute of a principal and of an instance, in this worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from function_app.errors import Throttled

MINUTE_S = 60
_MINUTE = timedelta(seconds=MINUTE_S)


class Limits:
    """Counts requests by the minute of the clock. Only the counts of the current minute are kept."""

    def __init__(self, a_minute: int = 6000) -> None:
        self._a_minute = a_minute
        self._begun = datetime.min.replace(tzinfo=UTC)
        self._counts: dict[str, int] = {}

    def take(self, who: str, now: datetime) -> int:
        """Count one request of a principal or instance, and return how many are left in this minute.

        Raises Throttled until the next minute if the limit is exceeded.
        """
        if not self._begun <= now < self._begun + _MINUTE:
            self._begun, self._counts = now.replace(second=0, microsecond=0), {}
        count = self._counts.get(who, 0)
        if count >= self._a_minute:
            message = f"More than {self._a_minute} requests per minute."
            raise Throttled(MINUTE_S - now.second - now.microsecond / 1e6, message)
        self._counts[who] = count + 1
        return self._a_minute - count - 1

    def headers(self, left: int, now: datetime) -> dict[str, str]:
        """Return the header with the number of requests left, and the seconds until the count restarts.

        It is the `RateLimit` field of draft-ietf-httpapi-ratelimit-headers, without its policy.
        """
        return {"RateLimit": f'"minute";r={left};t={MINUTE_S - now.second}'}
