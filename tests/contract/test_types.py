"""Stored values of another type than the requested one count as null, in conditions and in orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest
from support import INSTANCE, NOW, in_json, put_profiles
from support.forms import FORMS, TYPES, is_of, shown

from function_app.domain.entity import Attribute, Entity
from function_app.domain.fitting import Fitting
from function_app.domain.query import (
    AllOf,
    AnyOf,
    Compares,
    Condition,
    Equals,
    Not,
    Position,
    ProfileQuery,
    Sorting,
    Text,
    TextTest,
    holds,
    sort_key,
)
from function_app.store.port import Store

SOME_TYPES = [name for name in TYPES if name not in {"Edm.Double", "Edm.Int32"}]  # of the kind of others
PEOPLE: list[dict[str, Any]] = [
    *({"CustomerId": f"c{number:02}", "X": value} for number, (value, _) in enumerate(FORMS)),
    {"CustomerId": "null", "X": None},
    {"CustomerId": "absent"},
]


def fitting(types: Mapping[str, str]) -> Fitting:
    attributes = tuple(Attribute(name, data_type, name) for name, data_type in types.items())
    return Fitting(Entity("Customer", "profile", (("CustomerId",),), attributes))


def leaves(data_type: str) -> Iterator[Condition]:
    literals = [value for value, types in FORMS if data_type in types]
    yield from (Equals("X", (None,)), Equals("X", (None, literals[0])), Equals("X", tuple(literals)))
    if data_type == "Edm.Int16":
        yield from (Equals("X", (1,)), Equals("X", (12.5,)), Equals("X", (40_000, 6)), Equals("X", (12.5, None)))
    if data_type != "Edm.Boolean":
        yield from (Compares("X", "lt", literals[-1]), Compares("X", "le", literals[0]))  # `not` makes the others
    if data_type == "Edm.String":
        yield from (Text("X", test, "l", fold) for test in get_args(TextTest) for fold in (False, True))
        yield Text("X", "contains", "1")


@pytest.mark.parametrize("data_type", SOME_TYPES)
async def test_conditions_see_only_values_of_the_type(store: Store, data_type: str) -> None:
    types = {"CustomerId": "Edm.String", "X": data_type}
    await put_profiles(store, INSTANCE, in_json(*PEOPLE))
    some = list(leaves(data_type))
    others: list[Condition] = [AllOf((some[0], Not(some[-1]))), AnyOf((some[-1], Equals("X", (None,))))]
    for each in some + others:
        for condition in (each, Not(each)):
            expected = [p["CustomerId"] for p in PEOPLE if holds(condition, shown(p, types))]
            query = ProfileQuery(condition, Sorting("CustomerId"), fitting(types), count=True)
            found = await store.customers.find(INSTANCE, query, 100, NOW)
            assert [row["CustomerId"] for row in found.rows] == sorted(expected), condition
            assert found.count == len(expected), condition


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("data_type", SOME_TYPES)
async def test_orders_see_only_values_of_the_type(store: Store, data_type: str, descending: bool) -> None:
    types = {"CustomerId": "Edm.String", "X": data_type}
    await put_profiles(store, INSTANCE, in_json(*PEOPLE))
    query, walked = ProfileQuery(None, Sorting("X", descending), fitting(types)), []
    while page := (await store.customers.find(INSTANCE, query, 4, NOW)).rows:
        assert all(row in [shown(p, types) for p in PEOPLE] for row in page)
        walked += [row["CustomerId"] for row in page]
        query = replace(query, after=Position(page[-1].get("X"), page[-1]["CustomerId"]))
    people = [shown(p, types) for p in PEOPLE]
    people.sort(key=lambda p: sort_key(p.get("X"), p["CustomerId"]), reverse=descending)
    assert walked == [p["CustomerId"] for p in people]


async def test_a_profile_that_was_loaded_by_the_same_types_is_ordered_without_a_look_at_its_values(
    store: Store,
) -> None:
    types = fitting({"CustomerId": "Edm.String", "X": "Edm.Date"})
    people = [
        {"CustomerId": str(number), "X": value} for number, value in enumerate(["1990-02-28", None, "1980-12-31"])
    ]
    await put_profiles(store, INSTANCE, in_json(*people), {"0": "0", "1": "1"}, types)
    found = await store.customers.find(INSTANCE, ProfileQuery(None, Sorting("X"), types), 9, NOW)
    assert [row["CustomerId"] for row in found.rows] == ["1", "2", "0"]


async def test_a_text_that_sqlite_cuts_off_counts_as_null(embedded_store: Store) -> None:
    types = {"CustomerId": "Edm.String", "X": "Edm.String"}
    people = [
        {"CustomerId": "a", "X": "ab\0cd"},
        {"CustomerId": "b", "X": r"ab\u0000cd"},
        {"CustomerId": "c", "X": "a"},
    ]
    await put_profiles(embedded_store, INSTANCE, in_json(*people))

    async def find(condition: Condition | None, sorting: Sorting) -> list[str]:
        found = await embedded_store.customers.find(INSTANCE, ProfileQuery(condition, sorting, fitting(types)), 9, NOW)
        return [row["CustomerId"] for row in found.rows]

    by_key = Sorting("CustomerId")
    assert await find(Equals("X", ("ab",)), by_key) == []
    assert await find(Text("X", "startswith", "ab"), by_key) == ["b"]
    assert await find(Equals("X", (None,)), by_key) == ["a"]
    assert await find(None, Sorting("X")) == ["a", "c", "b"]
    assert not is_of("ab\0cd", "Edm.String")
