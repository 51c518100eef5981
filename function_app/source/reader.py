"""Read a part: batches of rows in canonical form, and why the other rows were rejected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from csv import reader as lines_of
from datetime import date, datetime, time
from decimal import Decimal
from functools import reduce
from io import StringIO
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from function_app import mistakes
from function_app.domain.entity import Attribute, Entity
from function_app.domain.names import nearest_hint
from function_app.mistakes import Fault
from function_app.source.batch import Batch
from function_app.source.columns import NUMBERS, WHOLE, canonical, canonical_type, fits

ROWS = 16_384
_BLOCK = 1 << 20
_BOOLEANS = {"true": True, "false": False}
pa.set_memory_pool(pa.system_memory_pool())  # the default one keeps a hoard for every thread: 100 MB in a refresh
Check = Callable[[Mapping[str, Any]], dict[str, Any] | list[Fault]]


def column_faults(stream: pa.NativeFile, file: str, entity: Entity, required: Sequence[str]) -> list[Fault]:
    """Return how the columns of a part don't fit the entity: unknown, of another kind, twice, or missing."""
    try:
        schema = _schema(stream, file)
    except (pa.ArrowException, OSError) as error:
        return [mistakes.UNFIT_SNAPSHOT(f"{file} can't be read: {error}.", file)]
    found = [f"has no column '{name}'" for name in required if name not in schema.names]
    found += [f"has the column '{name}' twice" for name in set(schema.names) if schema.names.count(name) > 1]
    for field in schema:
        attribute = entity.by_name.get(field.name)
        if attribute is None:
            hint = nearest_hint(field.name, entity.by_name)
            found.append(f"has the column '{field.name[:100]}', which is no attribute of {entity.qualified_name}{hint}")
        elif not fits(field.type, attribute):
            found.append(f"has the column '{field.name}' of type {field.type}, which can't hold {attribute.data_type}")
    return [mistakes.UNFIT_SNAPSHOT(f"{file} {problem}.", file) for problem in found]


def read_part(
    stream: pa.NativeFile, file: str, entity: Entity, required: Sequence[str], check: Check
) -> Iterator[Batch]:
    """Read a part in batches, with memory that does not grow with it; ArrowException or OSError if it is broken."""
    skipped: list[tuple[int, str]] = []
    before, told = 0, 0
    for raw in _batches(stream, file, skipped):
        numbers = _numbers(before, raw.num_rows, [number for number, _ in skipped])
        yield _checked(raw, numbers, entity, required, check, skipped[told:])
        before, told = before + raw.num_rows, len(skipped)


def read_column(stream: pa.NativeFile, file: str, name: str) -> Iterator[list[str]]:
    """Read one column of texts, without what is not UTF-8."""
    attribute = Attribute(name, "Edm.String", name)
    for raw in _batches(stream, file, [], [name]):
        yield canonical(raw.column(0), attribute)[0].drop_null().to_pylist()


def _checked(  # noqa: PLR0913, PLR0917  # what a batch is made of
    raw: pa.RecordBatch,
    numbers: Sequence[int],
    entity: Entity,
    required: Sequence[str],
    check: Check,
    skipped: Sequence[tuple[int, str]],
) -> Batch:
    columns, checks, there = [], [], frozenset(raw.schema.names)
    for attribute in entity.attributes:
        right = None
        if attribute.name in there:
            values, right = canonical(raw.column(attribute.name), attribute)
        else:
            values = pa.nulls(raw.num_rows, canonical_type(attribute))
        if right is not None:
            checks.append(right)
        if attribute.name in required:
            checks.append(pc.fill_null(pc.not_equal(values.cast(pa.string()), ""), fill_value=False))
        columns.append(values)
    rows = pa.record_batch(columns, names=[attribute.name for attribute in entity.attributes])
    right = reduce(pc.and_, checks)
    doubtful = pc.indices_nonzero(pc.invert(right)).to_pylist()
    if not doubtful:
        return Batch(rows, skipped)
    rejected, mended = list(skipped), []
    for index, values in zip(doubtful, raw.take(pa.array(doubtful)).to_pylist(), strict=True):
        checked = check({a.name: _value(values.get(a.name), a) for a in entity.attributes})
        if isinstance(checked, dict):
            mended.append(checked)
        else:
            rejected.append((numbers[index], " ".join(fault.message for fault in checked)))
    rest = pa.RecordBatch.from_pylist(mended, rows.schema)
    return Batch(pa.concat_batches([rows.filter(right), rest]), rejected)


def _value(value: Any, attribute: Attribute) -> Any:
    """Return what stands in a doubtful cell as JSON would hold it; what can't be read stays as it is."""
    if isinstance(value, bytes):
        with suppress(UnicodeDecodeError):
            value = value.decode()
    if isinstance(value, str):
        return _of_text(value, attribute)
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    not_in_json = isinstance(value, Decimal) or (isinstance(value, float) and not math.isfinite(value))
    return str(value) if not_in_json else value


def _of_text(text: str, attribute: Attribute) -> object:
    try:
        if attribute.data_type in WHOLE:
            return int(text)
        if attribute.data_type in NUMBERS and math.isfinite(float(text)):
            return float(text)
    except ValueError:
        return text
    if attribute.data_type == "Edm.Boolean":
        return _BOOLEANS.get(text.lower(), text)
    return text


def _numbers(before: int, count: int, skipped: Sequence[int]) -> Sequence[int]:
    """Return the row numbers of a batch in its file, going around the rows the reader left out."""
    numbers = list(range(before + 1, before + count + 1))
    for left_out in sorted(skipped):
        numbers = [number + (number >= left_out) for number in numbers]
    return numbers


def _schema(stream: pa.NativeFile, file: str) -> pa.Schema:
    if file.endswith(".parquet"):
        return parquet.ParquetFile(stream).schema_arrow
    return pa.schema([(name, pa.binary()) for name in _header(stream)])


def _batches(
    stream: pa.NativeFile, file: str, skipped: list[tuple[int, str]], names: list[str] | None = None
) -> Iterator[pa.RecordBatch]:
    if file.endswith(".parquet"):
        yield from parquet.ParquetFile(stream).iter_batches(ROWS, columns=names, use_threads=False)
        return
    with closing(_csv(stream, skipped, names)) as reader:
        for block in reader:
            for start in range(0, block.num_rows, ROWS):
                yield block.slice(start, ROWS)


def _csv(
    stream: pa.NativeFile, skipped: list[tuple[int, str]], names: list[str] | None = None
) -> csv.CSVStreamingReader:
    """Open a CSV part; every column comes as bytes, and rows of another width are left out and noted."""

    def skip(row: csv.InvalidRow) -> str:
        problem = f"The row has {row.actual_columns} columns; the header has {row.expected_columns}."
        skipped.append((row.number - 1, problem))
        return "skip"

    return csv.open_csv(
        stream,
        csv.ReadOptions(use_threads=False, block_size=_BLOCK),
        csv.ParseOptions(newlines_in_values=True, invalid_row_handler=skip),
        csv.ConvertOptions(
            column_types=dict.fromkeys(_header(stream), pa.binary()),
            include_columns=names,
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _header(stream: pa.NativeFile) -> list[str]:
    """Return the column names of a CSV part, and go back to its start."""
    start = stream.read(_BLOCK).decode("utf-8-sig", "replace")
    stream.seek(0)
    return next(lines_of(StringIO(start)), [])
