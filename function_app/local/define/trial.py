"""A trial of a proposal: the rows that a refresh would reject, by the reader and the rules of a refresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from function_app.domain.activity import required_in
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Entity, Instance
from function_app.domain.job import RejectedRow
from function_app.local.define.tables import MAX_ROWS
from function_app.services.validation import Checker
from function_app.source.files import PartUnreadableError
from function_app.source.reader import read_head, read_part

_SHOWN = 3


def try_out(folder: Path, instance: Instance, files: Mapping[str, Sequence[Path]]) -> Iterator[str]:
    """Yield what a refresh would reject of the files of each entity."""
    for name, paths in files.items():
        for path in paths:
            yield from _try_file(folder, path, instance.by_name[name])


def _try_file(folder: Path, path: Path, entity: Entity) -> Iterator[str]:
    required = (CUSTOMER_ID,) if entity.name == CUSTOMER else required_in(entity)
    checker, rows, rejections, reasons = Checker(entity), 0, 0, list[str]()
    with pa.OSFile(str(folder / path)) as stream:
        faults = read_head(stream, str(path), entity, required).faults
    if faults:
        yield from (fault.message for fault in faults)
        return
    try:
        with pa.OSFile(str(folder / path)) as stream:
            for batch in read_part(
                stream, str(path), entity, required, lambda row: checker.check_record(row, required)
            ):
                rows += len(batch.rows)
                rejections += batch.report.rejections
                places = map(_place, batch.report.rejected)
                reasons += [place for place, _ in zip(places, range(_SHOWN - len(reasons)), strict=False)]
                if rows >= MAX_ROWS:
                    break
    except PartUnreadableError as error:
        yield f"{path} can't be read to its end: {error}."
    if rejections:
        yield f"{path}: {rejections:,} of {rows + rejections:,} rows would be rejected."
        yield from (f"  {reason}" for reason in reasons)


def _place(row: RejectedRow) -> str:
    line = f", line {row.line}" if row.line else ""
    return f"row {row.number}{line}, {row.column or 'the whole row'}: {row.reason}"
