from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import model

from function_app.domain.entity import Attribute
from function_app.error_detail import ErrorDetail
from function_app.source.cells import judge
from function_app.source.columns import canonical, fits

ATTRIBUTES = model().instance.customer.by_name
CHECK = model().customers.check_record
ODD = st.sampled_from(
    ["", "-0", "007", "+5", "1e5", "nan", "inf", " 1", "TRUE", "Gold", "2026-02-30", "9" * 30, "½", "\x1f"]
)
LIKELY = st.one_of(
    st.text(max_size=50),
    ODD,
    st.integers(-(2**40), 2**40).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9).map(str),
    st.dates().map(str),
    st.datetimes(timezones=st.just(UTC)).map(lambda instant: instant.isoformat().replace("+00:00", "Z")),
    st.datetimes().map(lambda instant: f"{instant:%Y-%m-%dT%H:%M:%S}Z"),
    st.uuids().map(str),
    st.uuids().map(lambda token: str(token).upper()),
    st.times().map(str),
)
INSTANTS = st.datetimes(timezones=st.just(UTC)).filter(lambda instant: 1 < instant.year < 9999)
KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "Points": (pa.int64(), st.integers(-(2**62), 2**62)),
    "Value": (pa.float64(), st.floats()),
    "OptIn": (pa.bool_(), st.booleans()),
    "BirthDate": (pa.date32(), st.dates()),
    "LastVisit": (pa.timestamp("us", tz="Europe/Oslo"), INSTANTS),
    "Opens": (pa.time64("us"), st.times()),
}
MISFITS = [
    ("Points", 2**31),
    ("Value", math.nan),
    ("FullName", "x" * 41),
    ("Tier", "Lead"),
    ("Points", "x"),
    ("City", b"\xff"),
]


def judged(column: pa.Array, attribute: Attribute) -> tuple[list[Any], list[bool]]:
    values, right = canonical(column, attribute)
    return values.to_pylist(), [True] * len(column) if right is None else right.to_pylist()


def agrees(column: pa.Array, attribute: Attribute) -> None:
    """Assert that the Checker accepts what is valid here, and writes it in the same form."""
    for cell, value, good in zip(judge(column, attribute, None), *judged(column, attribute), strict=True):
        if good:
            assert not isinstance(cell, ErrorDetail)
            assert CHECK({attribute.name: cell}) == {attribute.name: value}
            json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
@given(texts=st.lists(st.none() | LIKELY, max_size=8))
def test_texts_that_are_right_are_right_for_the_checker_too(name: str, texts: list[str | None]) -> None:
    agrees(pa.array(texts, pa.string()), ATTRIBUTES[name])


@pytest.mark.parametrize("name", sorted(KINDS))
@given(data=st.data())
def test_typed_values_that_are_right_are_right_for_the_checker_too(name: str, data: st.DataObject) -> None:
    kind, values = KINDS[name]
    agrees(pa.array(data.draw(st.lists(st.none() | values, max_size=8)), kind), ATTRIBUTES[name])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("FullName", "Ada Ødegård 김", "Ada Ødegård 김"),
        ("Tier", "Gold", "Gold"),
        ("Points", "-12", -12),
        ("Value", "12.50", 12.5),
        ("OptIn", "True", True),
        ("BirthDate", "2024-02-29", "2024-02-29"),
        ("LastVisit", "2026-02-28T10:00:00Z", "2026-02-28T10:00:00.000000Z"),
        ("Token", "6F9619FF-8B86-4D11-B42D-00C04FC964FF", "6f9619ff-8b86-4d11-b42d-00c04fc964ff"),
        ("City", None, None),
    ],
)
def test_plain_values_are_right_at_once(name: str, text: str | None, value: object) -> None:
    assert judged(pa.array([text], pa.string()), ATTRIBUTES[name]) == ([value], [True])


@pytest.mark.parametrize(("name", "value"), MISFITS)
def test_what_does_not_fit_is_never_right(name: str, value: object) -> None:
    assert judged(pa.array([value]), ATTRIBUTES[name])[1] == [False]


def test_a_number_beyond_63_bits_is_left_to_the_checker_and_fails_no_other() -> None:
    assert judged(pa.array([2**63, 7, None], pa.uint64()), ATTRIBUTES["Points"]) == (
        [None, 7, None],
        [False, True, True],
    )


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("City", "text", True),
        ("City", 1, True),
        ("City", Decimal(10**30), True),
        ("City", Decimal("1.0"), False),
        ("City", 1.0, False),
        ("Points", 1, True),
        ("Points", 1.5, True),
        ("Points", Decimal("1.0"), True),
        ("Points", date(2020, 1, 1), False),
        ("Value", Decimal("1.5"), True),
        ("OptIn", True, True),
        ("OptIn", 1, False),
        ("BirthDate", date(2020, 1, 1), True),
        ("BirthDate", datetime(2020, 1, 1, tzinfo=UTC), True),
        ("LastVisit", date(2020, 1, 1), False),
        ("LastVisit", datetime(2020, 1, 1, tzinfo=UTC), True),
        ("Opens", time(1), True),
        ("Points", b"1", True),
        ("Points", None, True),
        ("City", [1], False),
    ],
)
def test_a_column_fits_an_attribute_if_it_may_hold_its_values(name: str, value: object, right: bool) -> None:
    assert fits(pa.array([value]).type, ATTRIBUTES[name]) is right
