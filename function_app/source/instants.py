"""Dates, instants and times of Parquet in canonical form; what lies beyond the years 1 to 9999 wraps to nothing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_Judged = tuple[pa.Array, pa.Array]


def dates(column: pa.Array) -> _Judged:
    """Write dates, and instants at midnight of their own time zone; others are not right."""
    a_day = 1
    if types.is_timestamp(column.type):
        column, a_day = _local(_within_years(column)), _DAY * _A_SECOND[column.type.unit]
    elif types.is_date64(column.type):
        a_day = _DAY * _A_SECOND["ms"]
    raw = column.cast(pa.int32() if types.is_date32(column.type) else pa.int64()).cast(pa.int64())
    days = pc.divide(raw, a_day)
    right = pc.and_(pc.equal(pc.multiply(days, a_day), raw), _is_between(days, _FIRST_DAY, _LAST_DAY))
    return _where(right, days).cast(pa.int32()).cast(pa.date32()).cast(pa.string()), right


def date_times(column: pa.Array) -> _Judged:
    """Write instants, those without a zone as UTC; what is finer than a microsecond is cut off."""
    within = _within_years(column).cast(pa.timestamp(column.type.unit))  # in UTC
    if column.type.unit == "ns":
        raw = within.cast(pa.int64())
        within = pc.if_else(pc.less(raw, 0), pc.subtract(raw, 999), raw).cast(within.type)  # what is cut off is later
    text = within.cast(pa.timestamp("us"), safe=False).cast(pa.string())
    right = pc.or_(pc.is_valid(within), pc.is_null(column))
    return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "Z", ""), right


def times(column: pa.Array) -> _Judged:
    """Write times of day; what is finer than a microsecond is cut off."""
    raw = column.cast(pa.int32() if types.is_time32(column.type) else pa.int64()).cast(pa.int64())
    right = _is_between(raw, 0, _DAY * _A_SECOND[column.type.unit] - 1)
    return _where(right, column).cast(pa.time64("us"), safe=False).cast(pa.string()), right


def _within_years(column: pa.Array) -> pa.Array:
    """Return the instants of the years 1 to 9999, the others as null."""
    a_day = _DAY * _A_SECOND[column.type.unit]
    least, most = max(_FIRST_DAY * a_day, 1_000 - 2**63), min((_LAST_DAY + 1) * a_day - 1, 2**63 - 1)
    return _where(_is_between(column.cast(pa.int64()), least, most), column)


def _local(column: pa.Array) -> pa.Array:
    """Return what clocks of the column's zone show; null if there is no such zone."""
    if not column.type.tz:
        return column
    try:
        return pc.local_timestamp(column)
    except pa.ArrowInvalid:
        return pa.nulls(len(column), pa.timestamp(column.type.unit))


def _is_between(column: pa.Array, least: int, most: int) -> pa.Array:
    return pc.and_(pc.greater_equal(column, least), pc.less_equal(column, most))


def _where(right: pa.Array, column: pa.Array) -> pa.Array:
    return pc.if_else(right, column, pa.scalar(None, column.type))
