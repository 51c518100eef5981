from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from function_app.source import records
from function_app.source.dialect import Dialect, end_of
from function_app.source.records import (
    AFTER_QUOTE,
    AFTER_SPACE,
    BACKSLASH,
    IN_UNQUOTED,
    NEVER_ENDS,
    TOO_LARGE,
    Broken,
    Records,
    Sound,
)
from function_app.source.whole_records import are_records, end_of_stretch

COMMA = Dialect(b",")
VALUES = st.text(st.sampled_from('ab ",;\r\n\\æ'), max_size=6)
TABLES = st.lists(st.lists(VALUES, min_size=2, max_size=3), min_size=1, max_size=6)
ANYTHING = st.binary().map(lambda content: bytes(b'a" ,\n\r\\'[byte % 7] for byte in content))


def pieces(text: bytes, *sizes: int, dialect: Dialect = COMMA) -> list[Sound | Broken]:
    """Read a text in chunks of these sizes, and join adjacent valid parts."""
    ends = [*accumulate(sizes), len(text)]
    found: list[Sound | Broken] = []
    for piece in Records((text[start:end] for start, end in pairwise([0, *ends])), dialect):
        if isinstance(piece, Sound) and found and isinstance(found[-1], Sound):
            found[-1] = Sound(found[-1].text + piece.text, piece.ended)
        else:
            found.append(piece)
    return found


def written(table: Sequence[Sequence[str]], delimiter: str, ending: str, *, quoted: bool) -> bytes:
    def value(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if quoted or set(text) & {*'"\r\n', delimiter} else text

    return "".join(delimiter.join(map(value, row)) + ending for row in table).encode()


@given(
    table=TABLES,
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r", "\r\n"]),
    quoted=st.booleans(),
    sizes=st.lists(st.integers(1, 9)),
)
def test_what_keeps_the_rules_is_sound_wherever_its_chunks_end(
    table: list[list[str]], delimiter: str, ending: str, quoted: bool, sizes: list[int]
) -> None:
    text, dialect = written(table, delimiter, ending, quoted=quoted), Dialect(delimiter.encode())
    assert pieces(text, *sizes, dialect=dialect) == [Sound(text)]
    found = [dialect.split(record[0]) for record in dialect.record.finditer(text) if record[0]]
    assert [[value.decode() for value in values] for values in found] == table
    assert [dialect.width(record[0]) for record in dialect.record.finditer(text) if record[0]] == [*map(len, table)]


@given(
    table=TABLES,
    ending=st.sampled_from(["\n", "\r", "\r\n"]),
    quoted=st.booleans(),
    sizes=st.lists(st.integers(1, 60)),
)
def test_what_is_known_to_be_sound_is_cut_between_records(
    table: list[list[str]], ending: str, quoted: bool, sizes: list[int]
) -> None:
    text = written(table, ",", ending, quoted=quoted)
    ends = [*accumulate(sizes), len(text)]
    chunks = (text[start:end] for start, end in pairwise([0, *ends]))
    found = list(Records(chunks, COMMA, is_sound=True))
    assert b"".join(piece.text for piece in found) == text
    assert all(are_records(piece.text, COMMA) for piece in found)


@given(text=ANYTHING, sizes=st.lists(st.integers(1, 9)))
def test_nothing_gets_lost_and_no_chunk_changes_what_is_found(text: bytes, sizes: list[int]) -> None:
    whole = pieces(text)
    assert b"".join(piece.text for piece in whole) == text
    assert pieces(text, *sizes) == whole
    assert pieces(text, *[1] * len(text)) == whole


@given(text=ANYTHING)
def test_both_ways_to_find_records_find_the_same(text: bytes) -> None:
    whole = text[: end_of(COMMA.records, text, 0)]
    assert are_records(whole, COMMA)
    assert are_records(text, COMMA) == (whole == text)
    assert end_of_stretch(text, 0, COMMA) <= len(whole)


@given(text=ANYTHING)
def test_lines_and_rows_are_counted_in_every_text(text: bytes) -> None:
    lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
    found = pieces(text)
    sound = [
        piece.text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")
        for piece in found
        if isinstance(piece, Sound)
    ]
    assert sum(sound) + sum(piece.lines for piece in found if isinstance(piece, Broken)) == lines
    assert all(1 <= piece.rows <= piece.lines + 1 for piece in found if isinstance(piece, Broken))


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('A1,"Anna" Berg,x', AFTER_QUOTE),
        ('"A1"x,Anna,x', AFTER_QUOTE),
        ('A1,"Anna \\"Ann\\" Berg",x', BACKSLASH),
        ('A1,"say "hi" there",x', AFTER_QUOTE),
        ('A1,5" pipe,x', IN_UNQUOTED),
        ('A1,Anna",x', IN_UNQUOTED),
        ('A1","Anna","x"', IN_UNQUOTED),
        ('A1, "Oslo, NO",x', AFTER_SPACE),
        ('A1,\t"Oslo",x', AFTER_SPACE),
        ('A1,"Oslo" ,x', AFTER_QUOTE),
    ],
)
@pytest.mark.parametrize(
    "after", ["", "A2,Bob,y\n", '"A2","Bob","y"\n', 'A2,"a\nb",y\n', 'A2,"a ""b""",\n', "A2,,\n\n"]
)
@pytest.mark.parametrize("before", ["", 'A0,"x, y",z\n'])
def test_a_row_with_a_broken_quote_is_alone(before: str, row: str, problem: str, after: str) -> None:
    text = f"{row}\n".encode()
    expected: list[Sound | Broken] = [Broken(text, problem, 1, 1)]
    if before:
        expected.insert(0, Sound(before.encode()))
    if after:
        expected.append(Sound(after.encode()))
    assert pieces(before.encode() + text + after.encode()) == expected


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('A2,"Name 2\nA3,Name 3\nA4,"Foo, Inc"\n', 3),
        ('A1, "Oslo\nA7,evil\n",x\n', 3),
        ('A1,"say "hi"\nA7,evil,x\nbye",z\n', 3),
        ('A1,"say \\"hi\nA7,evil,x\nbye\\" ",z\n', 3),
        ('A1;"Oslo\nA7,evil,x\n",z\n', 3),
        ('A1"Oslo\nA7,evil,x\n",z\n', 3),
    ],
)
def test_lines_that_may_be_within_a_broken_quote_are_no_rows(text: str, rows: int) -> None:
    found = pieces(f'{text}A8,Cy,x\n"A9","Di","y"\n'.encode())
    assert [piece.text for piece in found] == [text.encode(), b'A8,Cy,x\n"A9","Di","y"\n']
    assert isinstance(found[0], Broken)
    assert found[0].rows == rows


