"""The header of a CSV text: its columns, and the delimiter they show."""

from __future__ import annotations

import re
from typing import NamedTuple

from function_app.source.dialect import Dialect, end_of
from function_app.source.files import PartUnreadableError
from function_app.source.layout import DELIMITERS

MAX_HEADER_BYTES = 1 << 20
_BLANK_LINES = re.compile(rb"[\r\n]*")
# The line by which Excel is told the delimiter.
_SEP = re.compile(rb'"?sep=([^\r\n"\x80-\xff])"?[ \t,;|]*(?:\r\n?|\n)[\r\n]*', re.IGNORECASE)


class Header(NamedTuple):
    """The columns of a text, its dialect, and where the rows begin."""

    columns: list[str]
    dialect: Dialect
    end: int


def read_header(start: bytes, delimiter: str | None, known: frozenset[str], *, is_all: bool) -> Header | None:
    """Read the header from the start of a text; None if that is too short.

    If no delimiter is set, it is the one by which most columns are known, or else the one that makes most columns.
    """
    at = end_of(_BLANK_LINES, start, 0)
    if told := _SEP.match(start, at):
        at = end_of(_SEP, start, at)
    likely = (delimiter,) if delimiter else (told[1].decode(),) if told else DELIMITERS
    if not all(len(each) == 1 and each.isascii() and each not in '"\r\n' for each in likely):
        raise PartUnreadableError(f"'{delimiter}' is no delimiter; one ASCII character is")
    if is_all and not start[at:]:
        raise PartUnreadableError("it is empty")
    headers = [header for each in likely if (header := _by(each, start, at, is_all=is_all))]
    if headers:
        return max(headers, key=lambda header: (len(known & {*header.columns}), len(header.columns)))
    if is_all or len(start) > MAX_HEADER_BYTES:
        raise PartUnreadableError("a quote in its header breaks the rules of CSV, or never ends")
    return None


def _by(delimiter: str, start: bytes, at: int, *, is_all: bool) -> Header | None:
    dialect = Dialect(delimiter.encode())
    found = dialect.record.match(start, at)
    if not found or (found.end() == len(start) and not is_all):
        return None
    return Header([name.decode("utf-8", "replace") for name in dialect.split(found[0])], dialect, found.end())
