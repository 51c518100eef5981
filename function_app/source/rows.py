"""The rows of a part, and those without values because they break a rule of their format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row without values: its number and line, and what is wrong.

    `rows` counts the rows that can not be separated from it, itself included. `ids` are the values in the place of the
    id; `id_is_sure` is True where that is the id of the one row.
    """

    number: int
    line: int | None
    problem: str
    rows: int = 1
    ids: tuple[bytes, ...] = ()
    id_is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a part as columns, with their numbers in it from 1; `broken` are not among them.

    `lines` returns the line of the file in which each row begins; None in Parquet. `is_cut_off` is True where the part
    ends with these rows and may have been longer.
    """

    columns: pa.RecordBatch
    numbers: Sequence[int]
    broken: Sequence[BrokenRow] = ()
    lines: Callable[[], Sequence[int]] | None = None
    is_cut_off: bool = False

    def with_values(self, values: Mapping[str, str | None]) -> Rows:
        """Return them with additional columns of one value each."""
        columns = self.columns
        for name, value in values.items():
            columns = columns.append_column(name, pa.repeat(pa.scalar(value, pa.string()), len(columns)))
        return replace(self, columns=columns)

    def slices(self, most: int) -> Iterator[Rows]:
        """Divide them into slices of at most so many; the first has the broken rows."""
        lines = cache(self.lines) if self.lines else None  # of all the rows: they are counted once
        for start in range(0, max(len(self.numbers), 1), most):
            yield Rows(
                self.columns.slice(start, most),
                self.numbers[start : start + most],
                self.broken if start == 0 else (),
                partial(_from, lines, start) if lines else None,
                self.is_cut_off and start + most >= len(self.numbers),
            )


def _from(lines: Callable[[], Sequence[int]], start: int) -> Sequence[int]:
    return lines()[start:]
