"""A cache of values read from the store: changes by other workers become visible within `CACHE_TTL`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
CACHE_TTL = timedelta(seconds=60)


class Cache(Generic[K, V]):
    """Values by key, each kept for `CACHE_TTL` after it was read; a full cache drops the value that was read first."""

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._entries: dict[K, tuple[datetime, V]] = {}

    def get(self, key: K, now: datetime) -> V | None:
        """Return a value that has not expired; None if there is none."""
        entry = self._entries.get(key)
        return entry[1] if entry and entry[0] <= now < entry[0] + CACHE_TTL else None

    def put(self, key: K, value: V, now: datetime) -> None:
        """Keep a value as read at `now`."""
        self._entries.pop(key, None)
        if len(self._entries) >= self._max_size:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (now, value)

    def drop(self, key: K) -> None:
        """Remove a value, if there is one."""
        self._entries.pop(key, None)
