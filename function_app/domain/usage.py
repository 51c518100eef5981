"""Usage of the API: tallies of calls, bytes and latencies, which add up across workers and hours."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

K = TypeVar("K")
_BUCKETS_A_DOUBLING = 8
KEPT_DAYS = 30


class Series(NamedTuple):
    """The dimensions that calls are counted by; `result` is the HTTP status.

    `caller` is what the sender calls itself, `principal` the id of who it was; `client` is `page` for a call that a
    page of this service sent.
    """

    operation: str
    entity: str | None
    caller: str | None
    result: int
    error_code: str | None
    principal: str | None = None
    client: str | None = None

    def is_of(self, sender: str) -> bool:
        return sender in {self.caller, self.principal}

    def renamed(self, sender: str, name: str) -> Series:
        """Return the series with another name for a sender."""
        caller, principal = (name if each == sender else each for each in (self.caller, self.principal))
        return self._replace(caller=caller, principal=principal)


class Traffic(NamedTuple):
    """The bytes and the duration of one call."""

    bytes_in: int
    bytes_out: int
    seconds: float


@dataclass(slots=True)
class Tally:
    """Counts of calls, failures (status 400 and up), bytes in and out, and latencies.

    Latencies are counted in buckets, eight for each power of two, so a percentile is exact to 9 %.
    """

    count: int = 0
    failures: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    latencies: Counter[int] = field(default_factory=Counter)

    def add(self, result: int, traffic: Traffic) -> None:
        """Count one call."""
        self.count += 1
        self.failures += result >= 400  # noqa: PLR2004  # the first error status of HTTP
        self.bytes_in += traffic.bytes_in
        self.bytes_out += traffic.bytes_out
        self.latencies[_bucket(traffic.seconds)] += 1

    def merge(self, other: Tally) -> None:
        """Add the counts of another tally."""
        self.count += other.count
        self.failures += other.failures
        self.bytes_in += other.bytes_in
        self.bytes_out += other.bytes_out
        self.latencies.update(other.latencies)

    def percentile_ms(self, percent: int) -> float:
        """Return the latency in milliseconds that this percentage of the calls did not exceed; 0 without calls."""
        needed, seen = math.ceil(self.count * percent / 100), 0
        for bucket in sorted(self.latencies):
            seen += self.latencies[bucket]
            if seen >= needed:
                return round(1000 * math.exp2(bucket / _BUCKETS_A_DOUBLING), 3)
        return 0.0


class UsageCount(NamedTuple):
    """The tally of one series in one hour, of one worker or of several."""

    hour: datetime
    series: Series
    tally: Tally


def hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def summed(counted: Iterable[UsageCount], key: Callable[[UsageCount], K]) -> dict[K, Tally]:
    """Return the sums of the tallies with the same key."""
    sums: dict[K, Tally] = {}
    for each in counted:
        sums.setdefault(key(each), Tally()).merge(each.tally)
    return sums


def _bucket(seconds: float) -> int:
    return math.ceil(_BUCKETS_A_DOUBLING * math.log2(max(seconds, 1e-6)))
