"""The loader and the API validate the same value in the same way."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.source_parts import CUSTOMER, check, in_parquet, read

from function_app.domain.values import parse_float

_WIDE = Context(prec=40)
NUMBER_IN_JSON = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
NAMES = [attribute.name for attribute in CUSTOMER.attributes if attribute.name != "CustomerId"]
ODD = [
    "1_000",
    "１２",
    "+5",
    "007",
    " 1",
    "1.0",
    "1e3",
    "1E-2",
    "-0",
    "nan",
    "inf",
    "TRUE",
    "2026-02-30",
    "9" * 17,
    "½",
]
CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=45),
    st.sampled_from(ODD),
    st.from_regex(NUMBER_IN_JSON, fullmatch=True).filter(lambda text: len(text) < 30),
    st.text("0123456789-+.eE_", min_size=1, max_size=12),
    st.integers(-(2**54), 2**54).map(str),
    st.integers(2**53 - 3, 2**53 + 5).map(str),
    st.decimals(allow_nan=False, allow_infinity=False).map(str).filter(lambda text: len(text) < 40),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12).map(str),
    st.dates().map(str),
    st.dates().map(lambda day: f"{day}T00:00:00+0100"),
    st.datetimes(timezones=st.sampled_from([UTC])).map(datetime.isoformat),
    st.datetimes().map(lambda instant: instant.isoformat(timespec="seconds") + "Z"),
    st.times().map(str),
    st.uuids().map(str),
)
INSTANTS_IN_NS = st.datetimes(datetime(1678, 1, 1), datetime(2262, 1, 1))  # noqa: DTZ001
MIDNIGHTS = INSTANTS_IN_NS.map(lambda instant: datetime.combine(instant, time()))
DECIMALS = st.builds(Decimal, st.integers(-(10**19), 10**19)).flatmap(
    lambda number: st.integers(0, 18).map(lambda places: number.scaleb(-places, _WIDE))
)
TYPED: dict[str, st.SearchStrategy[Any]] = {
    "Points": st.integers(-(2**40), 2**40) | st.floats(-1e10, 1e10).map(lambda number: float(round(number))) | DECIMALS,
    "Value": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53) | DECIMALS,
    "OptIn": st.booleans(),
    "BirthDate": st.dates() | MIDNIGHTS | INSTANTS_IN_NS,
    "LastVisit": st.datetimes(timezones=st.just(UTC)),
    "Opens": st.times(),
    "City": st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
    | st.integers(-9, 9)
    | st.builds(Decimal, st.integers(-(10**37), 10**37)),
}


def as_loaded(name: str, content: bytes, file: str) -> object:
    """Return the value of the only row's attribute, or "rejected"."""
    found = read(content, file)
    assert len(found.records) + found.rejections == 1
    return found.records[0].get(name) if found.records else "rejected"


def column_of(value: object) -> pa.Array:
    """Return a column of one value, in the type of Parquet that writers use for it."""
    if isinstance(value, Decimal):
        return pa.array([value], pa.decimal128(38, -int(value.as_tuple().exponent)))
    if isinstance(value, datetime) and value.tzinfo is None:
        return pa.array([value], pa.timestamp("ns"))
    return pa.array([value])


def as_sent(name: str, value: object) -> object:
    """Return the value that a body with this value would store."""
    checked = check({"CustomerId": "a", name: value})
    return checked[name] if isinstance(checked, dict) else "rejected"


@pytest.mark.parametrize("name", NAMES)
@given(cell=CELLS)
@example(cell="1_000")
@example(cell="1e3")
def test_a_cell_of_a_csv_is_what_the_same_text_in_a_body_is(name: str, cell: str) -> None:
    quoted = cell.replace('"', '""')
    loaded = as_loaded(name, f'CustomerId,{name}\na,"{quoted}"\n'.encode(), "c.csv")
    assert loaded == as_sent(name, cell)
    assert loaded == "rejected" or json.dumps(loaded, allow_nan=False)


@pytest.mark.parametrize("name", sorted(TYPED))
@given(data=st.data())
def test_a_value_of_parquet_is_what_the_same_value_in_a_body_is(name: str, data: st.DataObject) -> None:
    value = data.draw(TYPED[name])
    loaded = as_loaded(name, in_parquet({"CustomerId": ["a"], name: column_of(value)}), "c.parquet")
    sent: object = value
    if isinstance(value, datetime) and value.tzinfo is None and value.time() == time():
        sent = value.date().isoformat()
    elif isinstance(value, Decimal) and name != "City":
        sent = json.loads(format(value, "f"), parse_float=parse_float)
    elif isinstance(value, date | time):
        sent = value.isoformat()
    elif name == "City":
        sent = str(value)
    assert loaded == as_sent(name, sent)
