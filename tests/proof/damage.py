"""Random kinds of damage to the text of a snapshot, as edits: known byte by byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple

from .sources import Source


class Edit(NamedTuple):
    """Replaces the bytes from `start` to before `end`."""

    start: int
    end: int
    by: bytes = b""


@dataclass(frozen=True)
class Damage:
    """A damaged snapshot: its files by their paths below the folder of Customer.

    - `texts`: what the files that may be loaded say, in UTF-8 and in the order of their names
    - `delimiter`: what separates their values
    - `starts`: where rows of the undamaged text begin, for each text
    - `expect`: `same`: all customers as before, and nothing to report; `reported`: as before, and reported;
      `kept`: as before, reported or not; `read`: what a strict reading of the texts says; `fewer`: only the intact
      ones are left; `ended`: anything, if the refresh ends
    - `intact`: the customers whose rows are not affected
    - `content`: the customer and the column where another valid value was put, which can not be noticed
    - `is_gap`: a missing file is known from the names of the others
    """

    kind: str
    files: Mapping[str, bytes]
    texts: Sequence[bytes] = ()
    expect: Literal["same", "reported", "kept", "read", "fewer", "ended"] = "read"
    delimiter: bytes = b","
    starts: Sequence[Sequence[int]] = ()
    intact: frozenset[str] = frozenset()
    content: tuple[str, str] | None = None
    is_gap: bool = False
    edits: Sequence[Edit] = field(default=(), compare=False)


Edits = Callable[[Random, Source], Sequence[Edit] | None]
_OTHERS = (
    *(b'"', b"\\", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b" ", b"\0", b"\xff", b"'", b"7", b"x"),
    *("ö".encode(), "김".encode()[:2], b"\xef\xbb\xbf", b'""', b'","', b"\xe2\x80\xa8", b"\x1a"),
)
_ENCODINGS = ("cp1252", "latin-1", "cp850", "utf-16-le", "utf-16-be", "shift_jis", "utf-8-sig")


def _change(pattern: bytes, *texts: bytes) -> Edits:
    """Return a kind that replaces one match of a pattern by one of some texts, in which `%b` is the match."""
    compiled = re.compile(pattern)

    def edits(random: Random, source: Source) -> Sequence[Edit] | None:
        found = list(compiled.finditer(source.text))
        if not found:
            return None
        match = random.choice(found)
        return [Edit(*match.span(), random.choice(texts).replace(b"%b", match[0]))]

    return edits


def _cut(random: Random, source: Source) -> Sequence[Edit]:
    return [Edit(random.randrange(len(source.text)), len(source.text))]


def _cut_at_a_line_end(random: Random, source: Source) -> Sequence[Edit]:
    _, end, _ = random.choice(source.records)
    return [Edit(end - random.choice((0, 1)), len(source.text))]


def _cut_within_a_character(random: Random, source: Source) -> Sequence[Edit] | None:
    found = [match.start() for match in re.finditer(rb"[\x80-\xbf]", source.text)]
    return [Edit(random.choice(found), len(source.text))] if found else None


def _insert(random: Random, source: Source) -> Sequence[Edit]:
    place = random.randrange(len(source.text) + 1)
    return [Edit(place, place, random.choice(_OTHERS))]


def _overwrite(random: Random, source: Source) -> Sequence[Edit]:
    place = random.randrange(len(source.text))
    return [Edit(place, place + 1, random.choice((*_OTHERS, bytes([random.randrange(256)]))))]


def _drop(random: Random, source: Source) -> Sequence[Edit]:
    place = random.randrange(len(source.text))
    return [Edit(place, min(place + random.choice((1, 1, 2, 40, 400)), len(source.text)))]


def _swap_bytes(random: Random, source: Source) -> Sequence[Edit]:
    place = random.randrange(len(source.text) - 1)
    return [Edit(place, place + 2, source.text[place : place + 2][::-1])]


def _quotes_swapped(random: Random, source: Source) -> Sequence[Edit] | None:
    """Take a quote away, and put it somewhere else."""
    found = [match.start() for match in re.finditer(b'"', source.text)]
    if not found:
        return None
    place, other = random.choice(found), random.randrange(len(source.text))
    return sorted([Edit(place, place + 1), Edit(other, other, b'"')])


def _two_quotes(random: Random, source: Source) -> Sequence[Edit]:
    one, other = sorted(random.sample(range(len(source.text)), 2))
    return [Edit(one, one, b'"'), Edit(other, other, b'"')]


def _row(random: Random, source: Source) -> tuple[int, int]:
    return random.choice(list(source.rows.values()))


def _row_in_another_encoding(random: Random, source: Source) -> Sequence[Edit]:
    start, end = _row(random, source)
    text = source.text[start:end].decode()
    return [Edit(start, end, text.encode(random.choice(_ENCODINGS), "replace"))]


def _delimiters_of_a_row(random: Random, source: Source) -> Sequence[Edit]:
    start, end = _row(random, source)
    other = random.choice((b";", b"\t", b"|", b" "))
    return [Edit(start, end, source.text[start:end].replace(b",", other))]


def _line_ends_of_a_row(random: Random, source: Source) -> Sequence[Edit]:
    start, end = _row(random, source)
    other = random.choice((b"\r", b"\r\n", b"\0", b"\0\n", b"\x0b", b"\n\r", b"\n\n", b" \n"))
    return [Edit(start, end, source.text[start:end].replace(b"\n", other))]


def _cell_added(random: Random, source: Source) -> Sequence[Edit]:
    start, end = _row(random, source)
    body = source.text[start : end - 1]
    added = random.choice((body + b",", b"," + body, body + b',""', body + b",x,y", b'"",' + body))
    return [Edit(start, end, added + b"\n")]


def _cell_removed(random: Random, source: Source) -> Sequence[Edit]:
    (start, end), values = _row_with_values(random, source)
    values.pop(random.randrange(len(values)))
    return [Edit(start, end, _line(values))]


def _other_type(random: Random, source: Source) -> Sequence[Edit]:
    """Write a value of another type into a column of numbers, dates or booleans, or of another form."""
    typed = [column.column.encode() for column in source.columns if column.data_type != "Edm.String"]
    (start, end), values = _row_with_values(random, source)
    header = source.records[0][2]
    place = header.index(random.choice(typed)) if typed else 1
    held = values[place] or b"0"
    forms = (b"many", held + b".5", held + b"_000", "１２".encode(), b"1e400", b"-", b"yes", b"1", b"TRUE", b"NaN")
    more = (b"12.30 EUR", b"1,5", b"2026-02-30", b"30.04.2026", b"0x10", b" " + held, b"+5", b"007", b"null", b"1e3")
    values[place] = random.choice((*forms, *more))
    return [Edit(start, end, _line(values))]


def _row_with_values(random: Random, source: Source) -> tuple[tuple[int, int], list[bytes]]:
    start, end, values = random.choice(source.records[1:])
    return (start, end), list(values)


def _line(values: Sequence[bytes]) -> bytes:
    return b",".join(b'"' + value.replace(b'"', b'""') + b'"' for value in values) + b"\n"


def _row_repeated(random: Random, source: Source) -> Sequence[Edit]:
    start, end = _row(random, source)
    place, _ = _row(random, source)
    return [Edit(place, place, source.text[start:end] * random.choice((1, 2)))]


def _row_removed(random: Random, source: Source) -> Sequence[Edit]:
    return [Edit(*_row(random, source))]


def _rows_swapped(random: Random, source: Source) -> Sequence[Edit]:
    (start, end), (other, last) = sorted(random.sample(list(source.rows.values()), 2))
    return [Edit(start, end, source.text[other:last]), Edit(other, last, source.text[start:end])]


def _header_renamed(random: Random, source: Source) -> Sequence[Edit]:
    start, end, values = source.records[0]
    names = list(values)
    place = random.randrange(len(names))
    names[place] = random.choice((names[place].lower(), names[place] + b" ", b"x", b"", names[place - 1], b"\xffx"))
    return [Edit(start, end, b",".join(names) + b"\n")]


def _header_column_lost(random: Random, source: Source) -> Sequence[Edit]:
    start, end, values = source.records[0]
    names = list(values)
    names.pop(random.randrange(len(names)))
    return [Edit(start, end, b",".join(names) + b"\n")]


def _header_removed(_: Random, source: Source) -> Sequence[Edit]:
    start, end, _values = source.records[0]
    return [Edit(start, end)]


def _header_repeated(random: Random, source: Source) -> Sequence[Edit]:
    start, end, _ = source.records[0]
    place, _ = _row(random, source)
    return [Edit(place, place, source.text[start:end])]


def _column_lost(random: Random, source: Source) -> Sequence[Edit]:
    """Take a column out of the header and of every row."""
    place = random.randrange(len(source.columns))
    lines = [_line([*values[:place], *values[place + 1 :]]) for _, _, values in source.records]
    return [Edit(start, end, line) for (start, end, _), line in zip(source.records, lines, strict=True)]


KINDS: dict[str, Edits] = {
    "cut anywhere": _cut,
    "cut at a line end": _cut_at_a_line_end,
    "cut within a character": _cut_within_a_character,
    "byte inserted": _insert,
    "byte overwritten": _overwrite,
    "bytes lost": _drop,
    "bytes swapped": _swap_bytes,
    "quote lost": _change(rb'"', b""),
    "quote doubled": _change(rb'"', b'""'),
    "quote escaped": _change(rb'""|"', b'\\"'),
    "quote moved": _change(rb'[^"]"|"[^"]', b'"', b'" %b', b'%b "'),
    "quote in a value": _change(rb"\w\w", b'%b"', b'"%b', b'"%b"'),
    "quotes swapped": _quotes_swapped,
    "two quotes inserted": _two_quotes,
    "delimiter lost": _change(rb",", b"", b" "),
    "delimiter doubled": _change(rb",", b",,", b", ,"),
    "other delimiter": _change(rb",", b";", b"\t", b"|"),
    "other delimiters in a row": _delimiters_of_a_row,
    "cell added": _cell_added,
    "cell lost": _cell_removed,
    "other type": _other_type,
    "other encoding of a row": _row_in_another_encoding,
    "line break lost": _change(rb"\r?\n", b"", b" ", b"\0"),
    "other line break": _change(rb"\r?\n", b"\r", b"\r\n", b"\n\n", b"\n\r", b"\0\n"),
    "other line breaks in a row": _line_ends_of_a_row,
    "line broken": _change(rb"\w\w", b"\n%b", b"\r\n%b", b"\r%b"),
    "row repeated": _row_repeated,
    "row lost": _row_removed,
    "rows swapped": _rows_swapped,
    "header renamed": _header_renamed,
    "column name lost": _header_column_lost,
    "column lost": _column_lost,
    "header lost": _header_removed,
    "header repeated": _header_repeated,
}


def of_text(kind: str, random: Random, source: Source) -> Damage:
    """Damage the text of a source."""
    edits = KINDS[kind](random, source) or _insert(random, source)
    text, starts = applied(source, edits)
    return Damage(kind, {"c.csv": text}, [text], starts=[starts], intact=intact(source, edits), edits=edits)


def letter_replaced(random: Random, source: Source) -> Damage:
    """Replace a letter within a text by another, which makes another valid value."""
    texts = [column for column in source.columns[1:] if column.data_type == "Edm.String"]
    header = [name.decode() for name in source.records[0][2]]
    while True:
        start, end, values = random.choice(source.records[1:])
        column = random.choice(texts)
        value = values[header.index(column.column)]
        letters = [match.start() for match in re.finditer(rb"[a-zA-Z]", value)]
        if letters:
            break
    key = values[header.index(source.columns[0].column)].decode()
    place, changed = random.choice(letters), list(values)
    other = random.choice([letter for letter in b"abcxyzABC" if letter != value[place]])
    changed[header.index(column.column)] = value[:place] + bytes([other]) + value[place + 1 :]
    edits = [Edit(start, end, _line(changed))]
    text, starts = applied(source, edits)
    kind = "letter replaced"
    return Damage(
        kind, {"c.csv": text}, [text], starts=[starts], intact=intact(source, edits), content=(key, column.attribute)
    )


def applied(source: Source, edits: Sequence[Edit]) -> tuple[bytes, list[int]]:
    """Return the edited text, and where the rows begin that the edits do not affect."""
    text, shift, places = source.text, 0, list[tuple[int, int]]()
    for edit in edits:
        text = text[: edit.start + shift] + edit.by + text[edit.end + shift :]
        shift += len(edit.by) - (edit.end - edit.start)
        places.append((edit.end, shift))
    kept = intact(source, edits)
    starts = [
        start + next((by for end, by in reversed(places) if end <= start), 0)
        for key, (start, _) in source.rows.items()
        if key in kept
    ]
    return text, starts


def intact(source: Source, edits: Sequence[Edit]) -> frozenset[str]:
    """Return the customers whose rows, with the line break before them, no edit affects."""
    return frozenset(
        key
        for key, (start, end) in source.rows.items()
        if not any(edit.start < end and edit.end >= start for edit in edits)
    )
