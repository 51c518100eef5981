"""The footer of a Parquet file and the headers of its pages, as far as reading with bounded memory needs them.

pyarrow's own objects for column chunks end the process where a footer is damaged: C++ throws what Python can't catch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from function_app.source.files import PartUnreadableError

DICTIONARY_COPIES = 3
"""How often pyarrow holds a dictionary in memory while it reads."""
_LENGTH_AND_MAGIC = 8
_DETAILS_OF_DATA = {0: 5, 3: 8}  # the field of a header that describes a data page, by the two types of these
_BYTE_ARRAY, _DICTIONARY_PAGE, _DICTIONARY_ENCODINGS = 6, 2, frozenset((2, 8))
_HEADER_BYTES, _MAX_HEADER_BYTES = 1 << 10, 16 << 20
_ERRORS = (LookupError, ValueError, TypeError, AttributeError, RecursionError, OverflowError)
# The types of Thrift's compact protocol.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_NUMBERS = frozenset((4, 5, 6))
_LONG = 15


@dataclass(frozen=True, slots=True)
class Chunk:
    """The values of one column in a row group: their number, and the bytes that they have in memory and in the file.

    `start` is where its pages begin, `beside` how many bytes of the file are not in its dictionary.
    """

    column: str
    is_text: bool
    has_dictionary: bool
    values: int
    size: int
    size_in_file: int
    start: int
    beside: int


@dataclass(frozen=True, slots=True)
class Group:
    """A row group."""

    rows: int
    chunks: Sequence[Chunk]


def read_groups(stream: pa.NativeFile) -> list[Group]:
    """Return the row groups of a file; PartUnreadableError if its footer is damaged."""
    try:
        end = stream.size() - _LENGTH_AND_MAGIC
        length = int.from_bytes(stream.read_at(4, end), "little")
        footer = _Thrift(stream.read_at(length, end - length)).struct()
        return [Group(group[3], [_chunk(chunk[3]) for chunk in group[1]]) for group in footer[4]]
    except _ERRORS as error:
        raise PartUnreadableError("its footer is damaged") from error


def bytes_at_once(stream: pa.NativeFile, chunk: Chunk) -> int:
    """Return how many bytes of a column chunk must be in memory at once: of its largest page and its dictionary.

    PartUnreadableError if the header of a page is damaged.
    """
    try:
        dictionary = largest = 0
        for kind, size in _pages(stream, chunk):
            if kind == _DICTIONARY_PAGE:
                dictionary = size
            else:
                largest = max(largest, size)
    except _ERRORS as error:
        raise PartUnreadableError(f"a page header of the column '{chunk.column}' is damaged") from error
    return largest + DICTIONARY_COPIES * dictionary


def check_pages(stream: pa.NativeFile, chunk: Chunk) -> None:
    """Raise PartUnreadableError if the pages of a column chunk do not have as many values as its footer says.

    pyarrow skips a page of an unknown type: all values after it would be those of other rows.
    """
    values = 0
    try:
        for header in _page_headers(stream, chunk):
            details = header.get(_DETAILS_OF_DATA.get(header[1], 0))
            values += details[1] if details else 0
    except _ERRORS as error:
        raise PartUnreadableError(f"a page header of the column '{chunk.column}' is damaged") from error
    if values != chunk.values:
        problem = f"the pages of the column '{chunk.column}' have {values} values, and the footer says {chunk.values}"
        raise PartUnreadableError(f"its content is damaged: {problem}")


def _chunk(data: dict[int, Any]) -> Chunk:
    size_in_file, data_start, start = data[7], data[9], data.get(11) or data[9]
    return Chunk(
        ".".join(name.decode() for name in data[3]),
        is_text=data[1] == _BYTE_ARRAY,
        has_dictionary=not _DICTIONARY_ENCODINGS.isdisjoint(data[2]),
        values=data[5],
        size=data[6],
        size_in_file=size_in_file,
        start=min(start, data_start),
        beside=size_in_file - (data_start - start) if start < data_start else 0,
    )


def _pages(stream: pa.NativeFile, chunk: Chunk) -> Iterator[tuple[int, int]]:
    """Yield the kind of each page, and its size in memory."""
    for header in _page_headers(stream, chunk):
        yield header[1], header[2]


def _page_headers(stream: pa.NativeFile, chunk: Chunk) -> Iterator[dict[int, Any]]:
    place, end = chunk.start, chunk.start + chunk.size_in_file
    while place < end:
        header, length = _page_header(stream, place)
        yield header
        if header[2] < 0 or header[3] < 0:
            raise ValueError("a page of negative size")
        place += length + header[3]


def _page_header(stream: pa.NativeFile, place: int) -> tuple[dict[int, Any], int]:
    size = _HEADER_BYTES
    while True:
        thrift = _Thrift(stream.read_at(size, place))
        try:
            return thrift.struct(), thrift.place
        except IndexError:
            size *= 16
            if size > _MAX_HEADER_BYTES:
                raise


class _Thrift:
    """Reads values of Thrift's compact protocol; IndexError at the end of the content."""

    def __init__(self, content: bytes) -> None:
        self._content, self.place = content, 0

    def struct(self) -> dict[int, Any]:
        """Read the fields of a structure, by their ids."""
        fields, identifier = dict[int, Any](), 0
        while head := self._byte():
            identifier = identifier + (head >> 4) if head >> 4 else self._number()
            kind = head & _LONG
            fields[identifier] = kind == _TRUE if kind in {_TRUE, _FALSE} else self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:  # noqa: PLR0911  # one a type
        if kind in _NUMBERS:
            return self._number()
        if kind == _BINARY:
            return self._take(self._varint())
        if kind == _STRUCT:
            return self.struct()
        if kind in {_LIST, _SET}:
            head = self._byte()
            size = head >> 4 if head >> 4 < _LONG else self._varint()
            return [self._value(head & _LONG) for _ in range(size)]
        if kind == _MAP:
            size = self._varint()
            kinds = self._byte() if size else 0
            return [(self._value(kinds >> 4), self._value(kinds & _LONG)) for _ in range(size)]
        if kind in {_TRUE, _FALSE, _BYTE}:
            return self._byte()
        if kind == _DOUBLE:
            return self._take(8)
        raise ValueError(f"{kind} is no type")

    def _number(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = shift = 0
        while (byte := self._byte()) & 0x80:
            number |= (byte & 0x7F) << shift
            shift += 7
        return number | byte << shift

    def _byte(self) -> int:
        byte = self._content[self.place]
        self.place += 1
        return byte

    def _take(self, size: int) -> bytes:
        if size > len(self._content) - self.place:
            raise IndexError(size)
        self.place += size
        return self._content[self.place - size : self.place]
