"""As much of PNG as an icon needs: 8-bit grey, RGB, palette and RGBA, not interlaced."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Pixel: TypeAlias = tuple[int, int, int, int]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_GREY, _RGB, _PALETTE, _GREY_ALPHA, _RGBA = 0, 2, 3, 4, 6
_BLOCK = 0xFFFF
_CHANNELS = {_GREY: 1, _RGB: 3, _PALETTE: 1, _GREY_ALPHA: 2, _RGBA: 4}


@dataclass(frozen=True)
class Picture:
    """The rows of a picture, each a list of RGBA pixels."""

    width: int
    height: int
    rows: list[list[Pixel]]

    @property
    def corners(self) -> list[Pixel]:
        """The four corner pixels."""
        return [row[column] for row in (self.rows[0], self.rows[-1]) for column in (0, -1)]

    @property
    def opaque(self) -> bool:
        """Whether nothing shines through."""
        return all(pixel[3] == 255 for row in self.rows for pixel in row)  # noqa: PLR2004


@lru_cache(maxsize=4)
def decode(data: bytes) -> Picture:
    """Read a PNG; anything else, or one of another kind, is a `ValueError`."""
    if not data.startswith(SIGNATURE):
        message = "the file does not begin like a PNG"
        raise ValueError(message)
    try:
        return _decode(_chunks(data))
    except (LookupError, struct.error, zlib.error) as error:
        message = f"the PNG is damaged or of an unusual kind: {error!r}"
        raise ValueError(message) from error


def encode(width: int, height: int, palette: bytes, rows: list[bytes]) -> bytes:
    """Write rows of indices into a palette of RGB bytes as a PNG, the same bytes everywhere."""
    header = struct.pack(">IIBBBBB", width, height, 8, _PALETTE, 0, 0, 0)
    data = _stored(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", data), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _stored(data: bytes) -> bytes:
    """Wrap `data` for zlib uncompressed, as compressors differ between versions of zlib."""
    blocks = [data[i : i + _BLOCK] for i in range(0, len(data), _BLOCK)]
    headers = [struct.pack("<BHH", block is blocks[-1], len(block), _BLOCK - len(block)) for block in blocks]
    body = b"".join(header + block for header, block in zip(headers, blocks, strict=True))
    return b"\x78\x01" + body + struct.pack(">I", zlib.adler32(data))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(data: bytes) -> dict[bytes, bytes]:
    chunks: dict[bytes, bytes] = {}
    position = len(SIGNATURE)
    while position < len(data):
        length, kind = struct.unpack_from(">I4s", data, position)
        body = data[position + 8 : position + 8 + length]
        chunks[kind] = chunks.get(kind, b"") + body
        position += length + 12
    return chunks


def _decode(chunks: dict[bytes, bytes]) -> Picture:
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if depth != 8 or interlaced:  # noqa: PLR2004 - bits
        message = f"it has {depth} bits a channel, or is interlaced"
        raise ValueError(message)
    channels = _CHANNELS[kind]
    raw, length = zlib.decompress(chunks[b"IDAT"]), width * channels
    if not raw or len(raw) != height * (length + 1):
        message = f"it does not hold {width} by {height} pixels"
        raise ValueError(message)
    rows: list[list[Pixel]] = []
    above = bytearray(length)
    for start in range(0, len(raw), length + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + length], above, channels)
        samples = [above[i : i + channels] for i in range(0, length, channels)]
        rows.append([_pixel(kind, sample, chunks) for sample in samples])
    return Picture(width, height, rows)


def _unfiltered(kind: int, filtered: bytes, above: bytearray, step: int) -> bytearray:
    guess = _GUESSES[kind]
    line = bytearray(step) + filtered
    corners = bytes(step) + above
    for i, up in enumerate(above):
        line[i + step] = (filtered[i] + guess(line[i], up, corners[i])) & 0xFF
    return line[step:]


def _paeth(left: int, up: int, corner: int) -> int:
    target = left + up - corner
    return min((left, up, corner), key=lambda value: abs(target - value))


# How each filter guesses a byte from the ones to the left, above, and above to the left.
_GUESSES: tuple[Callable[[int, int, int], int], ...] = (
    lambda _left, _up, _corner: 0,
    lambda left, _up, _corner: left,
    lambda _left, up, _corner: up,
    lambda left, up, _corner: (left + up) // 2,
    _paeth,
)


def _pixel(kind: int, sample: bytearray, chunks: dict[bytes, bytes]) -> Pixel:
    if kind == _PALETTE:
        index, alphas = sample[0], chunks.get(b"tRNS", b"")
        red, green, blue = chunks[b"PLTE"][index * 3 : index * 3 + 3]
        return red, green, blue, alphas[index] if index < len(alphas) else 255
    alpha = sample[-1] if kind in (_GREY_ALPHA, _RGBA) else 255
    red, green, blue = sample[:3] if kind in (_RGB, _RGBA) else bytes([sample[0]] * 3)
    return red, green, blue, alpha
