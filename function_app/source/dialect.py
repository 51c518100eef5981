"""The rules of CSV by RFC 4180 for one delimiter, as patterns without backtracking: each byte is read once."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cached_property

INNER = re.compile(rb'[^"]*+(?:""[^"]*+)*+')
"""The text between two quotes, with quotes in it doubled."""
_QUOTED = re.compile(rb'"[^"]*+(?:""[^"]*+)*+"')


@dataclass(frozen=True)
class Dialect:
    """Values are separated by `delimiter`, and are in quotes if they contain it, a quote, or a line break."""

    delimiter: bytes

    @cached_property
    def ends(self) -> bytes:
        """What may follow a closing quote."""
        return self.delimiter + b"\r\n"

    @cached_property
    def in_record(self) -> re.Pattern[bytes]:
        """What is right from anywhere outside quotes, up to the next line break."""
        return re.compile(self._values)

    @cached_property
    def record(self) -> re.Pattern[bytes]:
        """One whole record with its line break, where it has one."""
        return re.compile(self._values + rb"(?:\r\n?|\n|\Z)")

    @cached_property
    def records(self) -> re.Pattern[bytes]:
        """Whole records with their line breaks, as many as there are."""
        return re.compile(rb"(?:%b(?:\r\n?|\n))*+" % self._values)

    @cached_property
    def _values(self) -> bytes:
        other = rb"[^\r\n" + re.escape(self.delimiter) + rb"]"
        quoted = rb'(?<!%b)"[^"]*+(?:""[^"]*+)*+"(?!%b)' % (other, other)
        return rb'[^"\r\n]*+(?:%b[^"\r\n]*+)*+' % quoted

    def width(self, record: bytes) -> int:
        """Count the values of a record that keeps the rules."""
        return (_QUOTED.sub(b"", record) if b'"' in record else record).count(self.delimiter) + 1

    def split(self, record: bytes, most: int = sys.maxsize) -> list[bytes]:
        """Return the values of a record, the first of them; of one that breaks the rules, approximately."""
        values, at, record = list[bytes](), 0, record.rstrip(b"\r\n")
        while at <= len(record) and len(values) < most:
            value = b""
            if quoted := _QUOTED.match(record, at):
                value, at = quoted[0][1:-1].replace(b'""', b'"'), quoted.end()
            end = record.find(self.delimiter, at)
            end = len(record) if end < 0 else end
            values.append(value + record[at:end])
            at = end + 1
        return values


def end_of(pattern: re.Pattern[bytes], text: bytes, start: int, end: int = sys.maxsize) -> int:
    """Return where the match of a pattern that starts at a place ends; the place itself if there is none."""
    found = pattern.match(text, start, end)
    return found.end() if found else start


def count_lines(text: bytes) -> int:
    """Count the line breaks of a text: CR, LF, or both as one."""
    breaks = text.count(b"\n")
    return breaks + text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else breaks
