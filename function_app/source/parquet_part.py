"""A Parquet part: its columns, and its rows in batches that are small in bytes, whatever their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet, types

from function_app.source.pieces import MAX_BYTES, by_bytes
from function_app.source.rows import PartUnreadableError, Rows

MAX_ROWS = 16_384
# What stands in a column chunk beside its dictionary are places in it.
_BYTES_A_PLACE, _BYTES_OF_PAGES, _MAX_DICTIONARY_BYTES = 3, 1 << 10, 64 << 20
# The instants of the years 1 to 9999, in milliseconds.
_FIRST, _LAST, _BEYOND = -62_135_596_800_000, 253_402_300_799_999, 2**63 - 1


class ParquetPart:
    """A Parquet part; PartUnreadableError if it is none, or is damaged."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream
        try:
            self._file = parquet.ParquetFile(stream)
        except (pa.ArrowException, OSError) as error:
            raise PartUnreadableError("it is no Parquet file, or its end is missing") from error
        self.columns: list[str] = self._file.schema_arrow.names

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
        except (pa.ArrowException, OSError) as error:
            problem = f"it can't be read from row {number} on: its content is damaged, or could not be fetched"
            raise PartUnreadableError(problem) from error

    def _batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        instants = [column for column in columns if column in self._old_instants]
        for number in range(self._file.metadata.num_row_groups):
            group = _Group(self._file.metadata.row_group(number), columns)
            fine = self._read(number, columns, "us", group)
            coarse = self._read(number, instants, "ms", group) if instants else repeat(None)
            for batch, same in zip(fine, coarse, strict=False):
                yield batch if same is None else _without_wraps(batch, same)

    def _read(self, number: int, columns: Sequence[str], unit: str, group: _Group) -> Iterator[pa.RecordBatch]:
        file = parquet.ParquetFile(
            self._stream,
            metadata=self._file.metadata,
            page_checksum_verification=True,
            read_dictionary=group.dictionaries,
            coerce_int96_timestamp_unit=unit,
        )
        return iter(file.iter_batches(group.rows_at_once, [number], columns=list(columns), use_threads=False))

    @cached_property
    def _old_instants(self) -> frozenset[str]:
        """The columns of INT96, whose instants wrap into others where they are read too finely."""
        schema = self._file.schema
        return frozenset(leaf.path for leaf in map(schema.column, range(len(schema))) if leaf.physical_type == "INT96")


class _Group:
    """A row group: which columns of texts to read as dictionaries, and how many rows of the others at once."""

    def __init__(self, group: parquet.RowGroupMetaData, columns: Sequence[str]) -> None:
        found = map(group.column, range(group.num_columns))
        chunks = [chunk for chunk in found if chunk.path_in_schema in columns and chunk.physical_type == "BYTE_ARRAY"]
        self.dictionaries = [chunk.path_in_schema for chunk in chunks if _is_dictionary(chunk)]
        bytes_of_rows = sum(chunk.total_uncompressed_size for chunk in chunks if not _is_dictionary(chunk))
        self.rows_at_once = max(1, min(MAX_ROWS, MAX_BYTES * group.num_rows // max(bytes_of_rows, 1)))


def _is_dictionary(chunk: parquet.ColumnChunkMetaData) -> bool:
    """Say whether a column chunk has all values in its dictionary: then there is little beside it."""
    if not any("DICTIONARY" in encoding for encoding in chunk.encodings):
        return False
    start = chunk.dictionary_page_offset
    beside = chunk.total_compressed_size - (chunk.data_page_offset - start) if start else 0
    is_large = chunk.total_uncompressed_size > _MAX_DICTIONARY_BYTES
    return not is_large and beside <= _BYTES_A_PLACE * chunk.num_values + _BYTES_OF_PAGES


def _without_wraps(batch: pa.RecordBatch, coarse: pa.RecordBatch) -> pa.RecordBatch:
    """Put what lies beyond all years where instants in microseconds lie beyond the years 1 to 9999."""
    for name, held in zip(coarse.schema.names, coarse.columns, strict=True):
        instants, place = held.cast(pa.int64()), batch.schema.get_field_index(name)
        is_right = pc.and_(pc.greater_equal(instants, _FIRST), pc.less_equal(instants, _LAST))
        beyond = pa.scalar(_BEYOND, pa.int64()).cast(batch.schema.field(place).type)
        batch = batch.set_column(place, name, pc.if_else(pc.fill_null(is_right, True), batch.column(place), beyond))
    return batch
