from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW, model
from support.forms import FORMS, TYPES, is_of

from function_app.domain.entity import Attribute, Entity
from function_app.domain.fitting import PATTERNS, Fitting, fits
from function_app.domain.profile import Update
from function_app.domain.values import NORMALIZERS

UPDATE = Update("u", "ada", {}, NOW, NOW, NOW + timedelta(hours=1), "")
NEAR = st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{6})?Z?)?", fullmatch=True)


def fitting(data_type: str) -> Fitting:
    return Fitting(Entity("Customer", "profile", (("CustomerId",),), (Attribute("X", data_type, "X"),)))


@pytest.mark.parametrize("data_type", TYPES)
@pytest.mark.parametrize("value", [value for value, _ in FORMS] + ["a\0b"], ids=repr)
def test_what_fits_is_of_the_type_and_in_its_form(data_type: str, value: Any) -> None:
    assert fits(data_type, value) == is_of(value, data_type)
    wanted = value if is_of(value, data_type) else None
    found = fitting(data_type).attributes({"X": value})["X"]
    assert found == wanted
    assert isinstance(found, bool) == isinstance(wanted, bool)
    kept = fitting(data_type).update(replace(UPDATE, attributes={"X": value}))
    assert kept.attributes == ({"X": value} if wanted is not None else {})


def test_a_whole_number_of_a_decimal_shows_as_a_whole_number() -> None:
    assert repr(fitting("Edm.Int32").attributes({"X": 12.0})["X"]) == "12"


@pytest.mark.parametrize("name", PATTERNS)
@given(text=st.text(max_size=12) | NEAR | st.from_regex(r"[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}", fullmatch=True))
def test_a_pattern_matches_exactly_the_texts_in_canonical_form(name: str, text: str) -> None:
    try:
        is_canonical = NORMALIZERS[name](text) == text
    except ValueError:
        is_canonical = False
    assert bool(re.fullmatch(PATTERNS[name], text)) == is_canonical


@pytest.mark.parametrize("year", ["0000", "0001", "1900", "1996", "2000", "2026", "9999"])
def test_the_pattern_of_dates_knows_the_calendar(year: str) -> None:
    for month in range(14):
        for day in range(33):
            text = f"{year}-{month:02}-{day:02}"
            assert bool(re.fullmatch(PATTERNS["date"], text)) == fits("Edm.Date", text), text


def test_what_fits_as_a_whole_is_returned_as_it_is() -> None:
    source = {"CustomerId": "ada", "City": "Oslo", "Points": 1, "BirthDate": None}
    update = replace(UPDATE, attributes={"City": None, "Points": 2})
    assert model().fitting.attributes(source) is source
    assert model().fitting.update(update) is update


def test_the_form_is_that_of_the_types() -> None:
    one, other = fitting("Edm.Int32"), fitting("Edm.String")
    assert one.form != other.form
    assert one.form == fitting("Edm.Int32").form
    assert one.update(replace(UPDATE, attributes={"X": "six"})).attributes == {}
    assert other.attributes({"X": 6}) == {"X": None}


def test_unknown_attributes_are_left_out_and_null_fits_every_type() -> None:
    assert model().fitting.attributes({"CustomerId": "ada", "Gone": 1, "Points": None}) == {
        "CustomerId": "ada",
        "Points": None,
    }
    assert model().fitting.update(replace(UPDATE, attributes={"Gone": None, "City": None})).attributes == {"City": None}


def test_limits_are_no_part_of_the_type() -> None:
    source = {"CustomerId": "ada", "FullName": "x" * 100, "Tier": "Bronze"}
    assert model().fitting.attributes(source) is source
