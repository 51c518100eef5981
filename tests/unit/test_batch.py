from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from function_app.source.batch import Batch

TEXTS = st.text() | st.sampled_from(
    ['"', "\\", '\\"', "\x00", "\x1f", "\x7f", "\u2028", "a\nb", "null", "", "김 😀", "{}"]
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 1e15, 1e16, 1e22, 1e300, 5e-324])
COLUMNS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "CustomerId": (pa.string(), TEXTS),
    "æ \"'\\": (pa.string(), st.none() | TEXTS),
    "Points": (pa.int64(), st.none() | st.integers(-(2**63), 2**63 - 1)),
    "Value": (pa.float64(), st.none() | NUMBERS),
    "OptIn": (pa.bool_(), st.none() | st.booleans()),
}
ROWS = st.lists(st.fixed_dictionaries({name: values for name, (_, values) in COLUMNS.items()}), min_size=1, max_size=9)


def batch(rows: list[dict[str, Any]]) -> Batch:
    return Batch(pa.RecordBatch.from_pylist(rows, pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])))


def exactly(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return values in order, distinguished by type and sign too."""
    return [[repr(row[name]) for name in COLUMNS] for row in rows]


@given(rows=ROWS)
def test_texts_hold_what_records_of_the_same_rows_hold(rows: list[dict[str, Any]]) -> None:
    whole = batch(rows)
    assert exactly(whole.records()) == exactly(rows)
    assert exactly([json.loads(text) for text in whole.texts()]) == exactly(rows)


@given(rows=ROWS, start=st.integers(0, 8), end=st.integers(1, 9))
def test_a_row_has_the_same_text_at_every_position(rows: list[dict[str, Any]], start: int, end: int) -> None:
    whole = batch(rows)
    assert Batch(whole.rows.slice(start, end)).texts() == whole.texts()[start : start + end]


def test_a_number_keeps_its_kind() -> None:
    texts = batch([dict.fromkeys(COLUMNS, None) | {"CustomerId": "a", "Points": 7, "Value": 7.0}]).texts()
    assert texts == [b'{"CustomerId":"a","\xc3\xa6 \\"\'\\\\":null,"Points":7,"Value":7.0,"OptIn":null}']


def test_a_column_is_its_values_in_order() -> None:
    assert batch([dict.fromkeys(COLUMNS, None) | {"Points": n} for n in (3, None, 1)]).column("Points") == [3, None, 1]


def test_no_rows_have_no_texts() -> None:
    assert batch([]).texts() == []
