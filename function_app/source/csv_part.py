"""A CSV part: its columns, and its rows in blocks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain

import pyarrow as pa
from pyarrow import csv

from function_app.source.dialect import count_lines
from function_app.source.header import Header, read_header
from function_app.source.layout import Layout
from function_app.source.records import Broken, Records, Sound
from function_app.source.rows import Rows
from function_app.source.sorting import SortedOut
from function_app.source.text import open_text

BLOCK_BYTES = 2 << 20
_MARK = b"\xef\xbb\xbf"  # pyarrow removes it from the start of what it parses, where it is part of a value
_Pieces = Sequence[Sound | Broken]
_Parse = Callable[[Iterable[bytes]], pa.RecordBatch]


class CsvPart:
    """A CSV part, read from its start; its delimiter is the one that gives most of the `known` columns.

    `is_sound` says that all of its rows are known to keep the rules.
    """

    def __init__(
        self, stream: pa.NativeFile, file: str, layout: Layout, known: Collection[str], *, is_sound: bool = False
    ) -> None:
        text = open_text(stream, file, layout.encoding)
        start, header = b"", None
        while header is None:
            chunk = next(text.chunks, None)
            start += chunk or b""
            header = read_header(start, layout, frozenset(known), text.encoding, is_all=chunk is None)
        self._header, self._is_sound = header, is_sound
        self._has_rows = start[: header.end].endswith((b"\r", b"\n"))
        self._chunks, self._line = chain((start[header.end :],), text.chunks), count_lines(start[: header.end]) + 1
        self.columns, self.delimiter, self.encoding = header.columns, header.dialect.delimiter.decode(), text.encoding

    def rows(self, columns: Sequence[str], key: str) -> Iterator[Rows]:
        """Read the rows block by block, of these columns, as bytes; what is empty is null."""
        parse, number, line = _parser(self._header, columns), 1, self._line
        if not self._has_rows:
            yield Rows(parse([]), (), is_cut_off=True)
        for pieces in self._blocks():
            rows = self._parsed(pieces, parse, self.columns.index(key), number, line)
            number += rows.columns.num_rows + sum(row.rows for row in rows.broken)
            line += sum(count_lines(piece.text) if isinstance(piece, Sound) else piece.lines for piece in pieces)
            yield rows

    def _parsed(self, pieces: _Pieces, parse: _Parse, key: int, number: int, line: int) -> Rows:
        """Parse some pieces; rows are read one by one only where one is broken, or has another width."""
        sort_out = partial(SortedOut, pieces, self._header, key, number, line)
        is_cut_off = not all(piece.ended for piece in pieces if isinstance(piece, Sound))
        if all(isinstance(piece, Sound) for piece in pieces):
            with suppress(pa.ArrowInvalid):
                columns = parse(piece.text for piece in pieces)
                numbers = range(number, number + columns.num_rows)
                return Rows(columns, numbers, (), lambda: sort_out().lines, is_cut_off)
        found = sort_out()
        return Rows(parse(found.records), found.numbers, found.broken, lambda: found.lines, is_cut_off)

    def _blocks(self) -> Iterator[_Pieces]:
        pieces, size = list[Sound | Broken](), 0
        for piece in Records(self._chunks, self._header.dialect, len(self.columns), is_sound=self._is_sound):
            pieces.append(piece)
            size += len(piece.text)
            if size >= BLOCK_BYTES:
                yield pieces
                pieces, size = [], 0
        if pieces:
            yield pieces


def _parser(header: Header, columns: Sequence[str]) -> _Parse:
    """Return a function that parses whole records; ArrowInvalid if one has another width than the header."""
    names = [str(place) for place in range(len(header.columns))]
    wanted = [str(header.columns.index(column)) for column in columns]
    parsing = csv.ParseOptions(delimiter=header.dialect.delimiter.decode(), newlines_in_values=True)
    converting = csv.ConvertOptions(
        column_types=dict.fromkeys(wanted, pa.binary()),
        include_columns=wanted,
        null_values=[""],
        strings_can_be_null=True,
    )

    def parse(records: Iterable[bytes]) -> pa.RecordBatch:
        text = b"".join(records)
        text = b"\n" + text if text.startswith(_MARK) or not text else text
        reading = csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names)
        table = csv.read_csv(pa.BufferReader(text), reading, parsing, converting).rename_columns(columns)
        batches = table.combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], table.schema)

    return parse
