"""The result of a proof in which no promise was broken; a broken promise raises AssertionError."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the table: the promise, and the measured figures."""

    promise: str
    seen: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A promise under test, with `size` cases in the long form; its test in the suite runs fewer."""

    prove: Callable[[int], Finding]
    size: int
    """Of the long form; the unit is the proof's own: kills, requests, seconds, cases."""

    @property
    def name(self) -> str:
        return self.prove.__name__
