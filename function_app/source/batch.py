"""A batch of rows in canonical form: as records, or as JSON texts that are written a column at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app.domain.job import NOTHING, Report
from function_app.source.texts import content_of

_CHUNK_ROWS = 1_024


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that are right, and the report on the others."""

    rows: pa.RecordBatch
    report: Report = NOTHING

    def column(self, name: str) -> list[Any]:
        """Return the values of a column."""
        return _values(self.rows.column(name))

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as records."""
        return _values(self.rows)

    def texts(self) -> list[bytes]:
        """Return the rows as JSON objects, the same text for the same values in every process."""
        pieces, between = list[Any](), "{"
        for name, column in zip(self.rows.schema.names, self.rows.columns, strict=True):
            before, values, after = _in_json(column)
            pieces += [f"{between}{orjson.dumps(name).decode()}:{before}", *values]
            between = f"{after},"
        joined = pc.binary_join_element_wise(*pieces, between[:-1] + "}", "")
        return _values(joined.cast(pa.binary()))


def _values(held: pa.Array | pa.RecordBatch) -> list[Any]:
    """Return values or records, some at a time, because no other Python thread runs meanwhile."""
    slices = (held.slice(start, _CHUNK_ROWS) for start in range(0, len(held), _CHUNK_ROWS))
    return [value for some in slices for value in some.to_pylist()]


def _in_json(column: pa.Array) -> tuple[str, list[pa.Array], str]:
    """Write values in JSON: the text before each, the values in one or more pieces, the text after."""
    if types.is_string(column.type):
        texts = _escaped(column)
        if not texts.null_count:
            return '"', [texts], '"'
        texts = pc.binary_join_element_wise('"', texts, '"', "")
    else:
        texts = column.cast(pa.string())
    pieces = [pc.coalesce(texts, "null")]
    if types.is_floating(column.type):  # whole ones come without a point
        whole = pc.match_substring_regex(texts, r"^-?\d+$")
        pieces.append(pc.if_else(pc.fill_null(whole, fill_value=False), ".0", ""))
    return "", pieces, ""


def _escaped(column: pa.Array) -> pa.Array:
    whole = content_of(column)
    if b'"' not in whole and b"\\" not in whole and not _has_controls(whole):
        return column
    return pa.array([text and orjson.dumps(text)[1:-1] for text in column.to_pylist()], pa.string())


def _has_controls(text: bytes) -> bool:
    least = pc.min(pa.Array.from_buffers(pa.uint8(), len(text), [None, pa.py_buffer(text)])).as_py()
    return least is not None and least < ord(" ")
