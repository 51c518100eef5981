"""Single cells that may be invalid: as JSON would hold the same value, or what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app import error_codes
from function_app.domain.entity import Attribute
from function_app.domain.formats import example, reader
from function_app.domain.schema import FORMAT_HINTS, MAX_WHOLE
from function_app.error_detail import ErrorCode, ErrorDetail
from function_app.source import instants
from function_app.source.texts import is_text

_SHOWN = 40
_TEMPORAL = {
    "Edm.Date": (instants.dates, "date", "in the years 1 to 9999, or midnight of one"),
    "Edm.DateTimeOffset": (instants.date_times, "date-time", "in the years 1 to 9999"),
    "Edm.TimeOfDay": (instants.times, "time", "within one day"),
}


def judge(cells: pa.Array, attribute: Attribute, encoding: str | None) -> Sequence[Any]:
    """Return the values of some cells, for the `Checker` to validate; an ErrorDetail where JSON could not hold one."""
    if is_text(cells.type):
        return [None if cell is None else _of_bytes(cell, attribute, encoding) for cell in as_bytes(cells)]
    if types.is_temporal(cells.type):
        return _of_instants(cells, attribute)
    return [
        cell if cell is None or isinstance(cell, bool) else _of_number(cell, attribute) for cell in cells.to_pylist()
    ]


def as_bytes(cells: pa.Array) -> list[bytes | None]:
    """Return texts as bytes, which may not be UTF-8."""
    found: list[bytes | None] = cells.cast(pa.binary()).to_pylist()
    return found


def shown(value: bytes | str) -> str:
    """Return a value as a message may repeat it."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _fault(error_code: ErrorCode, attribute: Attribute, problem: str) -> ErrorDetail:
    return error_code(f"'{attribute.name}' {problem}.", f"/{attribute.name}")


def _of_bytes(cell: bytes, attribute: Attribute, encoding: str | None) -> object:
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return _fault(error_codes.WRONG_FORMAT, attribute, _undecoded(cell, encoding))
    if "\0" in text:
        return _fault(
            error_codes.WRONG_FORMAT, attribute, f"must be without the character U+0000; received '{shown(text)}'"
        )
    if attribute.format is not None:
        standard = reader(attribute.data_type, attribute.format)(text)
        if standard is None:
            wanted = example(attribute.data_type, attribute.format)
            problem = f"must be written like {wanted}, by its format; received '{shown(text)}'"
            return _fault(error_codes.WRONG_FORMAT, attribute, problem)
        text = standard
    return text


def _undecoded(cell: bytes, encoding: str | None) -> str:
    if encoding not in {None, "UTF-8"}:
        return f"must be a text in {encoding}; received '{shown(cell)}'"
    try:
        return f"must be a text in UTF-8; in Windows-1252 its bytes read '{shown(cell.decode('cp1252'))}'"
    except UnicodeDecodeError:
        return f"must be a text in UTF-8; received '{shown(cell)}'"


def _of_number(cell: float | Decimal, attribute: Attribute) -> object:
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, int):
        return str(cell) if attribute.data_type == "Edm.String" else cell
    if math.isfinite(cell):
        return cell
    wanted = f"a number that a double holds exactly: up to 15 digits, whole numbers up to {MAX_WHOLE}"
    return _fault(error_codes.OUT_OF_RANGE, attribute, f"must be {wanted}; received {cell}")


def _of_instants(cells: pa.Array, attribute: Attribute) -> Sequence[object]:
    write, form, limits = _TEMPORAL[attribute.data_type]
    texts, right = write(cells)
    wanted = f"must be {FORMAT_HINTS[form]}, {limits}"
    found = zip(texts.to_pylist(), pc.or_kleene(right, cells.is_null()).to_pylist(), instants.shown(cells), strict=True)
    return [
        text if is_right else _fault(error_codes.WRONG_FORMAT, attribute, f"{wanted}; received {received}")
        for text, is_right, received in found
    ]