def test_an_unclosed_quote_includes_the_rest() -> None:
    assert pieces(b'A1,Ada\nA2,"Name 2\nA3,Name 3\nA4') == [
        Sound(b"A1,Ada\n"),
        Broken(b'A2,"Name 2\nA3,Name 3\nA4', NEVER_ENDS, 3, 2),
    ]


@pytest.mark.parametrize("last", ["A2", "A2,Bob", 'A2,"Bob"', "A2,"])
def test_a_last_line_without_a_line_break_is_reported(last: str) -> None:
    assert pieces(f"A1,Ada\n{last}".encode()) == [Sound(f"A1,Ada\n{last}".encode(), ended=False)]


@given(size=st.integers(101, 5_000), sizes=st.lists(st.integers(1, 300), max_size=20))
@example(size=101, sizes=[50, 51])
@pytest.mark.parametrize("value", ["{}", '"{}"', '"{}\n""{}"'])
def test_a_row_over_the_limit_is_alone_and_the_memory_for_it_bounded(value: str, size: int, sizes: list[int]) -> None:
    text = f"A2,{value.format('x' * size, 'y' * size)}\n".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "MAX_ROW_BYTES", 100)
        first, second, third = pieces(b"A1,Ada\n" + text + b'A3,"C"\n', 10, *sizes, *[200] * 100)
    assert (first, third) == (Sound(b"A1,Ada\n"), Sound(b'A3,"C"\n'))
    assert isinstance(second, Broken)
    assert (second.problem, second.rows, second.has_end) == (TOO_LARGE, 1, True)
    assert second.lines == text.count(b"\n")
    assert text.startswith(second.text)


def test_memory_stays_that_of_one_row_however_long_a_quote_is() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'A1,"'
        for _ in range(100):
            yield b"x" * 999_999 + b"\n"

    tracemalloc.start()
    (piece,) = Records(chunks(), COMMA)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(piece, Broken)
    assert (piece.problem, piece.rows, piece.lines) == (NEVER_ENDS, 100, 100)
    assert peak < 12_000_000


def test_a_quote_in_a_line_of_the_right_width_is_text() -> None:
    text = b'A1,15",x\nA2,Bob,y\nA3,17",z\n'
    found = list(Records(iter([text]), COMMA, 3))
    assert [(piece.text, isinstance(piece, Broken)) for piece in found] == [
        (b'A1,15",x\n', True),
        (b"A2,Bob,y\n", False),
        (b'A3,17",z\n', True),
    ]


@pytest.mark.parametrize("text", ['x"' + 'a""' * 300_000, "x" + '"' * 600_001, 'x"' + '"""a' * 200_000])
def test_quotes_in_a_value_without_quotes_are_looked_at_once(text: str) -> None:
    assert [piece.text[:2] for piece in pieces(f"{text}\nA1,Ada\n".encode())] == [b'x"', b"A1"]
