"""What a proof returns, once nothing it saw broke a promise; it raises AssertionError where something did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table: what was promised, and the figures that were seen."""

    promise: str
    seen: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise put to the test, `size` times in the long form; the test beside it runs fewer."""

    prove: Callable[[int], Finding]
    size: int
    """Of the long form; the unit is the proof's own: kills, requests, seconds, cases."""

    @property
    def name(self) -> str:
        return self.prove.__name__
