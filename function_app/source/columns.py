"""Columns of a snapshot in canonical form, a whole column at a time.

Values that are not certainly valid here are validated by the `Checker`, row by row: this may report a valid value as
uncertain, and never accepts an invalid one.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app.domain.entity import Attribute
from function_app.domain.formats import reader
from function_app.domain.schema import EDM_TYPES, MAX_WHOLE
from function_app.source import instants
from function_app.source.texts import content_of, is_text

WHOLE = frozenset(("Edm.Int16", "Edm.Int32", "Edm.Int64"))
NUMBERS = frozenset(("Edm.Decimal", "Edm.Double", "Edm.Single"))
ROUNDED = frozenset(("Edm.Double", "Edm.Single"))
_SURE_DIGITS = 15
_ANY_NUMBER = (types.is_integer, types.is_floating, types.is_decimal)
_KINDS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(WHOLE | NUMBERS, _ANY_NUMBER),
    "Edm.String": (types.is_integer, lambda type_: types.is_decimal(type_) and type_.scale == 0),
    "Edm.Boolean": (types.is_boolean,),
    "Edm.Date": (types.is_date, types.is_timestamp),
    "Edm.DateTimeOffset": (types.is_timestamp,),
    "Edm.TimeOfDay": (types.is_time,),
}
_GUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$"
_Judged = tuple[pa.Array, pa.Array | None]


def fits(type_: pa.DataType, attribute: Attribute) -> bool:
    """Return whether a column of this type may hold values of the attribute: text, and types that convert exactly."""
    kinds = (types.is_null, is_text, *_KINDS.get(attribute.data_type, ()))
    return any(is_kind(type_) for is_kind in kinds)


def canonical(column: pa.Array, attribute: Attribute) -> _Judged:
    """Return the values in canonical form, and which are certainly valid (nulls are); None if all are."""
    if types.is_null(column.type):
        return pa.nulls(len(column), canonical_type(attribute)), None
    if is_text(column.type):
        values, right = _of_text(_in_standard_form(_decoded(column), attribute), attribute)
    else:
        values, right = _of_kind(column, attribute)
    checks = [] if right is None else [right]
    schema = EDM_TYPES[attribute.data_type]
    if "minimum" in schema:
        checks += [pc.greater_equal(values, schema["minimum"]), pc.less_equal(values, schema["maximum"])]
    if attribute.max_length is not None:
        checks.append(pc.less_equal(pc.utf8_length(values), attribute.max_length))
    if attribute.allowed_values:
        allowed = [value for value in attribute.allowed_values if isinstance(value, str) == is_text(values.type)]
        checks.append(pc.is_in(values, value_set=pa.array(allowed).cast(values.type)))
    if not checks and values.null_count == column.null_count:
        return values, None
    right = reduce(pc.and_, checks, pc.is_valid(values))
    return values, pc.or_(pc.is_null(column), pc.fill_null(right, fill_value=False))


def canonical_type(attribute: Attribute) -> pa.DataType:
    """Return the type of an attribute's canonical values."""
    if attribute.data_type in WHOLE:
        return pa.int64()
    if attribute.data_type in NUMBERS:
        return pa.float64()
    return pa.bool_() if attribute.data_type == "Edm.Boolean" else pa.string()


def _decoded(column: pa.Array) -> pa.Array:
    """Return texts; those that are not UTF-8 as null, which is never valid."""
    try:
        return column.cast(pa.binary()).cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(value) for value in column.cast(pa.binary()).to_pylist()], pa.string())


