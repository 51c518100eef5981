"""Types of Parquet columns in words."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import types

from function_app.source.texts import is_text

_WORDS = (
    (is_text, "texts"),
    (types.is_boolean, "true and false"),
    (types.is_integer, "whole numbers"),
    (types.is_floating, "floating-point numbers"),
    (types.is_decimal, "decimal numbers"),
    (types.is_date, "dates"),
    (types.is_timestamp, "instants"),
    (types.is_time, "times of day"),
    (types.is_duration, "durations"),
    (types.is_map, "maps"),
    (types.is_struct, "structures"),
    (types.is_nested, "lists"),
)


def in_words(type_: pa.DataType) -> str:
    """Return what a column of this type holds."""
    return next((words for is_kind, words in _WORDS if is_kind(type_)), "bytes")
