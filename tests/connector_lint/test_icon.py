"""The icon is drawn as the rules want it, and PNGs are read as encoders write them."""

import struct
import zlib
from pathlib import Path

import pytest
from connector_lint.example import Example, png

from connector.build.icon import BACKGROUND, MARK, SIDE, draw
from connector.lint.check import check_connector
from connector.lint.png import decode, encode

HEAD_MIDDLE = (80, 51)


@pytest.fixture(scope="module")
def icon() -> bytes:
    return draw()


def test_the_drawn_icon_suits_a_connector_of_its_colour(icon: bytes, tmp_path: Path) -> None:
    example = Example()
    example.put("icon.png", icon)
    example.put("apiProperties.json#/properties/iconBrandColor", "#0b6a6e")

    assert check_connector(example.write(tmp_path)) == []


def test_the_drawn_icon_is_the_same_each_time(icon: bytes) -> None:
    assert draw() == icon


def test_the_drawn_icon_shows_a_white_head_on_its_own_colour(icon: bytes) -> None:
    picture = decode(icon)

    assert (picture.width, picture.height) == (SIDE, SIDE)
    assert set(picture.corners) == {(*BACKGROUND, 255)}
    assert picture.rows[HEAD_MIDDLE[1]][HEAD_MIDDLE[0]] == (*MARK, 255)


def test_what_is_encoded_is_decoded_though_it_takes_several_blocks() -> None:
    rows = [bytes((x + y) % 2 for x in range(300)) for y in range(300)]

    picture = decode(encode(300, 300, bytes([1, 2, 3, 4, 5, 6]), rows))

    assert picture.rows[0][:2] == [(1, 2, 3, 255), (4, 5, 6, 255)]
    assert picture.rows[299][:2] == [(4, 5, 6, 255), (1, 2, 3, 255)]


@pytest.mark.parametrize(
    ("kind", "filtering", "line"),
    [
        (2, 0, [10, 20, 30, 10, 20, 30]),
        (2, 1, [10, 20, 30, 0, 0, 0]),
        (2, 3, [10, 20, 30, 5, 10, 15]),
        (2, 4, [10, 20, 30, 0, 0, 0]),
        (6, 2, [10, 20, 30, 255, 10, 20, 30, 255]),
    ],
)
def test_every_filter_is_undone(kind: int, filtering: int, line: list[int]) -> None:
    picture = decode(_png(kind, bytes([filtering, *line])))

    assert picture.rows == [[(10, 20, 30, 255), (10, 20, 30, 255)]]


def test_grey_is_read_with_its_alpha() -> None:
    assert decode(_png(4, bytes([0, 9, 255, 9, 128]))).rows == [[(9, 9, 9, 255), (9, 9, 9, 128)]]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        png()[:40],
        png().replace(b"\x08\x06\x00\x00\x00", b"\x10\x06\x00\x00\x00", 1),
        png()[:-30],
    ],
    ids=["empty", "gif", "cut early", "16 bits", "cut late"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"PNG|bits|pixels"):
        decode(data)


def test_a_picture_with_too_few_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="does not hold 2 by 1 pixels"):
        decode(_png(2, bytes(3)))


def _png(kind: int, raw: bytes) -> bytes:
    """Return a PNG two pixels wide and one high."""
    header = struct.pack(">IIBBBBB", 2, 1, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw)))
    chunks = (struct.pack(">I4s", len(body), name) + body + bytes(4) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
