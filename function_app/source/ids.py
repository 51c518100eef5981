"""The ids of a whole snapshot, in a form that is compared with the store's ids with little memory and no long pause.

A set of as many texts needs three times the memory, and blocks every thread while it grows and is freed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc


class Ids:
    """Ids in order."""

    def __init__(self, lists: Iterable[Sequence[str]]) -> None:
        pa.default_memory_pool().release_unused()  # memory that the load no longer uses
        ids = pa.chunked_array([pa.array(ids, pa.large_string()) for ids in lists], pa.large_string())
        self._ids = ids.take(pc.sort_indices(ids)).combine_chunks()

    def __len__(self) -> int:
        """Count the ids, repeated ones once."""
        repeats: int = self._repeats.true_count
        return len(self._ids) - repeats

    def doubled(self, most: int) -> tuple[int, list[str]]:
        """Count the repetitions of ids, and return some of the ids that are repeated."""
        found = self._ids[1:].filter(self._repeats)
        return len(found), list(dict.fromkeys(found.slice(0, most).to_pylist()))

    @cached_property
    def _repeats(self) -> pa.BooleanArray:
        return pc.equal(self._ids[1:], self._ids[:-1])

    def missing(self, some: Collection[str]) -> list[str]:
        """Return which of these are not among the ids."""
        first, last = pa.scalar(min(some), pa.large_string()), pa.scalar(max(some), pa.large_string())
        start = pc.search_sorted(self._ids, first, side="left").as_py()
        end = pc.search_sorted(self._ids, last, side="right").as_py()
        return sorted(set(some).difference(self._ids.slice(start, end - start).to_pylist()))
