"""A Parquet part: its columns, and its rows in batches that are small in bytes, whatever their texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import repeat

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet, types

from function_app.source.pieces import MOST_BYTES, by_bytes
from function_app.source.rows import PartUnreadableError, Rows

MOST_ROWS = 16_384
# Writers fill a dictionary up to here; a smaller column chunk is one, or has little beside it.
_DICTIONARY_BYTES, _DICTIONARY_BYTES_A_ROW = 1 << 20, 16
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
        dictionaries, rows = self._read_as_dictionaries(columns)
        instants = [column for column in columns if column in self._old_instants]
        for batch, coarse in zip(
            self._read(columns, "us", rows, dictionaries),
            self._read(instants, "ms", rows) if instants else repeat(None),
            strict=False,
        ):
            yield batch if coarse is None else _without_wraps(batch, coarse)

    def _read(
        self, columns: Sequence[str], unit: str, rows: int, dictionaries: Sequence[str] = ()
    ) -> Iterator[pa.RecordBatch]:
        file = parquet.ParquetFile(
            self._stream,
            metadata=self._file.metadata,
            read_dictionary=list(dictionaries),
            coerce_int96_timestamp_unit=unit,
        )
        return iter(file.iter_batches(rows, columns=list(columns), use_threads=False))

    @cached_property
    def _old_instants(self) -> frozenset[str]:
        """The columns of INT96, whose instants wrap into others where they are read too finely."""
        schema = self._file.schema
        return frozenset(leaf.path for leaf in map(schema.column, range(len(schema))) if leaf.physical_type == "INT96")

    def _read_as_dictionaries(self, columns: Sequence[str]) -> tuple[list[str], int]:
        """Return which columns of texts to read as dictionaries, and how many rows of the others to read at once."""
        metadata, found, bytes_a_row = self._file.metadata, list[str](), 1.0
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        for place in range(metadata.num_columns):
            chunks = [group.column(place) for group in groups]
            sizes, name = [chunk.total_uncompressed_size for chunk in chunks], self._file.schema.column(place).path
            if not chunks or name not in columns or chunks[0].physical_type != "BYTE_ARRAY":
                continue
            average = sum(sizes) / max(metadata.num_rows, 1)
            is_small = max(sizes) <= _DICTIONARY_BYTES or average <= _DICTIONARY_BYTES_A_ROW
            if is_small and all(chunk.has_dictionary_page for chunk in chunks):
                found.append(name)
            else:
                bytes_a_row += max(size / max(group.num_rows, 1) for size, group in zip(sizes, groups, strict=True))
        return found, max(1, min(MOST_ROWS, int(MOST_BYTES / bytes_a_row)))


def _without_wraps(batch: pa.RecordBatch, coarse: pa.RecordBatch) -> pa.RecordBatch:
    """Put what lies beyond all years where instants in microseconds lie beyond the years 1 to 9999."""
    for name, held in zip(coarse.schema.names, coarse.columns, strict=True):
        instants, place = held.cast(pa.int64()), batch.schema.get_field_index(name)
        is_right = pc.and_(pc.greater_equal(instants, _FIRST), pc.less_equal(instants, _LAST))
        beyond = pa.scalar(_BEYOND, pa.int64()).cast(batch.schema.field(place).type)
        batch = batch.set_column(place, name, pc.if_else(pc.fill_null(is_right, True), batch.column(place), beyond))
    return batch
