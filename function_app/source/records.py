"""The records of a CSV text, and what breaks its rules.

Where a broken quote allows two interpretations of the lines after it, within quotes or not, they belong to the broken
record up to where one of the two is impossible.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from function_app.source.dialect import INNER, Dialect, count_lines, end_of
from function_app.source.readings import Judgement, judge
from function_app.source.whole_records import end_of_slice, end_of_stretch

MAX_ROW_BYTES = 2_000_000
TOO_LARGE = f"The row is larger than {MAX_ROW_BYTES // 1_000_000} MB."
NEVER_ENDS = "A quoted value never ends; what follows its opening quote can't be read."
AFTER_QUOTE = "Text follows the closing quote of a value; write a quote within a quoted value twice."
BACKSLASH = "A quote within a quoted value has a backslash before it; write the quote twice instead."
IN_UNQUOTED = "A quote is in a value without quotes; put the value in quotes, and write the quote in it twice."
AFTER_SPACE = "A space is before the opening quote of a value; remove it."
_HEAD, _MIN_VIEW, _MAX_VIEW = 1 << 14, 1 << 9, 1 << 20
_LINE_BREAK = re.compile(rb"\r\n?|\n")
_QUOTES = re.compile(rb'"++')
_BLANKS = re.compile(rb"[ \t]*+")


@dataclass(frozen=True, slots=True)
class Sound:
    """Records that keep the rules, one after another; `ended` is False where the last one has no line break."""

    text: bytes
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that breaks a rule, or the first of its bytes.

    `rows` counts the lines that can not be separated from it, itself included; `lines` counts its line breaks.
    `has_end` is True where only its size is wrong.
    """

    text: bytes
    problem: str
    rows: int
    lines: int
    has_end: bool = False


class _Place(NamedTuple):
    """How far a record is read, counted from where it begins; within quotes, at its end, or neither."""

    offset: int
    quoted: bool = False
    ended: bool = False


@dataclass(slots=True)
class _Found:
    """What is known of the record being read: what is wrong, and its start where that was released.

    The value that reaches to `looked_at` begins at `value`, both counted from where the record begins.
    """

    problem: str | None = None
    has_two_readings: bool = False
    head: bytes = b""
    lines: int = 0
    looked_at: int = 0
    value: int = 0


