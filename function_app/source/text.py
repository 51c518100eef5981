"""The bytes of a CSV file as UTF-8: decompressed, and decoded from other encodings."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import pyarrow as pa

from function_app.domain.snapshot_rules import is_encoding
from function_app.source.files import PartUnreadableError

CODECS = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd"}
READ_BYTES = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32-LE",
    codecs.BOM_UTF32_BE: "UTF-32-BE",
    codecs.BOM_UTF16_LE: "UTF-16-LE",
    codecs.BOM_UTF16_BE: "UTF-16-BE",
}
_UNDECODED = "\udcff"
# Bytes that are not a character of their encoding become bytes that are not UTF-8, which reject their row.
codecs.register_error("snapshot", lambda error: (_UNDECODED, error.end))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in UTF-8 without byte order mark, by chunks, and the encoding that it comes from."""

    chunks: Iterator[bytes]
    encoding: str


def open_text(stream: pa.NativeFile, file: str, encoding: str | None) -> Text:
    """Open a text; its byte order mark has precedence over `encoding`, and without both it is UTF-8."""
    chunks = _unpacked(stream, file)
    start = next(chunks, b"")
    while len(start) < len(codecs.BOM_UTF32_LE) and (more := next(chunks, b"")):
        start += more
    mark = next((mark for mark in _MARKS if start.startswith(mark)), b"")
    found = _MARKS.get(mark) or encoding or _without_mark(start)
    chunks = chain((start[len(mark) :],), chunks)
    codec = _named(found)
    return Text(chunks if codec == "utf-8" else _decoded(chunks, codec), found)


def check_packed(stream: pa.NativeFile, file: str) -> None:
    """Read a packed file to its end, where its checksum is, and go back; PartUnreadableError if it is damaged."""
    if _codec_of(file):
        for _ in _unpacked(pa.PythonFile(_KeptOpen(stream), "r"), file):
            pass
        stream.seek(0)


class _KeptOpen:
    """A stream that stays open when what reads it is closed."""

    closed = False

    def __init__(self, stream: pa.NativeFile) -> None:
        self.read = stream.read

    def close(self) -> None:
        pass


def _codec_of(file: str) -> str | None:
    return next((codec for ending, codec in CODECS.items() if file.lower().endswith(ending)), None)


def _unpacked(stream: pa.NativeFile, file: str) -> Iterator[bytes]:
    codec = _codec_of(file)
    if codec is None:
        yield from _read(stream)
        return
    try:
        yield from _read(pa.CompressedInputStream(stream, codec))
    except OSError as error:
        problem = "is cut off" if "runcated" in str(error) else "is damaged"
        raise PartUnreadableError(f"its compressed content {problem}") from error


def _read(stream: pa.NativeFile) -> Iterator[bytes]:
    while chunk := stream.read(READ_BYTES):
        yield chunk


def _without_mark(start: bytes) -> str:
    """Return UTF-8, unless every other byte of the start is zero, or all are, as after a copy that failed."""
    if start and not any(start[:2_000]):
        raise PartUnreadableError("it begins with bytes of zero instead of a header")
    for encoding, zeros in (("UTF-16-LE", start[1:2_000:2]), ("UTF-16-BE", start[0:2_000:2])):
        if zeros.count(0) > len(zeros) // 2:
            problem = f"it seems to be {encoding} without a byte order mark; save it as UTF-8, or set its encoding"
            raise PartUnreadableError(problem)
    return "UTF-8"


def _decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("snapshot")
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
        yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
    except UnicodeError as error:  # of decoders that do not leave every error to the handler
        raise PartUnreadableError(f"it is not in the encoding {encoding}") from error


def _named(encoding: str) -> str:
    """Return the codec of an encoding; without a byte order mark UTF-16 and UTF-32 are little-endian."""
    if not is_encoding(encoding):
        raise PartUnreadableError(f"there is no encoding '{encoding}'; set one like UTF-8, UTF-16 or windows-1252")
    name = codecs.lookup(encoding).name
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(name, name)
