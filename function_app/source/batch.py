"""A batch of rows in canonical form: as records, or as JSON texts that are written a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are right, and row numbers (from 1) with the reasons of those that are not."""

    rows: pa.RecordBatch
    rejected: Sequence[tuple[int, str]]

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        values: list[Any] = self.rows.column(name).to_pylist()
        return values

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as records."""
        records: list[dict[str, Any]] = self.rows.to_pylist()
        return records

    def texts(self) -> list[bytes]:
        """Return the rows as JSON objects, the same text for the same values in every process."""
        pieces, between = list[Any](), "{"
        for name, column in zip(self.rows.schema.names, self.rows.columns, strict=True):
            before, values, after = _in_json(column)
            pieces += [f"{between}{orjson.dumps(name).decode()}:{before}", values]
            between = f"{after},"
        joined = pc.binary_join_element_wise(*pieces, between[:-1] + "}", "")
        texts: list[bytes] = joined.cast(pa.binary()).to_pylist()
        return texts


def _in_json(column: pa.Array) -> tuple[str, pa.Array, str]:
    """Write values in JSON: what stands before each, the values themselves, and what stands after each."""
    if types.is_string(column.type):
        texts = _escaped(column)
        if not texts.null_count:
            return '"', texts, '"'
        texts = pc.binary_join_element_wise('"', texts, '"', "")
    else:
        texts = column.cast(pa.string())
        if types.is_floating(column.type):  # whole ones come without a point
            whole = pc.match_substring_regex(texts, r"^-?\d+$")
            texts = pc.if_else(whole, pc.binary_join_element_wise(texts, ".0", ""), texts)
    return "", pc.coalesce(texts, "null"), ""


def _escaped(column: pa.Array) -> pa.Array:
    _, offsets, content = column.buffers()
    ends = memoryview(offsets).cast("i")[column.offset :][: len(column) + 1]
    whole = memoryview(content or b"")[ends[0] : ends[-1]]
    if len(orjson.dumps(str(whole, "utf-8"))) == len(whole) + 2:  # the commonest by far, and found out soonest so
        return column
    return pa.array([text and orjson.dumps(text)[1:-1] for text in column.to_pylist()], pa.string())
