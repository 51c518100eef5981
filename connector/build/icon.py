"""Draw the connector's icon: `python -m connector.build.icon FILE`."""

import sys
from itertools import pairwise
from math import hypot
from pathlib import Path

from connector.lint.png import encode

SIDE = 160
SAMPLES = 4  # per side of a pixel
BACKGROUND = (0x0B, 0x6A, 0x6E)
MARK = (0xFF, 0xFF, 0xFF)

HEAD = (80.0, 51.0, 21.0)  # middle and radius
SHOULDERS = (80.0, 128.0, 45.0)
FLOOR = 128.0
PULSE = ((22.0, 110.0), (62.0, 110.0), (72.0, 94.0), (86.0, 122.0), (95.0, 110.0), (138.0, 110.0))
PULSE_WIDTH = 5.0


def draw() -> bytes:
    """Return the icon as a PNG: a person in white, a pulse going through."""
    steps = SAMPLES * SAMPLES
    shades = [_blend(step / steps) for step in range(steps + 1)]
    rows = [bytes(_covered(x, y) for x in range(SIDE)) for y in range(SIDE)]
    return encode(SIDE, SIDE, b"".join(shades), rows)


def _blend(share: float) -> bytes:
    pairs = zip(BACKGROUND, MARK, strict=True)
    return bytes(round(back + (front - back) * share) for back, front in pairs)


def _covered(x: int, y: int) -> int:
    """Count the samples of a pixel that lie on the mark."""
    offsets = [(sample + 0.5) / SAMPLES for sample in range(SAMPLES)]
    return sum(_on_mark(x + dx, y + dy) for dy in offsets for dx in offsets)


def _on_mark(x: float, y: float) -> bool:
    """Tell whether the mark is there: the pulse is white outside the person, and cuts it."""
    return _on_person(x, y) != _on_pulse(x, y)


def _on_person(x: float, y: float) -> bool:
    return _in_circle(x, y, HEAD) or (y <= FLOOR and _in_circle(x, y, SHOULDERS))


def _in_circle(x: float, y: float, circle: tuple[float, float, float]) -> bool:
    middle_x, middle_y, radius = circle
    return hypot(x - middle_x, y - middle_y) <= radius


def _on_pulse(x: float, y: float) -> bool:
    lines = pairwise(PULSE)
    return any(_distance(x, y, start, end) <= PULSE_WIDTH / 2 for start, end in lines)


def _distance(x: float, y: float, start: tuple[float, float], end: tuple[float, float]) -> float:
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    share = ((x - start[0]) * along_x + (y - start[1]) * along_y) / (along_x**2 + along_y**2)
    share = min(1.0, max(0.0, share))
    return hypot(x - start[0] - share * along_x, y - start[1] - share * along_y)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(draw())
