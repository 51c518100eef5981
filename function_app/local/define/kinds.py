"""The type of a column: the narrowest one that holds all its values, by the rules of a refresh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app.domain.entity import Attribute
from function_app.domain.formats import NUMBER_FORMATS, reader
from function_app.domain.values import canonical as canonical_value
from function_app.error_detail import ErrorDetail
from function_app.source.cells import judge
from function_app.source.columns import canonical, fits
from function_app.source.texts import is_text

TEXT, DATE, INSTANT = "Edm.String", "Edm.Date", "Edm.DateTimeOffset"
STANDARD_DATE = "%Y-%m-%d"
_TYPES = ("Edm.Boolean", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", DATE, INSTANT, "Edm.TimeOfDay")
_WORDS = ("yes/no", "y/n", "ja/nein", "j/n", "oui/non", "t/f")
_DAYS = (STANDARD_DATE, "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d")
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
FORMATS = (*_DAYS, *("".join(parts) for parts in product(_DAYS, (" ", "T"), _CLOCKS, ("", "%z", " %z"))))
_FEW = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a column and its format; `doubt` is what is unsure, with how to change it."""

    data_type: str
    format: str | None = None
    doubt: str | None = None


def kind_of(column: pa.Array) -> Kind:
    """Return the type that holds all values of a column."""
    values = pc.unique(column).drop_null()
    if not len(values):
        return Kind(TEXT, doubt="has no values, so it is a text here")
    if not is_text(values.type):
        return _of_typed(values)
    if not _is_utf_8(values):
        return Kind(TEXT)
    are_ids = not pc.any(pc.match_substring(values.cast(pa.binary()).cast(pa.string()), ".")).as_py()
    for data_type in ("Edm.Guid", *_TYPES):
        if _holds(values, data_type) and not (data_type == "Edm.Double" and are_ids):  # which a double rounds
            return _with_doubt(values, data_type)
    return _with_format([text.decode() for text in values.cast(pa.binary()).to_pylist()])


def _of_typed(values: pa.Array) -> Kind:
    type_ = values.type
    if types.is_boolean(type_):
        return Kind("Edm.Boolean")
    if types.is_floating(type_):
        return Kind("Edm.Double")
    if types.is_decimal(type_):
        return Kind("Edm.Decimal" if _holds(values, "Edm.Decimal") else "Edm.Double")
    if types.is_timestamp(type_) and _holds(values, DATE):
        return Kind(DATE, doubt=f"has only midnights, so it is a date here; for instants write {INSTANT}")
    found = next((data_type for data_type in _TYPES if _holds(values, data_type)), TEXT)
    return Kind(found)


def _holds(values: pa.Array, data_type: str) -> bool:
    """Return whether each value is one of a type, first of a few, then of all."""
    attribute = Attribute("", data_type, "")
    if not fits(values.type, attribute):
        return False
    return all(_are_right(some, attribute) for some in (values[:_FEW], values[_FEW:]) if len(some))


def _are_right(values: pa.Array, attribute: Attribute) -> bool:
    return all(_doubtful(values, attribute)[1])


def wrong_values(values: pa.Array, attribute: Attribute) -> pa.Array:
    """Return those of some texts that are no values of an attribute."""
    doubtful, are_right = _doubtful(values, attribute)
    return doubtful.filter(pc.invert(pa.array(are_right, pa.bool_())))


def _doubtful(values: pa.Array, attribute: Attribute) -> tuple[pa.Array, Iterator[bool]]:
    """Return the values that are not certainly right, and of each whether it is."""
    _, right = canonical(values, attribute)
    if right is None:
        return values[:0], iter(())
    write, doubtful = canonical_value(attribute), values.filter(pc.invert(right))
    cells = judge(doubtful, attribute, None)
    return doubtful, (
        not isinstance(cell, ErrorDetail) and cell is not None and write(cell) is not None for cell in cells
    )


def _with_doubt(values: pa.Array, data_type: str) -> Kind:
    if data_type == "Edm.Int32" and {*values.cast(pa.binary()).to_pylist()} == {b"0", b"1"}:
        doubt = "holds only 0 and 1; for true and false write dataType Edm.Boolean and format 1/0"
        return Kind(data_type, doubt=doubt)
    if data_type in {"Edm.Decimal", "Edm.Double"}:
        texts = [text.decode() for text in values.cast(pa.binary()).to_pylist()]
        if len(readings(texts, data_type, [None, "1.234,56"])) > 1:
            doubt = 'takes the point as decimal point; if it groups thousands, write format "1.234,56"'
            return Kind(data_type, doubt=doubt)
    return Kind(data_type)


def _with_format(texts: list[str]) -> Kind:
    """Return the type of texts that are in no standard form; a text where two readings of them differ."""
    for words in _WORDS:
        if {text.lower() for text in texts} == {*words.split("/")}:
            return Kind("Edm.Boolean", words, f"has only the values {words}, so it is true and false here")
    numbers = sorted(NUMBER_FORMATS, key=len, reverse=True)  # those with groups first: they read more
    for data_type, formats in (("Edm.Decimal", numbers), (INSTANT, [*FORMATS])):
        found = [format_ for format_ in readings(texts, data_type, formats) if _is_of_use(texts, data_type, format_)]
        if len(found) > 1:
            several = " or ".join(each or "" for each in found)
            doubt = f"is left a text: its values may be of the format {several}; write its dataType and format"
            return Kind(TEXT, doubt=doubt)
        for format_ in found:
            return _temporal(texts, format_ or "") if data_type == INSTANT else Kind(_number(texts, format_), format_)
    return Kind(TEXT)


def _temporal(texts: list[str], format_: str) -> Kind:
    if all(reader(DATE, format_)(text) for text in texts):
        return Kind(DATE, format_)
    doubt = None if "%z" in format_ else "has no offset from UTC, so its instants are in UTC here"
    return Kind(INSTANT, format_, doubt)


def _is_of_use(texts: list[str], data_type: str, format_: str | None) -> bool:
    """Return whether a format changes some text, and each becomes a right value."""
    values, attribute = pa.array(texts, pa.string()), Attribute("", data_type, "", format=format_)
    read = reader(data_type, format_) if format_ else str
    return any(read(text) != text for text in texts) and _are_right(values, attribute)


def _number(texts: list[str], format_: str | None) -> str:
    attribute = Attribute("", "Edm.Int32", "", format=format_)
    return "Edm.Int32" if _are_right(pa.array(texts, pa.string()), attribute) else "Edm.Decimal"


def readings(texts: list[str], data_type: str, formats: list[str | None] | list[str]) -> list[str | None]:
    """Return the formats that read all texts, without those that read them as one before does."""
    found = dict[tuple[str, ...], str | None]()
    for format_ in formats:
        read = reader(data_type, format_) if format_ else str
        values = tuple(_until_unread(read(text) for text in texts))
        if len(values) == len(texts):
            found.setdefault(values, format_)
    return list(found.values())


def _until_unread(values: Iterator[str | None]) -> Iterator[str]:
    for value in values:
        if value is None:
            return
        yield value


def _is_utf_8(values: pa.Array) -> bool:
    try:
        values.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True
