from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.domain.query import (
    AllOf,
    AnyOf,
    Compares,
    Condition,
    Equals,
    Not,
    Order,
    Sorting,
    Text,
    TextTest,
    holds,
    names_in,
    sort_key,
)

TRUE, FALSE, UNKNOWN = Equals("Yes", (True,)), Equals("Yes", (False,)), Compares("Nothing", "gt", 0)
ROW = {"Yes": True, "Nothing": None, "City": "Oslo", "Points": 3}
BY_TRUTH: dict[bool | None, Condition] = {True: TRUE, False: FALSE, None: UNKNOWN}
truths = st.sampled_from([True, False, None])


@pytest.mark.parametrize(("truth", "condition"), BY_TRUTH.items())
def test_the_three_truths_are_as_named(truth: bool | None, condition: Condition) -> None:
    assert holds(condition, ROW) is truth


@pytest.mark.parametrize(("part", "whole"), [(True, False), (False, True), (None, None)])
def test_not(part: bool | None, whole: bool | None) -> None:
    assert holds(Not(BY_TRUTH[part]), ROW) is whole


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, None, None, None),
    ],
)
def test_and_and_or_either_way_round(
    left: bool | None, right: bool | None, both: bool | None, either: bool | None
) -> None:
    for parts in ((BY_TRUTH[left], BY_TRUTH[right]), (BY_TRUTH[right], BY_TRUTH[left])):
        assert holds(AllOf(parts), ROW) is both
        assert holds(AnyOf(parts), ROW) is either


@given(st.lists(truths, max_size=5))
def test_de_morgan_holds_of_unknown_too(parts: list[bool | None]) -> None:
    conditions = tuple(BY_TRUTH[part] for part in parts)
    assert holds(Not(AllOf(conditions)), ROW) is holds(AnyOf(tuple(Not(c) for c in conditions)), ROW)
    assert holds(Not(AnyOf(conditions)), ROW) is holds(AllOf(tuple(Not(c) for c in conditions)), ROW)


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert holds(AllOf(()), ROW) is True
    assert holds(AnyOf(()), ROW) is False


@pytest.mark.parametrize(
    ("values", "truth"),
    [(("Oslo",), True), (("Bergen", "Oslo"), True), (("oslo",), False), ((None,), False), ((), False)],
)
def test_equals_means_one_of_the_values(values: tuple[Any, ...], truth: bool) -> None:
    assert holds(Equals("City", values), ROW) is truth


def test_null_is_a_value_to_equals_and_an_absent_attribute_is_null() -> None:
    for name in ("Nothing", "Absent"):
        assert holds(Equals(name, (None,)), ROW) is True
        assert holds(Equals(name, ("x",)), ROW) is False
        assert holds(Not(Equals(name, ("x",))), ROW) is True


@pytest.mark.parametrize(
    ("order", "truths_of"),
    [
        ("lt", (False, False, True)),
        ("le", (False, True, True)),
        ("gt", (True, False, False)),
        ("ge", (True, True, False)),
    ],
)
def test_compares_with_less_the_same_and_more(order: Order, truths_of: tuple[bool, ...]) -> None:
    assert tuple(holds(Compares("Points", order, value), ROW) for value in (2, 3, 4)) == truths_of
    assert holds(Compares("Nothing", order, 3), ROW) is None
    assert holds(Not(Compares("Absent", order, 3)), ROW) is None


@pytest.mark.parametrize(
    ("test", "value", "truth"),
    [
        ("contains", "sl", True),
        ("contains", "SL", False),
        ("startswith", "Os", True),
        ("startswith", "sl", False),
        ("endswith", "lo", True),
        ("endswith", "Os", False),
        ("equals", "Oslo", True),
        ("equals", "Osl", False),
    ],
)
def test_texts(test: TextTest, value: str, truth: bool) -> None:
    assert holds(Text("City", test, value), ROW) is truth
    assert holds(Text("Nothing", test, value), ROW) is None


@pytest.mark.parametrize("test", ["contains", "startswith", "endswith", "equals"])
def test_texts_may_be_folded(test: TextTest) -> None:
    assert holds(Text("City", test, "ødeGÅRD".lower(), fold=True), {"City": "ØdegÅrd"}) is True
    assert holds(Text("City", test, "ødegård"), {"City": "ØdegÅrd"}) is False


def test_names_in_are_all_attributes_looked_at() -> None:
    tree = AllOf((Not(Equals("A", ())), AnyOf((Compares("B", "lt", 1), Text("C", "contains", "x"), Equals("A", (1,))))))
    assert names_in(tree) == {"A", "B", "C"}
    assert names_in(None) == frozenset()


def test_rows_sort_null_lowest_then_by_value_then_by_key() -> None:
    rows = [(3, "b"), (None, "z"), (3, "a"), (-1, "c"), (None, "y"), (0, "d")]
    expected = [(None, "y"), (None, "z"), (-1, "c"), (0, "d"), (3, "a"), (3, "b")]
    assert sorted(rows, key=lambda row: sort_key(*row)) == expected


def test_sorting_is_ascending_by_default() -> None:
    assert Sorting("City").descending is False
