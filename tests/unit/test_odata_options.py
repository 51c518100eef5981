from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import model

from function_app.api.odata import parse_orderby, parse_search, parse_select
from function_app.domain.query import AllOf, AnyOf, Sorting, Text
from function_app.errors import ServiceError

CUSTOMER = model().instance.customer


def assert_refused(parse: Callable[..., Any], text: str, option: str) -> None:
    with pytest.raises(ServiceError) as refused:
        parse(text, CUSTOMER)
    (fault,) = refused.value.faults
    assert (fault.code, fault.status, fault.target) == ("InvalidQuery", 400, option)
    assert fault.message.startswith(option)


def words_of(text: str) -> list[str]:
    found = parse_search(text, CUSTOMER)
    assert isinstance(found, AllOf)
    words = []
    for part in found.parts:
        assert isinstance(part, AnyOf)
        tests = [test for test in part.parts if isinstance(test, Text)]
        assert [test.attribute for test in tests] == [
            "CustomerId",
            "FullName",
            "City",
            "Tier",
            "Crm_Contacts_ContactId",
        ]
        assert {(test.test, test.fold) for test in tests} == {("contains", True)}
        (word,) = {test.value for test in tests}
        words.append(word)
    return words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Oslo", ["oslo"]),
        ("ada  OSLO", ["ada", "oslo"]),
        ("ada AND oslo", ["ada", "oslo"]),
        ('"Ada L" oslo', ["ada l", "oslo"]),
        ("O'Hare", ["o'hare"]),
        ("and", ["and"]),
        ('"OR"', ["or"]),
    ],
)
def test_a_search_is_for_every_word_or_phrase_in_some_text(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_search_may_look_in_900_places() -> None:
    assert len(words_of("a " * 180)) == 180


@pytest.mark.parametrize("text", ["", " ", '"', '""', 'a "b', "a OR b", "NOT a", "AND", "x" * 4001, "a " * 181])
def test_a_search_that_is_not_supported_is_refused(text: str) -> None:
    assert_refused(parse_search, text, "$search")


@pytest.mark.parametrize(
    ("text", "sorting"),
    [
        ("City", Sorting("City")),
        ("City asc", Sorting("City")),
        ("city", Sorting("City")),
        (" City  desc ", Sorting("City", descending=True)),
        ("CustomerId desc", Sorting("CustomerId", descending=True)),
    ],
)
def test_an_order_is_by_an_attribute(text: str, sorting: Sorting) -> None:
    assert parse_orderby(text, CUSTOMER) == (sorting,)


def test_an_order_is_by_several_attributes() -> None:
    expected = (Sorting("City"), Sorting("Points", descending=True), Sorting("CustomerId"))
    assert parse_orderby("City, points desc ,CustomerId asc", CUSTOMER) == expected


@pytest.mark.parametrize("text", ["", "Cty", "City down", "City DESC x", "City,", "City,city", "City desc,Pints", "*"])
def test_an_order_that_is_not_supported_is_refused(text: str) -> None:
    assert_refused(parse_orderby, text, "$orderby")


def test_a_selection_is_of_attributes() -> None:
    assert parse_select("City", CUSTOMER) == ("City",)
    assert parse_select("City, CustomerId ,Points", CUSTOMER) == ("City", "CustomerId", "Points")
    assert parse_select("city,POINTS,City", CUSTOMER) == ("City", "Points")
    assert parse_select("*", CUSTOMER) is None
    assert parse_select("City, *", CUSTOMER) is None


@pytest.mark.parametrize("text", ["", "Cty", "City,", "City,,Points", "City/Name", "City as c"])
def test_a_selection_that_is_not_supported_is_refused(text: str) -> None:
    assert_refused(parse_select, text, "$select")
