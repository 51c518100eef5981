"""Stored values of another type than the requested one count as null, in conditions and in orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from support import INSTANCE, in_json
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
    Sorting,
    SourceQuery,
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
    await store.customers.write_profiles(INSTANCE, in_json(*PEOPLE))
    some = list(leaves(data_type))
    others: list[Condition] = [AllOf((some[0], Not(some[-1]))), AnyOf((some[-1], Equals("X", (None,))))]
    for each in some + others:
        for condition in (each, Not(each)):
            expected = [p["CustomerId"] for p in PEOPLE if holds(condition, shown(p, types))]
            query = SourceQuery(condition, Sorting("CustomerId"), fitting=fitting(types))
            found = await store.customers.find_profiles(INSTANCE, query, 100)
            assert [c.customer_id for c in found] == sorted(expected), condition
        expected = [p["CustomerId"] for p in PEOPLE if holds(each, shown(p, types))]
        assert await store.customers.count_profiles(INSTANCE, each, frozenset(), fitting(types)) == len(expected)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("data_type", SOME_TYPES)
async def test_orders_see_only_values_of_the_type(store: Store, data_type: str, descending: bool) -> None:
    types = {"CustomerId": "Edm.String", "X": data_type}
    await store.customers.write_profiles(INSTANCE, in_json(*PEOPLE))
    after, walked = None, []
    while page := await store.customers.find_profiles(
        INSTANCE, SourceQuery(None, Sorting("X", descending), after, fitting=fitting(types)), 4
    ):
        walked += [c.customer_id for c in page]
        last = shown(page[-1].source, types)
        after = Position(last.get("X"), last["CustomerId"])
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
    digests = {"0": "0" * 16 + types.form, "1": "1" * 16 + types.form}
    await store.customers.write_profiles(INSTANCE, in_json(*people), digests)
    found = await store.customers.find_profiles(INSTANCE, SourceQuery(None, Sorting("X"), fitting=types), 9)
    assert [c.customer_id for c in found] == ["1", "2", "0"]
    assert [c.form == types.form for c in found] == [True, False, True]


async def test_a_text_that_sqlite_cuts_off_counts_as_null(embedded_store: Store) -> None:
    types = {"CustomerId": "Edm.String", "X": "Edm.String"}
    people = [
        {"CustomerId": "a", "X": "ab\0cd"},
        {"CustomerId": "b", "X": r"ab\u0000cd"},
        {"CustomerId": "c", "X": "a"},
    ]
    await embedded_store.customers.write_profiles(INSTANCE, in_json(*people))

    async def find(condition: Condition | None, sorting: Sorting) -> list[str]:
        query = SourceQuery(condition, sorting, fitting=fitting(types))
        return [c.customer_id for c in await embedded_store.customers.find_profiles(INSTANCE, query, 9)]

    by_key = Sorting("CustomerId")
    assert await find(Equals("X", ("ab",)), by_key) == []
    assert await find(Text("X", "startswith", "ab"), by_key) == ["b"]
    assert await find(Equals("X", (None,)), by_key) == ["a"]
    assert await find(None, Sorting("X")) == ["a", "c", "b"]
    assert not is_of("ab\0cd", "Edm.String")
