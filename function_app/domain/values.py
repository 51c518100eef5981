"""Convert attribute values to canonical form.

Texts hold values of other types in the forms in which flows and CSV files write them: numbers as in JSON, `true` and
`false` in any case, instants at midnight for a date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from function_app.domain.entity import Attribute
from function_app.domain.instant import canonical_instant
from function_app.domain.schema import EDM_TYPES, MAX_WHOLE

Canonical = Callable[[Any], Any]
_ALWAYS_EXACT = 15  # this many digits are exact in every double


class Inexact(float):
    """A number with more digits than a double can hold."""


def parse_float(text: str) -> float:
    """Return the number of a JSON literal with a point or an exponent; Inexact if digits are lost."""
    number = float(text)
    if (number and len(text) <= _ALWAYS_EXACT) or not math.isfinite(number):
        return number
    with suppress(InvalidOperation):  # the exponent is out of range for Decimal
        if Decimal(repr(number)) == Decimal(text):
            return number
    return Inexact(number)


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MAX_DIGITS = 400
_BOOLEANS = {"true": True, "false": False}
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)([Tt]00:00(:00(\.0{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?)?", re.ASCII)
_GUID_LENGTH = 36


def parse_text(data_type: str, text: str) -> Any:
    """Return the number or boolean that a text holds, if the type is one; the text itself if not."""
    kind = EDM_TYPES[data_type]["type"]
    if kind == "boolean":
        return _BOOLEANS.get(text.lower(), text) if text.isascii() else text
    if kind == "string" or not _NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("-").isdigit() and len(text) <= _MAX_DIGITS else parse_float(text)


def canonical(attribute: Attribute) -> Canonical:
    """Return a function that converts a value other than null to canonical form; None for an invalid value."""
    write = _writer(attribute)
    if not attribute.allowed_values:
        return write
    allowed = [write(value) for value in attribute.allowed_values]

    def write_allowed(value: Any) -> Any:
        written = write(value)
        return written if written in allowed else None

    return write_allowed


def _writer(attribute: Attribute) -> Canonical:
    schema, longest = EDM_TYPES[attribute.data_type], attribute.max_length
    limit = math.inf if longest is None else longest
    match schema["type"]:
        case "string" if "format" in schema:
            return _of_form(NORMALIZERS[schema["format"]], limit)
        case "string":
            return lambda value: value if type(value) is str and len(value) <= limit and "\0" not in value else None
        case "boolean":
            write: Canonical = _boolean
        case "integer":
            write = _whole(schema["minimum"], schema["maximum"])
        case _:
            write = _decimal if attribute.data_type == "Edm.Decimal" else _double
    data_type = attribute.data_type
    return lambda value: write(parse_text(data_type, value) if type(value) is str else value)


def _of_form(form: Callable[[str], str], limit: float) -> Canonical:
    def write(value: Any) -> str | None:
        try:
            return form(value) if type(value) is str and len(value) <= limit else None
        except ValueError:
            return None

    return write


def _boolean(value: Any) -> bool | None:
    return value if type(value) is bool else None


def _whole(least: int, most: int) -> Canonical:
    def write(value: Any) -> int | None:
        whole = int(value) if type(value) is float and value.is_integer() else value
        return whole if type(whole) is int and least <= whole <= most else None

    return write


def _decimal(value: Any) -> float | None:
    if type(value) is int:
        return value if -MAX_WHOLE <= value <= MAX_WHOLE else None
    return value if type(value) is float and math.isfinite(value) else None


def _double(value: Any) -> float | None:
    """Return a number, rounded to the nearest double if needed; None for an invalid value."""
    if type(value) is int and -MAX_WHOLE <= value <= MAX_WHOLE:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _instant(text: str) -> str:
    written = canonical_instant(text)
    if written is None:
        raise ValueError(text)
    return written


def _date(text: str) -> str:
    found = _DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    return date.fromisoformat(found[1]).isoformat()


def _time(text: str) -> str:
    parsed = time.fromisoformat(text)
    if parsed.tzinfo or not text[2:3] == ":":
        raise ValueError(text)
    return parsed.isoformat(timespec="microseconds")


def _uuid(text: str) -> str:
    if len(text) != _GUID_LENGTH:
        raise ValueError(text)
    return str(UUID(text))


NORMALIZERS: dict[str, Callable[[str], str]] = {"date": _date, "date-time": _instant, "time": _time, "uuid": _uuid}
"""By format, a function that converts a text to canonical form; it raises ValueError for an invalid text."""
