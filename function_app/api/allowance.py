"""What one request may still do: until when its parts may begin, and how many of them at once."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from time import monotonic

caller_has_left: ContextVar[Callable[[], bool]] = ContextVar("caller_has_left", default=lambda: False)
"""Whether the caller has closed its connection, where the host can tell."""


class Allowance:
    """Until when the parts of one request may begin, and how many of them at once."""

    def __init__(self, ends: float, items_at_once: int) -> None:
        self._ends, self.items_at_once, self._has_left = ends, items_at_once, caller_has_left.get()

    def may_begin(self) -> bool:
        """Return whether one more part may begin: there is time, and a caller who waits for it."""
        return monotonic() < self._ends and not self._has_left()
