"""A serial order of overlapping calls: calls that ended before another began come first, and so do calls it saw."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from graphlib import CycleError, TopologicalSorter


class BrokenError(AssertionError):
    """No serial order explains the responses."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time from sending a call to its response; the call was executed at an instant in between."""

    start: datetime
    end: datetime

    def is_before(self, other: Span) -> bool:
        return self.end < other.start


class Order:
    """Events, each at an instant of its span, and the known orders of pairs of them."""

    def __init__(self) -> None:
        self._graph: dict[Hashable, set[Hashable]] = {}
        self._spans: list[tuple[Hashable, Span]] = []

    def add(self, event: Hashable, span: Span) -> None:
        self._graph[event] = set()
        self._spans.append((event, span))

    def before(self, first: Hashable, then: Hashable) -> None:
        self._graph[then].add(first)

    def found(self) -> list[Hashable]:
        """Return the events in an order that explains all responses; BrokenError if there is none."""
        try:
            events = [*TopologicalSorter(self._in_time()).static_order()]
        except CycleError as error:
            around = [event for event in error.args[1] if not isinstance(event, _Tick)]
            raise BrokenError("Each of these came before the next: " + "\n  ".join(map(str, around))) from None
        return [event for event in events if not isinstance(event, _Tick)]

    def _in_time(self) -> dict[Hashable, set[Hashable]]:
        """Chain the ends of spans; each event comes after the ends before its start, and before its own."""
        chained = {event: set(firsts) for event, firsts in self._graph.items()}
        moments = [(span.start, False, event) for event, span in self._spans]
        moments += [(span.end, True, event) for event, span in self._spans]
        last: _Tick | None = None
        for at, is_end, event in sorted(moments, key=lambda moment: moment[:2]):
            if is_end:
                tick = _Tick(at, len(chained))
                chained[tick] = {event, last} if last else {event}
                last = tick
            elif last:
                chained[event].add(last)
        return chained


@dataclass(frozen=True, slots=True)
class _Tick:
    """The end of a span."""

    at: datetime
    number: int
