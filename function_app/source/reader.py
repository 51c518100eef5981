"""Read a part: its columns, its rows in batches, and its ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from function_app import error_codes
from function_app.domain.activity import key_text
from function_app.domain.entity import Attribute, Entity
from function_app.domain.names import nearest_hint
from function_app.error_detail import ErrorDetail
from function_app.source.batch import Batch
from function_app.source.columns import canonical, fits
from function_app.source.csv_part import CsvPart
from function_app.source.files import PartUnreadableError
from function_app.source.folders import partition_values
from function_app.source.layout import Layout
from function_app.source.parquet_part import ParquetPart
from function_app.source.row_judge import Check, RowJudge
from function_app.source.text import check_packed
from function_app.source.words import in_words

ROWS = 16_384


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a part shows: the faults that prevent loading it, and what to report otherwise.

    `ignored` are columns of no attribute, `absent` attributes without a column; delimiter and encoding are those of
    a CSV.
    """

    faults: Sequence[ErrorDetail] = ()
    ignored: Sequence[str] = ()
    absent: Sequence[str] = ()
    delimiter: str | None = None
    encoding: str | None = None


def read_head(
    stream: pa.NativeFile, file: str, entity: Entity, required: Sequence[str], layout: Layout | None = None
) -> Head:
    """Return what the head of a part shows; its layout is that of the entity where none is given."""
    layout = layout or Layout.of(entity)
    try:
        part = _open(stream, file, entity, layout)
    except PartUnreadableError as error:
        return Head([error_codes.UNFIT_SNAPSHOT(f"{file} can't be read: {error}.", file)])
    attributes, of_all = layout.columns_of(entity.by_name), _values_of_all(part, file, entity, layout)
    problems = _column_problems(part, entity, [layout.column(name) for name in required], layout)
    return Head(
        [error_codes.UNFIT_SNAPSHOT(f"{file} {problem}.", file) for problem in problems],
        [column for column in part.columns if column not in attributes],
        [name for column, name in attributes.items() if column not in {*part.columns, *of_all}],
        part.delimiter if isinstance(part, CsvPart) else None,
        part.encoding if isinstance(part, CsvPart) else None,
    )


def read_part(  # noqa: PLR0913, PLR0917  # all that reading depends on
    stream: pa.NativeFile,
    file: str,
    entity: Entity,
    required: Sequence[str],
    check: Check,
    layout: Layout | None = None,
) -> Iterator[Batch]:
    """Read a part in batches, with memory independent of its size; PartUnreadableError if the rest can't be.

    A packed part is read through before, so that nothing is loaded from a damaged one.
    """
    layout = layout or Layout.of(entity)
    check_packed(stream, file)
    part = _open(stream, file, entity, layout)
    columns = [column for column in layout.columns_of(entity.by_name) if column in part.columns]
    judge = RowJudge(entity, required, check, layout, part.encoding if isinstance(part, CsvPart) else None)
    of_all = _values_of_all(part, file, entity, layout)
    for rows in part.rows(columns, layout.column(entity.keys[0][0])):
        for some in rows.slices(ROWS):
            yield judge.judge(some.with_values(of_all))


def read_ids(
    stream: pa.NativeFile, file: str, entity: Entity, layout: Layout | None = None, *, is_sound: bool = False
) -> Iterator[list[str]]:
    """Read the ids of all rows, rejected ones too, and what may be the first value of one in broken rows.

    The rules of CSV are not checked again in a part that is known to be sound.
    """
    layout = layout or Layout.of(entity)
    columns = [layout.column(name) for name in entity.keys[0]]
    for rows in _open(stream, file, entity, layout, is_sound=is_sound).rows(columns, columns[0]):
        values = [_texts(column) for column in rows.columns.columns]
        ids = values[0] if len(values) == 1 else [key_text(parts) for parts in zip(*values, strict=True)]
        yield [*filter(None, ids), *(held.decode("utf-8", "replace") for row in rows.broken for held in row.ids)]


def _texts(column: pa.Array) -> list[str | None]:
    found: list[str | None] = canonical(column, Attribute("", "Edm.String", ""))[0].to_pylist()
    return found


def _open(
    stream: pa.NativeFile, file: str, entity: Entity, layout: Layout, *, is_sound: bool = False
) -> CsvPart | ParquetPart:
    if file.lower().endswith(".parquet"):
        return ParquetPart(stream)
    return CsvPart(stream, file, layout, layout.columns_of(entity.by_name), is_sound=is_sound)


def _values_of_all(part: CsvPart | ParquetPart, file: str, entity: Entity, layout: Layout) -> Mapping[str, str | None]:
    """Return the values that all rows have by the folders of the part, for columns that it does not have."""
    values = partition_values(file, layout.columns_of(entity.by_name))
    return {column: value for column, value in values.items() if column not in part.columns}


def _column_problems(
    part: CsvPart | ParquetPart, entity: Entity, required: Sequence[str], layout: Layout
) -> Iterator[str]:
    attributes = layout.columns_of(entity.by_name)
    for column in required:
        if column not in part.columns:
            hint = _delimiter_hint(part) or nearest_hint(column, part.columns)
            yield f"has no column '{column}'{hint}"
    for column, name in attributes.items():
        if part.columns.count(column) > 1:
            yield f"has the column '{column}' twice"
        type_ = part.types.get(column) if isinstance(part, ParquetPart) else None
        if type_ is not None and not fits(type_, entity.by_name[name]):
            yield f"has {in_words(type_)} in the column '{column}', which can't hold {entity.by_name[name].data_type}"


def _delimiter_hint(part: CsvPart | ParquetPart) -> str:
    if isinstance(part, ParquetPart) or len(part.columns) > 1:
        return ""
    return "; its first line has one column only, by a comma, a semicolon, a tab or | as delimiter"
