"""How many rows of a table may be odd: without a value, with one that repeats, or with a wrong one."""

from __future__ import annotations

from function_app.domain.entity import Instance

_ENOUGH_FOR_ONE = 10


def most_odd(rows: int) -> int:
    """Return how many of so many rows may be odd, and still the others show what a column is.

    It is the share that a refresh accepts by default (`mostRejected`), so what is proposed is also loaded; and one slip
    where at least nine rows agree, as one wrong value in a short list changes no more than in a long one.
    """
    return max(int(rows * Instance.most_rejected), int(rows >= _ENOUGH_FOR_ONE))
