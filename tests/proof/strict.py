"""A strict reading of CSV by RFC 4180 and of values by their type: what a refresh of damaged texts may store.

It shares no code with the product, so that an error of one is not an error of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

Record = dict[str, Any]
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?")
_LIKE_A_NUMBER = re.compile(r"[-+0-9.eE]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_ID = re.compile(r"[A-Za-z0-9-]{1,60}")
_BREAKS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute of Customer and the column that holds it; `longest` limits a text."""

    attribute: str
    column: str
    data_type: str = "Edm.String"
    longest: int | None = None


class Cells(NamedTuple):
    """The values of one record, where it ends, and whether with a line break."""

    values: list[bytes]
    end: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of a customer: its values, None if it must be rejected; not `sure` if it may be."""

    customer_id: str
    record: Record | None
    sure: bool = True


@dataclass(slots=True)
class Reading:
    """What texts say by the rules.

    - `rows`: the rows up to where a rule of quotes is broken, in order
    - `later`: rows after that place, which may be loaded or not
    - `faults`: what a refresh must report
    - `is_whole`: no row can be missing, except those that the texts do not have
    """

    rows: list[Row] = field(default_factory=list)
    later: list[Row] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    is_whole: bool = True

    def add(self, other: Reading) -> None:
        """Add what the next text says."""
        self.rows += other.rows
        self.later += other.later
        self.faults += other.faults
        self.is_whole = self.is_whole and other.is_whole


def cells_at(text: bytes, at: int, delimiter: bytes) -> Cells | None:
    """Return the record that begins at a place; None if it breaks a rule of quotes."""
    values = list[bytes]()
    while True:
        if text[at : at + 1] == b'"':
            value, at = _quoted(text, at + 1)
            if value is None:
                return None
        else:
            start = at
            while at < len(text) and text[at : at + 1] != delimiter and text[at] not in _BREAKS:
                if text[at : at + 1] == b'"':
                    return None
                at += 1
            value = text[start:at]
        values.append(value)
        after = text[at : at + 1]
        if after == delimiter:
            at += 1
        elif not after:
            return Cells(values, at, ended=False)
        elif after in {b"\r", b"\n"}:
            return Cells(values, at + (2 if text[at : at + 2] == b"\r\n" else 1), ended=True)
        else:
            return None


def _quoted(text: bytes, at: int) -> tuple[bytes | None, int]:
    value = bytearray()
    while at < len(text):
        if text[at : at + 1] != b'"':
            value += text[at : at + 1]
            at += 1
        elif text[at : at + 2] == b'""':
            value += b'"'
            at += 2
        else:
            return bytes(value), at + 1
    return None, at


def records_of(text: bytes, delimiter: bytes, at: int = 0) -> Iterator[tuple[int, Cells | None]]:
    """Yield the place and the values of each record, from a place on, up to the first that breaks a rule: None."""
    while at < len(text):
        cells = cells_at(text, at, delimiter)
        yield at, cells
        if cells is None:
            return
        at = cells.end


def read_text(text: bytes, delimiter: bytes, columns: Sequence[Column], starts: Sequence[int] = ()) -> Reading:
    """Read a text; `starts` are places at which rows of the undamaged text begin."""
    reading, header = Reading(), list[str]()
    for at, cells in records_of(text, delimiter):
        if cells is None:
            reading.faults.append(f"a quote breaks the rules from byte {at} on")
            reading.is_whole = False
            if header:
                reading.later += _later(text, [start for start in starts if start > at], delimiter, header, columns)
            return reading
        if cells.values == [b""] and text[at : at + 1] != b'"':
            continue
        if not cells.ended:
            reading.faults.append("the last line has no line break")
            reading.is_whole = False
        if not header:
            header = [value.decode("utf-8", "replace") for value in cells.values]
            fault = _header_fault(header, columns)
            if fault:
                return Reading(faults=[fault], is_whole=False)
            reading.faults += _header_warnings(header, columns)
        elif row := _row(header, cells.values, columns, reading):
            reading.rows.append(row)
    if not header:
        return Reading(faults=["it is empty"], is_whole=False)
    return reading


def _later(
    text: bytes, starts: Sequence[int], delimiter: bytes, header: Sequence[str], columns: Sequence[Column]
) -> Iterator[Row]:
    """Yield the rows that a reading from some places on finds, up to the next broken rule each."""
    seen = set[int]()
    for start in starts:
        for place, cells in records_of(text, delimiter, start):
            if cells is None or place in seen:
                break
            seen.add(place)
            if row := _row(header, cells.values, columns, Reading()):
                yield row


def _header_fault(header: Sequence[str], columns: Sequence[Column]) -> str | None:
    if columns[0].column not in header:
        return "there is no column of the id"
    doubled = [column.column for column in columns if header.count(column.column) > 1]
    return f"the columns {doubled} are doubled" if doubled else None


def _header_warnings(header: Sequence[str], columns: Sequence[Column]) -> list[str]:
    known = {column.column for column in columns}
    absent, unknown = known.difference(header), set(header) - known
    return [*([f"no columns {absent}"] if absent else []), *([f"unknown columns {unknown}"] if unknown else [])]


def _row(header: Sequence[str], values: Sequence[bytes], columns: Sequence[Column], reading: Reading) -> Row | None:
    """Return what a row says; None if its id is not readable."""
    place = header.index(columns[0].column)
    held = values[place] if place < len(values) else b""
    try:
        customer_id = held.decode()
    except UnicodeDecodeError:
        customer_id = ""
    if not customer_id:
        reading.faults.append("a row has no id")
        reading.is_whole = False
        return None
    if len(values) != len(header):
        reading.faults.append(f"the row of {customer_id} has another width")
        reading.is_whole = False
        return Row(customer_id, None)
    is_sure, record = _PLAIN_ID.fullmatch(customer_id) is not None, Record()
    for column in columns:
        if column.column in header:
            value, is_right, is_certain = _value(values[header.index(column.column)], column)
            if not is_right and is_certain:
                reading.faults.append(f"the {column.attribute} of {customer_id} is no {column.data_type}")
                return Row(customer_id, None)
            record[column.attribute] = value
            is_sure = is_sure and is_certain
    if customer_id == columns[0].column:
        reading.faults.append("a row repeats the header")
        return Row(customer_id, None)
    return Row(customer_id, record, is_sure)


def _value(cell: bytes, column: Column) -> tuple[Any, bool, bool]:
    """Return the value of a cell, whether it is valid, and whether that is certain by the plain rules."""
    try:
        text = cell.decode()
    except UnicodeDecodeError:
        return None, False, True
    if not text:
        return None, True, True
    if "\0" in text or (column.longest is not None and len(text) > column.longest):
        return None, False, True
    if column.data_type in {"Edm.Int32", "Edm.Decimal"}:
        plain = _WHOLE if column.data_type == "Edm.Int32" else _DECIMAL
        return _number(text, column, is_plain=plain.fullmatch(text) is not None)
    is_right = {"Edm.Boolean": text.lower() in {"true", "false"}, "Edm.Date": _is_date(text)}
    value = text.lower() == "true" if column.data_type == "Edm.Boolean" else text
    return value, is_right.get(column.data_type, True), True


def _number(text: str, column: Column, *, is_plain: bool) -> tuple[Any, bool, bool]:
    """Return a number; whether other than plain forms are accepted is left open, but not their value."""
    if not is_plain and not _LIKE_A_NUMBER.fullmatch(text):
        return None, False, True
    try:
        exact = Decimal(text)
    except ArithmeticError:
        return None, False, True
    if column.data_type != "Edm.Int32":
        return float(exact), True, is_plain
    if not exact.is_finite() or exact.adjusted() > 9 or exact != int(exact) or abs(exact) >= 2**31:
        return None, False, True
    return int(exact), True, is_plain


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def allowed(
    reading: Reading, old: Mapping[str, Record], columns: Sequence[Column], *, may_be_refused: bool
) -> dict[str, list[Record | None]]:
    """Return by CustomerId what may be stored after a refresh, None for no customer.

    A refresh that failed `may_be_refused`: every customer may be as before.
    """
    blank: Record = {column.attribute: None for column in columns}
    found = dict[str, list[Record | None]]()
    said = dict[str, list[Row]]()
    for row in reading.rows:
        said.setdefault(row.customer_id, []).append(row)
    later = dict[str, list[Row]]()
    for row in reading.later:
        later.setdefault(row.customer_id, []).append(row)
    for key in {*old, *said, *later}:
        before = old.get(key)
        rows = [Row(key, {**(before or blank), **row.record}, row.sure) for row in said.get(key, ()) if row.record]
        last = max((place for place, row in enumerate(rows) if row.sure), default=-1)
        options: list[Record | None] = [row.record for row in rows[max(last, 0) :]]
        if last < 0 or may_be_refused or not reading.is_whole:
            options.append(before)
        options += [{**(before or blank), **row.record} for row in later.get(key, ()) if row.record]
        if key not in said and reading.is_whole:
            options.append(None)
        found[key] = options
    return found
