"""Suggest known names similar to an unknown one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise

_COMPARED, _COMPARISONS = 5, 100
_Marks = frozenset[str | tuple[str, str]]


def nearest_hint(name: str, known: Iterable[str]) -> str:
    """Return a text like `; nearest: 'City'` with up to three known names similar to `name`; empty if there are none.

    Only the names that share most characters and character pairs are compared: comparing hundreds is slow.
    """
    wanted, by_lower = name[:100].lower(), {other.lower(): other for other in known}
    mine, marks = _marks(wanted), _all_marks(tuple(by_lower))
    likely = nlargest(_COMPARED, marks, key=lambda other: len(mine & marks[other]) / (len(wanted) + len(other)))
    near = get_close_matches(wanted, likely, n=3, cutoff=0.6)
    return "; nearest: " + ", ".join(f"'{by_lower[match]}'" for match in near) if near else ""


def nearest_hints(names: Sequence[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield unknown names with their hints; only the first ones have hints, as these are slow."""
    hinted = max(1, _COMPARISONS // max(1, len(known)))
    for place, name in enumerate(names):
        yield name, nearest_hint(name, known) if place < hinted else ""


@lru_cache(64)
def _all_marks(names: tuple[str, ...]) -> Mapping[str, _Marks]:
    return {name: _marks(name) for name in names}


def _marks(name: str) -> _Marks:
    return frozenset((*name, *pairwise(name)))
