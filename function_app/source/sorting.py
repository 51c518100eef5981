"""Separate records of the width of the header from others, and count rows and lines."""

from __future__ import annotations

from collections.abc import Iterable

from function_app.source.dialect import count_lines, end_of
from function_app.source.header import Header
from function_app.source.records import Broken, Sound
from function_app.source.rows import BrokenRow


class SortedOut:
    """The records that are as wide as the header, with their numbers and lines, and the broken ones.

    `key` is the place of the id among the columns, `number` and `line` are what the first row has.
    """

    def __init__(self, pieces: Iterable[Sound | Broken], header: Header, key: int, number: int, line: int) -> None:
        self._dialect, self._width, self._key = header.dialect, len(header.columns), key
        self._number, self._line = number, line
        self.records, self.numbers, self.lines = list[bytes](), list[int](), list[int]()
        self.broken = list[BrokenRow]()
        for piece in pieces:
            if isinstance(piece, Broken):
                self._take_broken(piece)
            else:
                for found in self._dialect.record.finditer(piece.text):
                    self._take(found[0])

    def _take(self, record: bytes) -> None:
        lines, is_blank = count_lines(record), not record.strip(b"\r\n")
        width = self._width if is_blank else self._dialect.width(record)
        if width != self._width:
            problem = f"The row has {width} columns; the header has {self._width}."
            self._take_broken(Broken(record, problem, 1, lines))
            return
        if not is_blank:
            self.records.append(record)
            self.numbers.append(self._number)
            self.lines.append(self._line)
            self._number += 1
        self._line += lines

    def _take_broken(self, piece: Broken) -> None:
        sure = self._id_of_start(piece.text) if piece.has_end else ()
        ids = sure or [found for line in piece.text.splitlines() for found in self._id_of(line)]
        self.broken.append(
            BrokenRow(self._number, self._line, piece.problem, piece.rows, tuple(ids), id_is_sure=bool(sure))
        )
        self._number += piece.rows
        self._line += piece.lines

    def _id_of(self, line: bytes) -> list[bytes]:
        return self._dialect.split(line, self._key + 1)[self._key :]

    def _id_of_start(self, start: bytes) -> list[bytes]:
        """Return the id of a record that is cut off, if it is before the cut."""
        whole = start[: end_of(self._dialect.in_record, start, 0)].rpartition(self._dialect.delimiter)[0]
        return self._id_of(whole) if whole else []
