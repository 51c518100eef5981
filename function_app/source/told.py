"""What is told of rows that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not loaded: its number in the part from 1, its line in a CSV, and why.

    `column` is the first that is wrong, None where the row as such is.
    """

    number: int
    line: int | None
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of some rows of a part.

    `rejections` counts the rejected ones, `rejected` lists them as far as the part's list has room. `doubts` are the
    reasons why the part may lack rows: an id in it could not be read, or it is cut off.
    """

    rejected: Sequence[RejectedRow] = ()
    rejections: int = 0
    doubts: Sequence[str] = ()


NOTHING = Told()
