"""Find where whole records of a CSV text end: many at once where all keep the rules, else slice by slice."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from function_app.source.dialect import Dialect, end_of

_STRETCH, _SLICE = 1 << 20, 1 << 16


def end_of_stretch(text: bytes, at: int, dialect: Dialect, *, is_sound: bool = False) -> int:
    """Return where a long stretch of whole records ends; where it begins if not all of it keeps the rules.

    In a sound text quotes in pairs are enough to know.
    """
    last = max(text.rfind(b"\n", at, at + _STRETCH) + 1, at)
    if is_sound:
        return _outside_quotes(text, at, last)
    if text.find(b'"', at, last) < 0 or are_records(text[at:last], dialect):
        return last
    end = _outside_quotes(text, at, last)
    return end if end < last and are_records(text[at:end], dialect) else at


def _outside_quotes(text: bytes, at: int, end: int) -> int:
    """Go back from a line break to one that has pairs of quotes before it."""
    quotes = text.count(b'"', at, end)
    while quotes % 2:
        line = max(text.rfind(b"\n", at, end - 1) + 1, at)
        quotes -= text.count(b'"', line, end)
        end = line
    return end


def end_of_slice(text: bytes, at: int, dialect: Dialect, *, is_all: bool) -> int:
    """Return where the whole records end that are before a broken one, at most those of a slice."""
    end = min(at + _SLICE, len(text))
    while end < len(text) and text[end - 1 : end] == b"\r":
        end += 1
    if end == len(text) and text.endswith(b"\r") and not is_all:
        end -= 1  # the next chunk may begin with its LF
    if text.find(b'"', at, end) < 0:
        return max(text.rfind(b"\n", at, end) + 1, text.rfind(b"\r", at, end) + 1, at)
    return end_of(dialect.records, text, at, end)


def are_records(text: bytes, dialect: Dialect) -> bool:
    """Return whether a text is whole records with their line breaks.

    RE2 says it in half the time in which `Dialect.records` finds their end, and other threads run meanwhile.
    """
    return bool(pc.match_substring_regex(pa.scalar(text, pa.binary()), _records_only(dialect)).as_py())


@cache
def _records_only(dialect: Dialect) -> str:
    delimiter = rf"\x{ord(dialect.delimiter):02x}"
    value = rf'(?:"(?:[^"]|"")*"|[^"\r\n{delimiter}]*)'
    return rf"\A(?:{value}(?:{delimiter}{value})*(?:\r\n?|\n))*\z"
