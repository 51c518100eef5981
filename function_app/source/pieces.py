"""Batches of rows that are small in bytes, however long the texts of their dictionaries are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app.source.records import MAX_ROW_BYTES, TOO_LARGE
from function_app.source.rows import BrokenRow, Rows
from function_app.source.texts import is_text

MAX_BYTES = 8 << 20


def by_bytes(batch: pa.RecordBatch, number: int, key: str) -> Iterator[Rows]:
    """Divide a batch that begins with the row of this number, without dictionaries and without too large rows."""
    if longest_row(batch) * len(batch) <= MAX_BYTES:
        yield Rows(_written_out(batch), range(number, number + len(batch)))
        return
    sizes = text_sizes(batch).to_pylist()
    places, broken, held = list[int](), list[BrokenRow](), 0
    for place, size in enumerate(sizes):
        if size > MAX_ROW_BYTES:
            broken.append(_too_large(batch.column(key).slice(place, 1), number + place))
            continue
        if held + size > MAX_BYTES:
            yield _taken(batch, number, places, broken)
            places, broken, held = [], [], 0
        places.append(place)
        held += size
    yield _taken(batch, number, places, broken)


def text_sizes(batch: pa.RecordBatch) -> pa.Array:
    """Return how many bytes the texts of each row have."""
    texts = (_sizes(column) for column in batch.columns if is_text(column.type))
    return reduce(pc.add, texts, pa.repeat(pa.scalar(0, pa.int64()), len(batch)))


def longest_row(batch: pa.RecordBatch) -> int:
    """Return how many bytes the texts of a row have at most: those of the longest texts of all columns."""
    return sum(_longest(column) for column in batch.columns if is_text(column.type))


def _longest(column: pa.Array) -> int:
    texts = column.dictionary if types.is_dictionary(column.type) else column
    return pc.max(_lengths(texts)).as_py() or 0


def _sizes(column: pa.Array) -> pa.Array:
    if types.is_dictionary(column.type):
        return pc.fill_null(_lengths(column.dictionary).take(column.indices), 0).cast(pa.int64())
    return pc.fill_null(_lengths(column), 0).cast(pa.int64())


def _lengths(texts: pa.Array) -> pa.Array:
    if types.is_string_view(texts.type) or types.is_binary_view(texts.type):
        texts = texts.cast(pa.large_binary())
    return pc.binary_length(texts)


def _taken(batch: pa.RecordBatch, number: int, places: Sequence[int], broken: Sequence[BrokenRow]) -> Rows:
    rows = batch.take(pa.array(places, pa.int64()))
    return Rows(_written_out(rows), [number + place for place in places], broken)


def _written_out(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [each.dictionary_decode() if types.is_dictionary(each.type) else each for each in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)


def _too_large(keys: pa.Array, number: int) -> BrokenRow:
    with suppress(pa.ArrowException):  # not a text, or not in UTF-8
        ids = _written_out(pa.record_batch([keys], ["key"])).column(0).cast(pa.string()).cast(pa.binary()).to_pylist()
        return BrokenRow(number, None, TOO_LARGE, 1, tuple(filter(None, ids)), id_is_sure=True)
    return BrokenRow(number, None, TOO_LARGE)
