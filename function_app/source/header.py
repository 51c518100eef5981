"""The header of a CSV text: its columns, and the delimiter."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

from function_app.source.dialect import Dialect, end_of
from function_app.source.files import PartUnreadableError
from function_app.source.layout import DELIMITERS, Layout

MAX_HEADER_BYTES, _SHOWN = 1 << 20, 80
_BLANK_LINES = re.compile(rb"[\r\n]*")
# The line that sets the delimiter for Excel.
_SEP = re.compile(rb'"?sep=([^\r\n"\x80-\xff])"?[ \t,;|]*(?:\r\n?|\n)[\r\n]*', re.IGNORECASE)


class Header(NamedTuple):
    """The columns of a text, its dialect, and where the rows begin."""

    columns: list[str]
    dialect: Dialect
    end: int


def read_header(start: bytes, layout: Layout, known: frozenset[str], encoding: str, *, is_all: bool) -> Header | None:
    """Read the header from the start of a text, decoded from `encoding`; None if that is too short.

    If no delimiter is set, it is the one by which most columns are known, or else the one that makes most columns.
    """
    at, delimiter = end_of(_BLANK_LINES, start, 0), layout.delimiter
    if excel := _SEP.match(start, at):
        at = end_of(_SEP, start, at)
    likely = (delimiter,) if delimiter else (excel[1].decode(),) if excel else DELIMITERS
    if not all(len(each) == 1 and each.isascii() and each not in '"\r\n' for each in likely):
        raise PartUnreadableError(f"'{delimiter}' is not a delimiter; it must be one ASCII character")
    if is_all and not start[at:]:
        raise PartUnreadableError("it is empty")
    headers = [header for each in likely if (header := _by(each, start, at, is_all=is_all))]
    if headers:
        best = max(headers, key=lambda header: (len(known & {*header.columns}), len(header.columns)))
        _refuse_other_encodings(start[at : best.end], encoding)
        return best
    if is_all or len(start) > MAX_HEADER_BYTES:
        raise PartUnreadableError("a quote in its header breaks the rules of CSV, or never ends")
    return None


def _refuse_other_encodings(header: bytes, encoding: str) -> None:
    try:
        header.decode()
    except UnicodeDecodeError as error:
        problem = f"its header is not in {encoding}; save it as UTF-8, or set `encoding`"
        if encoding == "UTF-8":
            with suppress(UnicodeDecodeError):
                line = header.decode("cp1252").strip()[:_SHOWN]
                problem += f", for example to windows-1252, in which it reads '{line}'"
        raise PartUnreadableError(problem) from error


def _by(delimiter: str, start: bytes, at: int, *, is_all: bool) -> Header | None:
    dialect = Dialect(delimiter.encode())
    found = dialect.record.match(start, at)
    if not found or (found.end() == len(start) and not is_all):
        return None
    return Header([name.decode("utf-8", "replace") for name in dialect.split(found[0])], dialect, found.end())
