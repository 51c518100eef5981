"""Usage: counted in memory, written periodically, summed for reports."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson

from function_app.domain.usage import Series, Tally, Traffic, UsageCount, hour_of
from function_app.errors import Throttled, Unavailable
from function_app.store.port import Store
from function_app.telemetry import safe_trace

FLUSH_EVERY_S, FLUSH_WHEN_IDLE_S = 30, 3
MAX_SERIES, MAX_BYTES = 500, 1_500_000  # a document of Cosmos DB has at most 2 MB
_TALLY_BYTES = 2_000  # counts, and the 141 buckets of latency from 0.1 ms to 20 s
OTHER = "(other)"
_HOUR, _NEVER = timedelta(hours=1), datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)
_Hour = tuple[str, datetime]


class Usage:
    """The calls that this worker answered, by instance and hour.

    A worker writes one document for each instance and hour, complete each time, so a repeated write counts nothing
    twice. A document has at most MAX_SERIES series and MAX_BYTES; further calls are counted without caller, principal
    and entity. A document that can not be written stops no other one.
    It is written every FLUSH_EVERY_S, and FLUSH_WHEN_IDLE_S after the last call: Azure stops a worker without notice,
    but not one that has just answered.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._worker = uuid4().hex
        self._hours: dict[_Hour, dict[Series, Tally]] = {}
        self._bytes: Counter[_Hour] = Counter()
        self._unwritten: dict[_Hour, None] = {}  # in the order in which they are tried
        self._hour = _NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._first_at = self._last_at = 0.0
        self._flushing: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def record(self, instance_id: str, series: Series, traffic: Traffic, now: datetime) -> None:
        """Count one call."""
        if not self._hour <= now < self._hour + _HOUR:
            self._hour = hour_of(now)
        key = (instance_id, self._hour)
        counts = self._hours.setdefault(key, {})
        tally = counts.get(series)
        if tally is None:
            size = _TALLY_BYTES + len(orjson.dumps(series._asdict()))
            if len(counts) >= MAX_SERIES or self._bytes[key] + size > MAX_BYTES:
                series = series._replace(caller=OTHER, principal=OTHER, entity=None)
            else:
                self._bytes[key] += size
            tally = counts.setdefault(series, Tally())
        tally.add(series.result, traffic)
        self._unwritten[key] = None
        loop = asyncio.get_running_loop()
        self._last_at = loop.time()
        if self._timer is None:
            self._first_at = self._last_at
            self._timer = loop.call_later(min(FLUSH_WHEN_IDLE_S, FLUSH_EVERY_S), self._flush_if_idle)

    def rename_sender(self, instance_id: str, sender: str, name: str) -> None:
        """Give another name to a sender, as caller and as principal, in the counts that this worker has in memory."""
        for (counted, _), counts in self._hours.items():
            if counted == instance_id:
                for series in [series for series in counts if series.is_of(sender)]:
                    counts.setdefault(series.renamed(sender, name), Tally()).merge(counts.pop(series))

    async def report(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        """Return the counts of all workers in the hours from `start` to before `end`, including unwritten ones here."""
        await self.flush()
        return await self._store.usage.read(instance_id, start, end)

    async def flush(self) -> None:
        """Write the counts since the last flush, and drop past hours from memory.

        It ends where the store does not answer; the next one begins with the others.
        """
        async with self._one_at_a_time:
            for key in tuple(self._unwritten):
                self._unwritten.pop(key, None)
                try:
                    await self._write(key)
                except (Throttled, Unavailable) as error:
                    self._unwritten[key] = None
                    _log.warning("Usage was not written, the next flush tries again: %s", error)
                    break
                except Exception as error:  # noqa: BLE001  # of this instance and hour, not of the others
                    _log.error("Usage of an instance was not written: %s", safe_trace(error))
            self._forget()

    async def close(self) -> None:
        """Write the counts that are not written yet."""
        if self._timer:
            self._timer.cancel()
        await self.flush()

    def _flush_if_idle(self) -> None:
        loop = asyncio.get_running_loop()
        due = min(self._last_at + FLUSH_WHEN_IDLE_S, self._first_at + FLUSH_EVERY_S)
        if loop.time() < due:
            self._timer = loop.call_at(due, self._flush_if_idle)
            return
        self._timer = None
        self._flushing = asyncio.create_task(self.flush())

    async def _write(self, key: _Hour) -> None:
        instance_id, hour = key
        if await self._store.control.read_instance(instance_id) is None:
            del self._hours[key], self._bytes[key]
            self._unwritten.pop(key, None)
            return
        counts = [UsageCount(hour, series, tally) for series, tally in self._hours[key].items()]
        await self._store.usage.write(instance_id, hour, self._worker, counts)

    def _forget(self) -> None:
        """Drop written hours except the last two: a call that started in the previous hour may still be counted."""
        latest = max((hour for _, hour in self._hours), default=None)
        for key in tuple(self._hours):
            if latest and key[1] < latest - timedelta(hours=1) and key not in self._unwritten:
                del self._hours[key], self._bytes[key]
