"""Columns of a snapshot in canonical form, a whole column at a time.

What is not surely right here is left to the one authority on values, the `Checker`, row by row: this may doubt a
right value, and never lets a wrong one pass.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from function_app.domain.entity import Attribute
from function_app.domain.schema import EDM_TYPES

WHOLE = frozenset(("Edm.Int16", "Edm.Int32", "Edm.Int64"))
NUMBERS = frozenset(("Edm.Decimal", "Edm.Double", "Edm.Single"))
_KINDS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(WHOLE, (types.is_integer,)),
    **dict.fromkeys(NUMBERS, (types.is_integer, types.is_floating, types.is_decimal)),
    "Edm.Boolean": (types.is_boolean,),
    "Edm.Date": (types.is_date,),
    "Edm.DateTimeOffset": (types.is_timestamp,),
    "Edm.TimeOfDay": (types.is_time,),
}
_GUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_INSTANT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$"


def fits(type_: pa.DataType, attribute: Attribute) -> bool:
    """Say whether a column of this type can hold the attribute: text can hold any, others their own kind."""
    held = type_.value_type if types.is_dictionary(type_) else type_
    kinds = (types.is_null, _is_text, *_KINDS.get(attribute.data_type, ()))
    return any(is_kind(held) for is_kind in kinds)


def canonical(column: pa.Array, attribute: Attribute) -> tuple[pa.Array, pa.Array | None]:
    """Return the values in canonical form, and which of them are surely right (nulls are); None if all are."""
    plain = _plain(column)
    if types.is_null(plain.type):
        return pa.nulls(len(column), canonical_type(attribute)), None
    values, right = _of_text(plain, attribute) if _is_text(plain.type) else _of_kind(plain, attribute)
    checks = [] if right is None else [right]
    schema = EDM_TYPES[attribute.data_type]
    if "minimum" in schema:
        checks += [pc.greater_equal(values, schema["minimum"]), pc.less_equal(values, schema["maximum"])]
    if attribute.max_length is not None:
        checks.append(pc.less_equal(pc.utf8_length(values), attribute.max_length))
    if attribute.allowed_values:
        allowed = [value for value in attribute.allowed_values if isinstance(value, str) == _is_text(values.type)]
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


def _plain(column: pa.Array) -> pa.Array:
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not _is_text(column.type):
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:  # not UTF-8: null here, never right
        return pa.array([_decoded(value) for value in column.to_pylist()], pa.string())


def _decoded(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def _is_text(type_: pa.DataType) -> bool:
    kinds = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary, types.is_large_binary)
    return any(is_kind(type_) for is_kind in kinds)


def _of_text(column: pa.Array, attribute: Attribute) -> tuple[pa.Array, pa.Array | None]:  # noqa: PLR0911  # one a kind
    kind = attribute.data_type
    if kind in WHOLE:
        right = pc.match_substring_regex(column, r"^-?(0|[1-9]\d{0,17})$")
        return _where(right, column).cast(pa.int64()), right
    if kind in NUMBERS:
        right = pc.match_substring_regex(column, r"^-?\d{1,15}(\.\d{1,15})?$")
        return _where(right, column).cast(pa.float64()), right
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
    return column, None if kind == "Edm.String" else pc.is_null(column)


def _of_kind(column: pa.Array, attribute: Attribute) -> tuple[pa.Array, pa.Array | None]:
    kind = attribute.data_type
    if kind in WHOLE:
        if types.is_uint64(column.type):
            column = _where(pc.less_equal(column, pa.scalar(2**63 - 1, pa.uint64())), column)
        return column.cast(pa.int64()), None
    if kind in NUMBERS:
        values = column.cast(pa.float64(), safe=False)
        return values, pc.is_finite(values)
    if kind == "Edm.Boolean":
        return column, None
    if kind == "Edm.Date":
        text = column.cast(pa.date32()).cast(pa.string())
        return text, pc.match_substring_regex(text, r"^\d{4}-")
    if kind == "Edm.TimeOfDay":
        return column.cast(pa.time64("us"), safe=False).cast(pa.string()), None
    text = column.cast(pa.timestamp("us"), safe=False).cast(pa.string())  # without a zone it is UTC
    return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "Z", ""), pc.match_substring_regex(
        text, r"^\d{4}-"
    )


def _where(right: pa.Array, column: pa.Array) -> pa.Array:
    return pc.if_else(right, column, pa.scalar(None, column.type))


def _is_real(column: pa.Array, form: str) -> pa.Array:
    """Say which texts are instants of a form that exist: 30 February comes back as another day."""
    parsed = pc.strptime(column, format=form, unit="s", error_is_null=True)
    back = parsed.cast(pa.string()) if "T" in form else parsed.cast(pa.date32()).cast(pa.string())
    return pc.equal(pc.replace_substring(back, " ", "T"), column)
