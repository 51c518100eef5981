"""Random kinds of damage to a CSV file, each with the bytes of the original that it affects."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import NamedTuple


class Damage(NamedTuple):
    """A damaged content, and the bytes of the original that the damage affects: from `start` to before `end`."""

    kind: str
    content: bytes
    start: int
    end: int


Change = Callable[[Random, bytes], tuple[bytes, int, int] | None]
_OTHERS = (
    b'"',
    b"\\",
    b",",
    b";",
    b"\t",
    b"|",
    b"\n",
    b"\r",
    b"\r\n",
    b" ",
    b"\0",
    b"\xff",
    b"'",
    b"7",
    b"x",
    "ö".encode(),
)


def _replaced(content: bytes, start: int, end: int, by: bytes) -> tuple[bytes, int, int]:
    return content[:start] + by + content[end:], start, end


def _somewhere(pattern: bytes) -> Callable[[Random, bytes], re.Match[bytes] | None]:
    def find(random: Random, content: bytes) -> re.Match[bytes] | None:
        found = list(re.finditer(pattern, content))
        return random.choice(found) if found else None

    return find


def _change(pattern: bytes, *texts: bytes) -> Change:
    """Return a function that replaces a match of a pattern by one of some texts, in which `%b` is the match."""
    find = _somewhere(pattern)

    def change(random: Random, content: bytes) -> tuple[bytes, int, int] | None:
        found = find(random, content)
        return found and _replaced(content, *found.span(), random.choice(texts).replace(b"%b", found[0]))

    return change


def _cut(random: Random, content: bytes) -> tuple[bytes, int, int]:
    place = random.randrange(len(content))
    return content[:place], place, len(content)


def _insert(random: Random, content: bytes) -> tuple[bytes, int, int]:
    place = random.randrange(len(content))
    return _replaced(content, place, place, random.choice(_OTHERS))


def _overwrite(random: Random, content: bytes) -> tuple[bytes, int, int]:
    place = random.randrange(len(content))
    return _replaced(content, place, place + 1, random.choice(_OTHERS))


def _drop(random: Random, content: bytes) -> tuple[bytes, int, int]:
    place = random.randrange(len(content))
    return _replaced(content, place, min(place + random.choice((1, 1, 2, 40, 400)), len(content)), b"")


def _swap(random: Random, content: bytes) -> tuple[bytes, int, int]:
    place = random.randrange(len(content) - 1)
    return _replaced(content, place, place + 2, content[place : place + 2][::-1])


def _other_encoding(random: Random, content: bytes) -> tuple[bytes, int, int]:
    start = random.randrange(len(content))
    end = min(start + random.choice((50, 500, len(content))), len(content))
    text = content[start:end].decode("utf-8", "surrogateescape")
    encoding = random.choice(("cp1252", "cp850", "utf-16-le", "shift_jis"))
    return _replaced(content, start, end, text.encode(encoding, "replace"))


CHANGES: dict[str, Change] = {
    "cut": _cut,
    "insert": _insert,
    "overwrite": _overwrite,
    "drop": _drop,
    "swap": _swap,
    "quote lost": _change(rb'"', b""),
    "quote doubled": _change(rb'"', b'""'),
    "quote escaped": _change(rb'""|"', b'\\"'),
    "quote moved": _change(rb'[^"]"|"[^"]', b'"', b'" %b', b'%b "'),
    "quote in a value": _change(rb"\w\w", b'%b"', b'"%b', b'"%b"'),
    "delimiter lost": _change(rb",", b"", b" "),
    "delimiter doubled": _change(rb",", b",,", b", ,"),
    "other delimiter": _change(rb",", b";", b"\t", b"|"),
    "line break lost": _change(rb"\r?\n", b"", b" "),
    "other line break": _change(rb"\r?\n", b"\r", b"\r\n", b"\n\n", b"\n\r"),
    "line broken": _change(rb"\w\w", b"\n%b", b"\r\n%b", b"\r%b"),
    "other type": _change(rb"\b[0-9]+\b", b"many", b"%b.5", b"%b_000", "１２".encode(), b"1e400", b"-"),
    "encoding": _other_encoding,
}


def damages(content: bytes, seed: int, count: int) -> list[Damage]:
    """Return this many damages of a content, of all kinds in turn; the same seed gives the same damages."""
    random, found, kinds = Random(seed), list[Damage](), list(CHANGES)  # noqa: S311  # no secret
    while len(found) < count:
        kind = kinds[len(found) % len(kinds)]
        changed = CHANGES[kind](random, content) or _insert(random, content)
        found.append(Damage(kind, *changed))
    return found
