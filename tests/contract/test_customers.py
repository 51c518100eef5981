from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from support import INSTANCE, NOW, in_json, profile

from function_app.domain.merge import Superseded
from function_app.domain.profile import Update
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
    holds,
    sort_key,
)
from function_app.store.port import Store

MICRO = timedelta(microseconds=1)


def update(customer_id: str, update_id: str = "u1", hours: float = 1, **attributes: Any) -> Update:
    return Update(
        update_id=update_id,
        customer_id=customer_id,
        attributes=attributes or {"City": "Bergen"},
        occurred_at=NOW,
        received_at=NOW,
        valid_until=NOW + timedelta(hours=hours),
        fingerprint="f",
        caller="test",
    )


async def load(store: Store, *profiles: dict[str, Any]) -> None:
    await store.customers.write_profiles(INSTANCE, in_json(*profiles))


async def test_a_customer_the_source_does_not_have_is_none(store: Store) -> None:
    read = await store.customers.read(INSTANCE, "nobody", NOW)
    assert read.customer is None


async def test_a_customer_exists_by_its_profile_alone(store: Store) -> None:
    await load(store, profile("ada"))
    await store.customers.create_update(INSTANCE, update("bob"), NOW)
    assert set(await store.customers.filter_existing(INSTANCE, ["ada", "bob"])) == {"ada"}
    assert set(await store.customers.filter_existing(INSTANCE, ["ada"])) == {"ada"}
    assert not await store.customers.filter_existing(INSTANCE, ["bob"])
    assert not await store.customers.filter_existing(INSTANCE, [])
    assert not await store.customers.filter_existing(INSTANCE + "0", ["ada"])
    many = ["ada", *(f"nobody {n}" for n in range(500))]
    assert set(await store.customers.filter_existing(INSTANCE, many)) == {"ada"}


async def test_a_profile_comes_back_as_it_was_written(store: Store) -> None:
    ada = profile("ada", FullName="Ada Ødegård 김 𝒜", Points=2**31 - 1, Value=0.1, OptIn=False)
    await load(store, ada)
    read = await store.customers.read(INSTANCE, "ada", NOW)
    assert read.customer is not None
    assert read.customer.source == ada
    assert read.customer.updates == ()


