"""Columns of texts, in every type of Arrow."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import types

_KINDS = (
    *(types.is_string, types.is_large_string, types.is_string_view),
    *(types.is_binary, types.is_large_binary, types.is_binary_view),
)


def is_text(type_: pa.DataType) -> bool:
    """Return whether values of this type are texts, in a dictionary or not."""
    held = type_.value_type if types.is_dictionary(type_) else type_
    return any(is_kind(held) for is_kind in _KINDS)


def content_of(texts: pa.StringArray) -> bytes:
    """Return all texts of a column, one after another."""
    _, offsets, content = texts.buffers()
    if offsets is None or content is None:
        return b""
    ends = memoryview(offsets).cast("i")[texts.offset :][: len(texts) + 1]
    return bytes(memoryview(content)[ends[0] : ends[-1]])
