"""A Parquet part: its columns, and its rows in batches that are small in bytes, however long its texts are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet, types

from function_app.source.files import PartUnreadableError
from function_app.source.parquet_footer import (
    DICTIONARY_COPIES,
    Chunk,
    Group,
    bytes_at_once,
    check_pages,
    read_groups,
)
from function_app.source.pieces import MAX_BYTES, by_bytes
from function_app.source.rows import Rows

MAX_ROWS = 16_384
MAX_BYTES_AT_ONCE = 128 << 20
"""How many bytes the pages and dictionaries may have that must be in memory together."""
# A column chunk consists of its dictionary and of references to it.
_BYTES_A_REFERENCE, _BYTES_OF_PAGES, _MAX_DICTIONARY_BYTES = 3, 1 << 10, 32 << 20
# Larger row groups are read through buffers, smaller ones at once.
_MAX_UNBUFFERED_BYTES, _BUFFERS_BYTES, _MAX_BUFFER_BYTES = 64 << 20, 32 << 20, 4 << 20
# The instants of the years 1 to 9999, in milliseconds.
_FIRST, _LAST, _MOST = -62_135_596_800_000, 253_402_300_799_999, 2**63 // 1_000
# What pyarrow raises where a file is damaged: its own errors, and those of Python for names and positions in it.
_ERRORS = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError)


class ParquetPart:
    """A Parquet part; PartUnreadableError if it is not Parquet, or is damaged."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream
        try:
            self._file = parquet.ParquetFile(stream)
            self.columns: list[str] = self._file.schema_arrow.names
        except UnicodeDecodeError as error:
            raise PartUnreadableError("its footer is damaged: it has a name that is not UTF-8") from error
        except _ERRORS as error:
            raise PartUnreadableError("it is not a Parquet file, or its end is missing or damaged") from error

    @cached_property
    def types(self) -> Mapping[str, pa.DataType]:
        """The types of the columns, of a dictionary that of its values."""
        fields = self._file.schema_arrow
        return {each.name: each.type.value_type if types.is_dictionary(each.type) else each.type for each in fields}

    def rows(self, columns: Sequence[str], key: str) -> Iterator[Rows]:
        """Read the rows of these columns, batch by batch."""
        number = 1
        try:
            for batch in self._batches(columns):
                yield from by_bytes(batch, number, key)
                number += batch.num_rows
        except _ERRORS as error:
            problem = f"it can't be read from row {number} on: its content is damaged, or could not be fetched"
            raise PartUnreadableError(problem) from error

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        instants = [column for column in columns if column in self._old_instants]
        groups = [_of_columns(group, columns) for group in read_groups(self._stream)]
        for number, group in enumerate(groups):
            self._refuse_large_pages(number, group)
        for number, group in enumerate(groups):
            for chunk in group.chunks if group.rows else ():
                check_pages(self._stream, chunk)
            fine = self._read(number, columns, "us", group)
            coarse = self._read(number, instants, "ms", group) if instants else repeat(None)
            for batch, same in zip(fine, coarse, strict=False):
                yield batch if same is None else _without_wraps(batch, same)

    def _read(self, number: int, columns: Sequence[str], unit: str, group: Group) -> Iterator[pa.RecordBatch]:
        buffer_bytes = _buffer_bytes(group)
        file = parquet.ParquetFile(
            self._stream,
            metadata=self._file.metadata,
            page_checksum_verification=True,
            read_dictionary=[chunk.column for chunk in group.chunks if _is_dictionary(chunk)],
            coerce_int96_timestamp_unit=unit,
            buffer_size=buffer_bytes,
            pre_buffer=not buffer_bytes,
        )
        return iter(file.iter_batches(_rows_at_once(group), [number], columns=list(columns), use_threads=False))

    def _refuse_large_pages(self, number: int, group: Group) -> None:
        """Raise PartUnreadableError if the pages of a row group need too much memory; few headers are looked at."""
        needed, largest = sum(map(_most_at_once, group.chunks)), ("", 0)
        for chunk in sorted(group.chunks, key=_most_at_once, reverse=True):
            if needed <= MAX_BYTES_AT_ONCE:
                return
            at_once = bytes_at_once(self._stream, chunk)
            largest = max(largest, (chunk.column, at_once), key=lambda found: found[1])
            needed += at_once - _most_at_once(chunk)
        if needed > MAX_BYTES_AT_ONCE:
            raise PartUnreadableError(
                f"row group {number + 1} needs {_in_mb(needed)} MB of memory at once, {_in_mb(largest[1])} of them for "
                f"the column '{largest[0]}'; {_in_mb(MAX_BYTES_AT_ONCE)} MB are allowed: write it with smaller pages "
                "(in pyarrow write_batch_size=16), without a dictionary for long texts, or in smaller row groups"
            )

    @cached_property
    def _old_instants(self) -> frozenset[str]:
        """The columns of INT96, which has instants that wrap into others where they are read too finely."""
        schema = self._file.schema
        return frozenset(leaf.path for leaf in map(schema.column, range(len(schema))) if leaf.physical_type == "INT96")


def _of_columns(group: Group, columns: Sequence[str]) -> Group:
    return Group(group.rows, [chunk for chunk in group.chunks if chunk.column in columns])


def _most_at_once(chunk: Chunk) -> int:
    """Return how many bytes a column chunk may need at once, if it is one page or one dictionary."""
    return chunk.size * DICTIONARY_COPIES if chunk.has_dictionary else chunk.size


def _rows_at_once(group: Group) -> int:
    """Return how many rows have few bytes, without those of texts that are read as dictionaries."""
    size = sum(chunk.size for chunk in group.chunks if chunk.is_text and not _is_dictionary(chunk))
    return max(1, min(MAX_ROWS, MAX_BYTES * group.rows // max(size, 1)))


def _buffer_bytes(group: Group) -> int:
    """Return how many bytes of each column to read at once; 0 for all of them."""
    if sum(chunk.size_in_file for chunk in group.chunks) <= _MAX_UNBUFFERED_BYTES:
        return 0
    return min(_MAX_BUFFER_BYTES, _BUFFERS_BYTES // len(group.chunks))


def _is_dictionary(chunk: Chunk) -> bool:
    """Return whether all texts of a column chunk are in its dictionary: then it has few other bytes."""
    if not chunk.is_text or not chunk.has_dictionary or chunk.size > _MAX_DICTIONARY_BYTES:
        return False
    return chunk.beside <= _BYTES_A_REFERENCE * chunk.values + _BYTES_OF_PAGES


def _in_mb(size: int) -> int:
    return -(-size // 1_000_000)


def _without_wraps(batch: pa.RecordBatch, coarse: pa.RecordBatch) -> pa.RecordBatch:
    """Replace instants that are not in the years 1 to 9999 in milliseconds by these, which do not wrap."""
    for name, held in zip(coarse.schema.names, coarse.columns, strict=True):
        instants, place = held.cast(pa.int64()), batch.schema.get_field_index(name)
        is_right = pc.and_(pc.greater_equal(instants, _FIRST), pc.less_equal(instants, _LAST))
        bounded = pc.max_element_wise(pc.min_element_wise(instants, _MOST), -_MOST)
        beyond = pc.multiply(bounded, 1_000).cast(batch.schema.field(place).type)
        batch = batch.set_column(place, name, pc.if_else(pc.fill_null(is_right, True), batch.column(place), beyond))
    return batch
