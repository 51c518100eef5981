"""Dates, instants and times of Parquet in canonical form; null where they are not in the years 1 to 9999."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

_UNITS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_Judged = tuple[pa.Array, pa.Array]


def dates(column: pa.Array) -> _Judged:
    """Write dates, and instants at midnight in the time zone of the column; others are not right."""
    a_day = 1
    if types.is_timestamp(column.type):
        column, a_day = _local(_within_years(column)), _DAY * _A_SECOND[column.type.unit]
    elif types.is_date64(column.type):
        a_day = _DAY * _A_SECOND["ms"]
    raw = _raw(column)
    days = pc.divide(raw, a_day)
    right = pc.and_(pc.equal(pc.multiply(days, a_day), raw), _is_between(days, _FIRST_DAY, _LAST_DAY))
    return _where(right, days).cast(pa.int32()).cast(pa.date32()).cast(pa.string()), right


def date_times(column: pa.Array) -> _Judged:
    """Write instants, those without a zone as UTC; fractions of a microsecond are cut off."""
    within = _within_years(column).cast(pa.timestamp(column.type.unit))  # in UTC
    if column.type.unit == "ns":  # before 1970, cutting off would give a later instant
        raw = within.cast(pa.int64())
        within = pc.if_else(pc.less(raw, 0), pc.subtract(raw, 999), raw).cast(within.type)
    text = within.cast(pa.timestamp("us"), safe=False).cast(pa.string())
    right = pc.or_(pc.is_valid(within), pc.is_null(column))
    return pc.binary_join_element_wise(pc.replace_substring(text, " ", "T"), "Z", ""), right


def times(column: pa.Array) -> _Judged:
    """Write times of day; fractions of a microsecond are cut off."""
    raw = _raw(column)
    right = _is_between(raw, 0, _DAY * _A_SECOND[column.type.unit] - 1)
    return _where(right, column).cast(pa.time64("us"), safe=False).cast(pa.string()), right


def shown(column: pa.Array) -> list[str]:
    """Return values as a message shows them: instants of the years 1 to 9999, and the raw numbers of others."""
    type_ = column.type
    if types.is_date(type_):
        unit, epoch = "days" if types.is_date32(type_) else _UNITS["ms"], " since 1970-01-01"
    else:
        unit, epoch = _UNITS[type_.unit], "" if types.is_time(type_) else " since 1970-01-01T00:00:00Z"
    numbers = [f"{number} {unit}{epoch}" for number in _raw(column).to_pylist()]
    if not types.is_timestamp(type_):
        return numbers
    zone = f" (the time zone of its column is {type_.tz})" if type_.tz else ""
    texts = date_times(column)[0].to_pylist()
    return [f"{text or number}{zone}" for text, number in zip(texts, numbers, strict=True)]


def _raw(column: pa.Array) -> pa.Array:
    is_short = types.is_date32(column.type) or types.is_time32(column.type)
    return column.cast(pa.int32() if is_short else pa.int64()).cast(pa.int64())


def _within_years(column: pa.Array) -> pa.Array:
    """Return the instants of the years 1 to 9999, the others as null."""
    a_day = _DAY * _A_SECOND[column.type.unit]
    least, most = max(_FIRST_DAY * a_day, 1_000 - 2**63), min((_LAST_DAY + 1) * a_day - 1, 2**63 - 1)
    return _where(_is_between(column.cast(pa.int64()), least, most), column)


def _local(column: pa.Array) -> pa.Array:
    """Return the local times of the column's time zone; null if there is no such zone."""
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