class Records:
    """Iterate over a text that comes in chunks of any length, in memory for one record of the longest.

    `width` is how many values a record should have, if that is known; `is_sound`, that all records keep the rules.
    """

    def __init__(
        self, chunks: Iterator[bytes], dialect: Dialect, width: int | None = None, *, is_sound: bool = False
    ) -> None:
        self._chunks, self._dialect, self._width, self._is_sound = chunks, dialect, width, is_sound
        self._text, self._at, self._all_there, self._is_regular = b"", 0, False, True
        self._found = _Found()

    def __iter__(self) -> Iterator[Sound | Broken]:
        while True:
            end = self._end_of_whole_ones()
            if end > self._at:
                text, self._at = self._text[self._at : end], end
                yield Sound(text)
            elif self._at < len(self._text):
                yield self._next()
            elif self._more(0) is None:
                return

    def _end_of_whole_ones(self) -> int:
        """Return where the next whole records of the text end."""
        if self._is_regular:
            end = end_of_stretch(self._text, self._at, self._dialect, is_sound=self._is_sound)
            if end > self._at:
                return end
        self._is_regular = False  # until the next chunk, so that no byte is looked at often
        return end_of_slice(self._text, self._at, self._dialect, is_all=self._all_there)

    def _next(self) -> Sound | Broken:
        """Read one record to its end."""
        self._found, place = _Found(), _Place(0)
        while not place.ended:
            place = self._within_quotes(place.offset) if place.quoted else self._outside(place.offset)
        found, text = self._found, self._text[self._at : self._at + place.offset]
        self._at += place.offset
        head, lines, ended = found.head or text[:_HEAD], found.lines + count_lines(text), text[-1:] in {b"\r", b"\n"}
        if found.problem:
            rows = lines + (not ended) if found.has_two_readings else 1
            return Broken(head, found.problem, rows, lines)
        if found.head or len(text) > MAX_ROW_BYTES:
            return Broken(head, TOO_LARGE, 1, lines, has_end=ended)
        return Sound(text, ended)

    def _outside(self, offset: int) -> _Place:
        at = self._at
        offset = end_of(self._dialect.in_record, self._text, at + offset) - at
        here = self._text[at + offset : at + offset + 2]
        if here[:1] == b'"':
            return self._at_quote(offset, is_last=len(here) == 1)
        if len(here) == 2 or here == b"\n" or (here and self._all_there):  # noqa: PLR2004  # a line break, CRLF or not
            return _Place(offset + (2 if here == b"\r\n" else 1), ended=True)
        was_closed = self._text.endswith(b'"')
        more = self._more(offset)
        if more is None:
            return _Place(offset + len(here), ended=True)
        return _Place(more - 1, quoted=True) if was_closed else _Place(more)

    def _at_quote(self, offset: int, *, is_last: bool) -> _Place:
        """Read a quote that is not within quotes: it opens a value if it is its first character."""
        if is_last and (more := self._more(offset)) is not None:
            return _Place(more)
        start, end = self._value_start(offset), self._at + offset
        if start == end:
            return _Place(offset + 1, quoted=True)
        if end_of(_BLANKS, self._text, start, end) < end:
            self._is_wrong(IN_UNQUOTED)
            return self._within_unquoted(offset)
        self._is_wrong(AFTER_SPACE)
        return self._after_space(offset)

    def _value_start(self, offset: int) -> int:
        """Return where the value begins that reaches to a place, looking at each byte once."""
        found = self._found
        delimiter = self._text.rfind(self._dialect.delimiter, self._at + found.looked_at, self._at + offset)
        if delimiter >= 0:
            found.value = delimiter + 1 - self._at
        found.looked_at = offset
        return self._at + found.value

    def _after_space(self, offset: int) -> _Place:
        """Continue from a quote after spaces: if it is closed in the same line, that line ends outside quotes."""
        while True:
            start = self._at + offset
            closing = end_of(INNER, self._text, start + 1)
            is_open = closing - start > MAX_ROW_BYTES or _LINE_BREAK.search(self._text, start, closing)
            if is_open or self._text[closing + 1 : closing + 2] not in self._dialect.ends:
                return self._where_one_reading_is_left(offset)
            if closing + 1 < len(self._text):
                return _Place(closing + 1 - self._at)
            more = self._more(offset)
            if more is None and closing == len(self._text):
                return self._where_one_reading_is_left(offset)
            if more is None:
                return _Place(closing + 1 - self._at)
            offset = more

    def _within_unquoted(self, offset: int) -> _Place:
        """Continue from a quote in a value without quotes: it is text, unless it may open a value of several lines.

        Then the delimiter before it is lost. That is not so where the line is as wide as a record should be.
        """
        while True:
            start = self._at + offset
            closing = end_of(INNER, self._text, start + 1)
            after = self._text[closing + 1 : closing + 2]
            is_far = closing - start > MAX_ROW_BYTES
            if not (is_far or after) and (more := self._more(offset)) is not None:
                offset = more
                continue
            is_closed = not is_far and closing < len(self._text) and after in self._dialect.ends
            line = _LINE_BREAK.search(self._text, start, closing) if is_closed else None
            if line and self._dialect.width(self._text[self._at : line.start()]) != self._width:
                return self._where_one_reading_is_left(offset)
            return _Place(end_of(_QUOTES, self._text, start) - self._at)

    def _within_quotes(self, offset: int) -> _Place:
        offset = end_of(INNER, self._text, self._at + offset) - self._at
        quote = self._at + offset
        if after := self._text[quote + 1 : quote + 2]:
            if after in self._dialect.ends:
                return _Place(offset + 1)
            self._is_wrong(BACKSLASH if self._text[quote - 1 : quote] == b"\\" else AFTER_QUOTE)
            return self._where_one_reading_is_left(offset)
        if (more := self._more(offset)) is not None:
            return _Place(more, quoted=True)
        if quote < len(self._text):
            return _Place(offset + 1)
        self._is_wrong(NEVER_ENDS)
        self._found.has_two_readings = True
        return _Place(offset, ended=True)

    def _where_one_reading_is_left(self, offset: int) -> _Place:
        """Continue from a quote that breaks the rules, after the lines that have two interpretations."""
        self._found.has_two_readings = True
        while (line := self._line_after(offset)) is not None:
            line, judgement = self._judged(line)
            if judgement.reading != "neither":
                return _Place(line, quoted=judgement.reading == "quoted", ended=judgement.reading == "records")
            offset = line + judgement.place
        return _Place(len(self._text) - self._at, ended=True)

    def _judged(self, line: int) -> tuple[int, Judgement]:
        """Interpret the lines from an offset by as few bytes as possible, and return where the offset is then."""
        size = _MIN_VIEW
        while True:
            while len(self._text) - self._at - line < size and (more := self._more(line)) is not None:
                line = more
            view = self._text[self._at + line : self._at + line + size]
            is_all = self._all_there and self._at + line + size >= len(self._text)
            judgement = judge(view, self._dialect, is_all=is_all)
            if judgement.reading != "either":
                return line, judgement
            if size >= _MAX_VIEW:  # no valid value is as long
                return line, Judgement("neither", size) if b'"' in view else Judgement("records")
            size *= 4

    def _line_after(self, offset: int) -> int | None:
        """Return where the line after a place begins, None if there is none."""
        while True:
            found = _LINE_BREAK.search(self._text, self._at + offset)
            if found and (self._all_there or found.end() < len(self._text) or not self._text.endswith(b"\r")):
                return found.end() - self._at
            more = self._more(found.start() - self._at if found else len(self._text) - self._at)
            if more is not None:
                offset = more
            elif not found:
                return None

    def _more(self, offset: int) -> int | None:
        """Append the next chunk, and return where a place of this record is then; None if there is none."""
        chunk = next(filter(None, self._chunks), None)
        if chunk is None:
            self._all_there = True
            return None
        if offset > MAX_ROW_BYTES:
            offset -= self._let_go_until(offset - 2)
        self._text, self._at, self._is_regular = self._text[self._at :] + chunk, 0, True
        return offset

    def _let_go_until(self, offset: int) -> int:
        """Keep only the start of a record that is too large, and return how many bytes were released."""
        if self._text[self._at + offset - 1 : self._at + offset] == b"\r":
            offset -= 1
        self._found.head = self._found.head or self._text[self._at : self._at + _HEAD]
        self._found.lines += count_lines(self._text[self._at : self._at + offset])
        self._at += offset
        self._found.looked_at = self._found.value = 0
        return offset

    def _is_wrong(self, problem: str) -> None:
        self._found.problem = self._found.problem or problem