def _text(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _in_standard_form(column: pa.Array, attribute: Attribute) -> pa.Array:
    """Return texts without the attribute's format; those of another format as null, which is never valid."""
    if attribute.format is None:
        return column
    read, encoded = reader(attribute.data_type, attribute.format), column.dictionary_encode()
    texts = [None if text is None else read(text) for text in encoded.dictionary.to_pylist()]
    return pa.array(texts, pa.string()).take(encoded.indices)


def _of_text(column: pa.Array, attribute: Attribute) -> _Judged:  # noqa: PLR0911  # one a kind
    kind = attribute.data_type
    if kind == "Edm.String":
        return column, pc.invert(pc.match_substring(column, "\0")) if b"\0" in content_of(column) else None
    if kind in WHOLE:
        return _whole(column)
    if kind in NUMBERS:
        return _number(column, is_rounded=kind in ROUNDED)
    if kind == "Edm.Boolean":
        lower = pc.utf8_lower(column)
        return pc.equal(lower, "true"), pc.is_in(lower, value_set=pa.array(["true", "false"]))
    if kind == "Edm.Date":
        return column, _is_real(column, "%Y-%m-%d")
    if kind == "Edm.DateTimeOffset":
        stem = pc.utf8_slice_codeunits(column, 0, 19)
        short = pc.less_equal(pc.utf8_length(column), 20)
        rest = pc.if_else(short, ".000000Z", pc.utf8_slice_codeunits(column, 19, 27))
        right = pc.and_(pc.match_substring_regex(column, _INSTANT), _is_real(stem, "%Y-%m-%dT%H:%M:%S"))
        return pc.binary_join_element_wise(stem, rest, ""), right
    if kind == "Edm.Guid":
        return pc.utf8_lower(column), pc.match_substring_regex(column, _GUID)
    return column, pc.is_null(column)


def _whole(column: pa.Array) -> _Judged:
    right = pc.match_substring_regex(column, r"^-?(0|[1-9]\d{0,14})(\.0+)?$")
    digits = _where(right, column)
    if b"." in content_of(digits):
        digits = pc.replace_substring_regex(digits, r"\..*", "")
    return digits.cast(pa.int64()), right


def _number(column: pa.Array, *, is_rounded: bool) -> _Judged:
    """Validate decimal numbers: valid are short ones, and long ones of which a double keeps every digit."""
    right = pc.match_substring_regex(column, r"^-?(0|[1-9]\d*)(\.\d+)?$")
    values = _where(right, column).cast(pa.float64())
    is_exact = pc.less_equal(pc.binary_length(column), _SURE_DIGITS)
    if not pc.all(is_exact).as_py():
        has_point = pc.match_substring(column, ".")
        comes_back = has_point if is_rounded else pc.and_(has_point, pc.equal(values.cast(pa.string()), column))
        is_exact = pc.or_(is_exact, comes_back)
    return values, pc.and_(pc.and_(right, is_exact), pc.is_finite(values))


def _of_kind(column: pa.Array, attribute: Attribute) -> _Judged:  # noqa: PLR0911  # one a kind
    kind, type_ = attribute.data_type, column.type
    if kind == "Edm.String":
        return column.cast(pa.string()), None
    if kind == "Edm.Boolean":
        return column, None
    if kind == "Edm.Date":
        return instants.dates(column)
    if kind == "Edm.DateTimeOffset":
        return instants.date_times(column)
    if kind == "Edm.TimeOfDay":
        return instants.times(column)
    if types.is_decimal(type_):
        return _of_text(column.cast(pa.string()), attribute)
    if types.is_uint64(type_):
        column = _where(pc.less_equal(column, pa.scalar(2**63 - 1, pa.uint64())), column)
    if types.is_integer(type_):
        whole = column.cast(pa.int64())
        right = pc.and_(pc.greater_equal(whole, -MAX_WHOLE), pc.less_equal(whole, MAX_WHOLE))
        return whole if kind in WHOLE else whole.cast(pa.float64(), safe=False), right
    values = column.cast(pa.float64())
    right = pc.is_finite(values)
    if kind in NUMBERS:
        return values, right
    right = pc.and_(right, pc.and_(pc.equal(pc.trunc(values), values), pc.less_equal(pc.abs(values), MAX_WHOLE)))
    return _where(right, values).cast(pa.int64()), right


def _where(right: pa.Array, column: pa.Array) -> pa.Array:
    return pc.if_else(right, column, pa.scalar(None, column.type))


def _is_real(column: pa.Array, form: str) -> pa.Array:
    """Return which texts are instants that exist: 30 February is parsed as another day."""
    parsed = pc.strptime(column, format=form, unit="s", error_is_null=True)
    back = parsed.cast(pa.string()) if "T" in form else parsed.cast(pa.date32()).cast(pa.string())
    return pc.equal(pc.replace_substring(back, " ", "T"), column)