async def test_a_profile_written_again_is_replaced(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await load(store, profile("ada", City="Bergen"))
    read = await store.customers.read(INSTANCE, "ada", NOW)
    assert read.customer is not None
    assert read.customer.source["City"] == "Bergen"


async def test_an_update_comes_back_as_it_was_created(store: Store) -> None:
    await load(store, profile("ada"))
    created = update("ada", City=None, Points=7)
    await store.customers.create_update(INSTANCE, created, NOW)
    read = await store.customers.read(INSTANCE, "ada", NOW)
    assert read.customer is not None
    assert read.customer.updates == (created,)


async def test_an_update_is_read_until_the_instant_it_ends_and_not_in_it(store: Store) -> None:
    await load(store, profile("ada"))
    ends = update("ada").valid_until
    await store.customers.create_update(INSTANCE, update("ada"), NOW)
    before = await store.customers.read(INSTANCE, "ada", ends - MICRO)
    after = await store.customers.read(INSTANCE, "ada", ends)
    assert before.customer is not None
    assert after.customer is not None
    assert len(before.customer.updates) == 1
    assert after.customer.updates == ()


async def test_an_update_id_is_accepted_once_for_each_customer_until_it_ends(store: Store) -> None:
    await load(store, profile("ada"), profile("bob"))
    await store.customers.create_update(INSTANCE, update("ada"), NOW)
    await store.customers.create_update(INSTANCE, update("bob"), NOW)
    assert await store.customers.create_update(INSTANCE, update("ada", Points=1), NOW) == update("ada")
    later = NOW + timedelta(hours=1)
    await store.customers.create_update(INSTANCE, update("ada", hours=2, Points=1), later)
    read = await store.customers.read(INSTANCE, "ada", later)
    assert read.customer is not None
    assert [u.attributes for u in read.customer.updates] == [{"Points": 1}]


async def test_of_many_that_create_one_id_at_once_one_wins(store: Store) -> None:
    await load(store, profile("ada"))
    tries = [store.customers.create_update(INSTANCE, update("ada", Points=n), NOW) for n in range(8)]
    outcomes = await asyncio.gather(*tries)
    read = await store.customers.read(INSTANCE, "ada", NOW)
    assert read.customer is not None
    assert outcomes.count(None) == 1
    assert outcomes.count(read.customer.updates[0]) == 7


@pytest.mark.parametrize("update_id", ["a/b\\c?d#e", "æøå 김", "x" * 128, "..", "' OR 1=1 --"])
async def test_an_update_id_may_be_any_text(store: Store, update_id: str) -> None:
    await load(store, profile("ada"))
    await store.customers.create_update(INSTANCE, update("ada", update_id), NOW)
    read = await store.customers.read(INSTANCE, "ada", NOW, update_id)
    assert read.update == update("ada", update_id)


@pytest.mark.parametrize("customer_id", ["a/b\\c?d#e", "김 æ", "x" * 100, "a|b", "a}b", "%00"])
async def test_a_customer_id_may_be_any_text(store: Store, customer_id: str) -> None:
    await load(store, profile(customer_id, City="Oslo"))
    await store.customers.create_update(INSTANCE, update(customer_id), NOW)
    read = await store.customers.read(INSTANCE, customer_id, NOW)
    assert read.customer is not None
    assert read.customer.customer_id == customer_id
    assert len(read.customer.updates) == 1


async def test_a_superseded_update_answers_to_its_id_and_is_read_again_from_the_instant_on(store: Store) -> None:
    await load(store, profile("ada"))
    await store.customers.create_update(INSTANCE, update("ada"), NOW)
    until = NOW + timedelta(minutes=30)
    await store.customers.mark_superseded(INSTANCE, [Superseded(update("ada"), until)], NOW)
    read = await store.customers.read(INSTANCE, "ada", until - MICRO, "u1")
    assert read.customer is not None
    assert read.customer.updates == ()
    assert read.update == update("ada")
    assert await store.customers.create_update(INSTANCE, update("ada", Points=1), NOW) == update("ada")
    assert await store.customers.find_with_updates_of(INSTANCE, ["City"], until - MICRO) == []
    assert await store.customers.read_updates(INSTANCE, ["ada"], until - MICRO) == {}
    again = await store.customers.read(INSTANCE, "ada", until)
    assert again.customer is not None
    assert again.customer.updates == (update("ada"),)
    assert await store.customers.read_updates(INSTANCE, ["ada"], until) == {"ada": (update("ada"),)}
    assert (await store.customers.read(INSTANCE, "ada", update("ada").valid_until, "u1")).update is None


async def test_superseding_an_absent_update_creates_nothing(store: Store) -> None:
    await load(store, profile("ada"))
    await store.customers.mark_superseded(INSTANCE, [Superseded(update("ada"), NOW + MICRO)], NOW)
    assert (await store.customers.read(INSTANCE, "ada", NOW, "u1")).update is None


async def test_nothing_crosses_instances(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await store.customers.create_update(INSTANCE, update("ada"), NOW)
    other = INSTANCE + "0"
    assert (await store.customers.read(other, "ada", NOW, "u1")).customer is None
    assert await store.customers.find_profiles(other, SourceQuery(None, Sorting("CustomerId")), 10) == []
    assert await store.customers.find_with_updates_of(other, ["City"], NOW) == []
    assert await store.customers.read_updates(other, ["ada"], NOW) == {}
    assert await store.customers.count_profiles(other, None, frozenset()) == 0


async def test_customers_are_found_by_live_updates_of_one_of_the_names(store: Store) -> None:
    await load(store, profile("ada"), profile("bob"), profile("eve"))
    await store.customers.create_update(INSTANCE, update("ada", City="Bergen"), NOW)
    await store.customers.create_update(INSTANCE, update("ada", "u2", Points=1), NOW)
    await store.customers.create_update(INSTANCE, update("bob", Points=1), NOW)
    await store.customers.create_update(INSTANCE, update("eve", hours=0.5, City="Bergen"), NOW)
    await store.customers.create_update(INSTANCE, update("gone", City="Bergen"), NOW)
    at = NOW + timedelta(hours=0.5)
    touched = await store.customers.find_with_updates_of(INSTANCE, ["City", "Tier"], at)
    assert [(c.customer_id, len(c.updates)) for c in touched] == [("ada", 2)]


async def test_live_updates_come_by_customer(store: Store) -> None:
    await store.customers.create_update(INSTANCE, update("ada"), NOW)
    await store.customers.create_update(INSTANCE, update("ada", "u2", hours=0.5), NOW)
    await store.customers.create_update(INSTANCE, update("bob"), NOW)
    found = await store.customers.read_updates(INSTANCE, ["ada", "eve"], NOW + timedelta(hours=0.5))
    assert found == {"ada": (update("ada"),)}


PEOPLE = [
    profile("a", City="Oslo", Points=3, OptIn=True, FullName="Ödön"),
    profile("b", City="oslo", Points=3, OptIn=False, BirthDate="1990-01-01"),
    profile("c", City=None, Points=None, FullName="O'Neill"),
    profile("d", City="Bergen", Points=-5, Value=1.5, OptIn=True),
    profile("e", City="Oslo", Points=10, LastVisit="2026-01-01T00:00:00.000000Z"),
    profile("f", City="Москва", Points=3, FullName="100% _x"),
]
CONDITIONS: list[Condition] = [
    Equals("City", ("Oslo",)),
    Not(Equals("City", ("Oslo",))),
    Equals("City", (None,)),
    Not(Equals("City", (None,))),
    Equals("City", ("Oslo", None)),
    Equals("City", ()),
    Equals("OptIn", (True,)),
    Equals("Points", (3, 10)),
    Compares("Points", "gt", 3),
    Compares("Points", "le", 3),
    Not(Compares("Points", "ge", 3)),
    Compares("City", "lt", "P"),
    Compares("BirthDate", "ge", "1990-01-01"),
    Compares("LastVisit", "lt", "2026-01-01T00:00:00.500000Z"),
    Compares("Value", "gt", 1),
    Text("City", "contains", "sl"),
    Not(Text("City", "contains", "sl")),
    Text("City", "startswith", "o", fold=True),
    Text("City", "endswith", "lo"),
    Text("City", "equals", "москва", fold=True),
    Text("FullName", "contains", "'"),
    Text("FullName", "contains", "% _"),
    Text("FullName", "startswith", "ö", fold=True),
    AllOf((Equals("City", ("Oslo",)), Compares("Points", "lt", 5))),
    AnyOf((Equals("City", ("Bergen",)), Text("City", "contains", "zz"), Compares("Points", "gt", 9))),
    Not(AllOf((Compares("Points", "gt", 0), Equals("OptIn", (True,))))),
    Not(AnyOf((Compares("Points", "gt", 5), Equals("OptIn", (True,))))),
]


async def test_conditions_find_and_count_what_they_hold_of(store: Store) -> None:
    await load(store, *PEOPLE)
    for condition in CONDITIONS:
        expected = [p["CustomerId"] for p in PEOPLE if holds(condition, p)]
        found = await store.customers.find_profiles(INSTANCE, SourceQuery(condition, Sorting("CustomerId")), 100)
        assert [c.customer_id for c in found] == expected, condition
        assert await store.customers.count_profiles(INSTANCE, condition, frozenset()) == len(expected), condition


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("attribute", ["CustomerId", "City", "Points", "BirthDate", "OptIn"])
@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    store: Store, attribute: str, descending: bool, limit: int
) -> None:
    await load(store, *PEOPLE)
    sorting, after, walked = Sorting(attribute, descending), None, []
    while page := await store.customers.find_profiles(
        INSTANCE, SourceQuery(None, sorting, after, frozenset("e")), limit
    ):
        assert len(page) <= limit
        walked += [c.customer_id for c in page]
        last = page[-1]
        after = Position(last.source[attribute], last.customer_id)
    people = [p for p in PEOPLE if p["CustomerId"] != "e"]
    people.sort(key=lambda p: sort_key(p[attribute], p["CustomerId"]), reverse=descending)
    assert walked == [p["CustomerId"] for p in people]


async def test_counting_leaves_out_the_customers_given(store: Store) -> None:
    await load(store, *PEOPLE)
    assert await store.customers.count_profiles(INSTANCE, None, frozenset(("a", "b"))) == 4


async def test_an_instance_is_new_once_and_replaced_after(store: Store) -> None:
    assert await store.control.read_instance(INSTANCE) is None
    assert await store.control.write_instance(INSTANCE, {"name": "one"})
    assert not await store.control.write_instance(INSTANCE, {"name": "two"})
    assert await store.control.read_instance(INSTANCE) == {"name": "two"}
    assert await store.control.list_instances() == {INSTANCE: {"name": "two"}}


async def test_a_store_that_answers_passes_its_check(store: Store) -> None:
    await store.check()
