from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from function_app.domain.entity import Attribute
from function_app.domain.schema import EDM_TYPES, MAX_WHOLE, attribute_schema, is_value_of
from function_app.domain.values import Inexact, canonical, parse_float

texts = st.sampled_from(["", "1990-12-31", "2026-11-24T09:30:00Z", "09:30:00", "6f9619ff-8b86-4d11-b42d-00c04fc964ff"])
numbers = (
    st.integers()
    | st.sampled_from([2**15 - 1, 2**15, -(2**31), 2**31, 2**53, 2**53 + 1, 1.0, -0.0, 1e308])
    | st.floats()
)
values: st.SearchStrategy[Any] = texts | st.text(max_size=6) | numbers | st.booleans() | st.just([]) | st.just({})
CHOICES = ("", "1990-12-31", 1, 2**15 - 1, True)


@pytest.mark.parametrize("limit", ["none", "length", "choices"])
@pytest.mark.parametrize("data_type", EDM_TYPES)
@given(value=values)
def test_a_value_is_written_exactly_if_its_schema_accepts_it(data_type: str, limit: str, value: Any) -> None:
    attribute = Attribute("Value", data_type, "Value", max_length=4 if limit == "length" else None)
    if limit == "choices":
        attribute = replace(attribute, allowed_values=tuple(each for each in CHOICES if is_value_of(attribute, each)))
    schema = attribute_schema(attribute)
    exact = not (data_type == "Edm.Decimal" and type(value) is int and abs(value) > MAX_WHOLE)
    if isinstance(value, str) and schema["type"] != "string":
        return  # a text in place of another type: the next test
    exact = exact and not (isinstance(value, str) and "\0" in value) and value not in (math.inf, -math.inf)
    taken = exact and jsonschema.Draft202012Validator(schema).is_valid(value)
    written = canonical(attribute)(value)
    if taken and schema["type"] == "string" and "format" in schema:
        return  # jsonschema does not check formats: `test_validation` has a table of them
    assert (written is not None) == (taken and not (isinstance(value, float) and math.isnan(value)))


@pytest.mark.parametrize("data_type", [kind for kind, schema in EDM_TYPES.items() if schema["type"] != "string"])
@given(
    text=st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9])?", fullmatch=True) | st.text(max_size=6)
)
@example(text="true")
@example(text="FALSE")
@example(text="12.0")
@example(text="１２")
@example(text="0.1234567890123456789")
def test_a_text_is_written_as_the_json_value_that_it_holds(data_type: str, text: str) -> None:
    write = canonical(Attribute("Value", data_type, "Value"))
    try:
        held = json.loads(
            text.lower() if text.lower() in {"true", "false"} else text,
            parse_float=parse_float,
            parse_constant=lambda _: None,
        )
    except json.JSONDecodeError:
        held = None
    is_exact = not text.isspace() and text == text.strip()
    assert write(text) == (write(held) if is_exact and isinstance(held, bool | int | float) else None)


@pytest.mark.parametrize(
    "text", ["1e-99999999999999999999", "0e99999999999999999999", "1e-400", "0.1234567890123456789"]
)
def test_a_literal_whose_digits_no_double_holds_is_inexact(text: str) -> None:
    assert isinstance(parse_float(text), Inexact)
