from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support import INSTANCE, NOW, in_json, model, profile, put_profiles

from function_app.domain.access import Sender
from function_app.domain.entity import Attribute
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Update
from function_app.domain.projection import Kept, Winner
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
    holds,
    sort_key,
)
from function_app.errors import TooManyDue
from function_app.store.port import Store
from function_app.store.port.customers import Added, Found

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
        principal=Sender("u-1", "user", "Åse"),
    )


FITTING = model().fitting
BY_KEY = Sorting("CustomerId")


async def load(store: Store, *profiles: dict[str, Any]) -> None:
    await put_profiles(store, INSTANCE, in_json(*profiles))


async def add(store: Store, given: Update, now: datetime = NOW) -> Added:
    added = await store.customers.add_update(INSTANCE, given, FITTING, now)
    assert added is not None
    return added


async def shown(store: Store, customer_id: str = "ada", now: datetime = NOW) -> Kept:
    """Return what shows, which is the same in JSON."""
    kept = await store.customers.read(INSTANCE, customer_id, FITTING, now)
    assert kept is not None
    assert json.loads(await store.customers.read_json(INSTANCE, customer_id, FITTING, now) or "") == kept.attributes
    return kept


def listed(condition: Condition | None = None, sorting: Sorting = BY_KEY, **more: Any) -> ProfileQuery:
    return ProfileQuery(condition, sorting, FITTING, **more)


async def test_a_customer_the_source_does_not_have_is_none(store: Store) -> None:
    assert await store.customers.read(INSTANCE, "nobody", FITTING, NOW) is None
    assert await store.customers.read_json(INSTANCE, "nobody", FITTING, NOW) is None
    assert await store.customers.add_update(INSTANCE, update("nobody"), FITTING, NOW) is None
    assert await store.feed.read_received(INSTANCE, "", NOW + timedelta(hours=1), 9) == []


async def test_a_customer_exists_by_its_profile_alone(store: Store) -> None:
    await load(store, profile("ada"), profile("bob"))
    await add(store, update("bob"))
    await store.customers.remove(INSTANCE, ["bob"])
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
    kept = await shown(store)
    assert (kept.attributes, kept.source, kept.live) == (ada, ada, {})
    assert await store.customers.read_sources(INSTANCE, ["ada", "nobody"]) == {"ada": ada}


async def test_a_profile_written_again_is_replaced(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await load(store, profile("ada", City="Bergen"))
    assert (await shown(store)).attributes["City"] == "Bergen"


async def test_an_update_shows_until_the_instant_it_ends_and_not_in_it(store: Store) -> None:
    await load(store, profile("ada", City="Oslo", Points=1))
    given = update("ada", City=None, Points=7)
    added = await add(store, given)
    kept = await shown(store, now=given.valid_until - MICRO)
    assert added.kept.attributes == kept.attributes == profile("ada", Points=7)
    assert kept.covered == {"City": "Oslo", "Points": 1}
    times = (given.occurred_at, given.received_at, given.valid_until)
    winner = Winner("u1", *times, given.caller, principal=Sender("u-1", "user", "Åse"))
    assert kept.live == {"City": winner._replace(before=("Oslo",)), "Points": winner._replace(before=(1,))}
    ended = await shown(store, now=given.valid_until)
    assert (ended.attributes, ended.live) == (profile("ada", City="Oslo", Points=1), {})


async def test_an_update_id_is_accepted_once_for_each_customer_until_it_ends(store: Store) -> None:
    await load(store, profile("ada"), profile("bob"))
    assert (await add(store, update("ada"))).known is None
    assert (await add(store, update("bob"))).known is None
    again = await add(store, update("ada", Points=1))
    assert again.known == update("ada")
    assert again.kept.attributes == profile("ada", City="Bergen")
    later = NOW + timedelta(hours=1)
    given = replace(update("ada", hours=2, Points=1), occurred_at=later, received_at=later)
    assert (await add(store, given, later)).known is None
    assert (await shown(store, now=later)).attributes == profile("ada", Points=1)


async def test_an_id_that_the_service_chose_is_known_only_to_another_attempt(store: Store) -> None:
    await load(store, profile("ada"))
    given = replace(update("ada"), fingerprint="")
    assert (await add(store, given)).known is None
    again = await add(store, given)
    assert (again.known, again.kept.attributes["City"]) == (None, "Bergen")


async def test_of_many_that_create_one_id_at_once_one_wins(store: Store) -> None:
    await load(store, profile("ada"))
    outcomes = await asyncio.gather(*(add(store, update("ada", Points=n)) for n in range(8)))
    (first,) = {outcome.known.attributes["Points"] for outcome in outcomes if outcome.known}
    assert [outcome.known for outcome in outcomes].count(None) == 1
    assert (await shown(store)).attributes["Points"] == first


async def test_of_many_updates_at_once_none_is_lost(store: Store) -> None:
    await load(store, profile("ada"))
    names = ["City", "Points", "FullName", "Value"]
    values: dict[str, Any] = {"City": "c", "Points": 1, "FullName": "f", "Value": 2.5}
    given = [update("ada", f"u{n}", **{names[n % 4]: values[names[n % 4]]}) for n in range(12)]
    await asyncio.gather(*(add(store, each) for each in given))
    kept = await shown(store)
    assert kept.attributes == profile("ada", **values)
    assert {name: winner.update_id for name, winner in kept.live.items()} == {
        name: max(each.update_id for each in given if name in each.attributes) for name in names
    }


@pytest.mark.parametrize("update_id", ["a/b\\c?d#e", "æøå 김", "x" * 128, "..", "' OR 1=1 --"])
async def test_an_update_id_may_be_any_text(store: Store, update_id: str) -> None:
    await load(store, profile("ada"))
    await add(store, update("ada", update_id))
    assert (await add(store, update("ada", update_id))).known == update("ada", update_id)
    assert (await shown(store)).live["City"].update_id == update_id


@pytest.mark.parametrize("customer_id", ["a/b\\c?d#e", "김 æ", "x" * 100, "a|b", "a}b", "%00"])
async def test_a_customer_id_may_be_any_text(store: Store, customer_id: str) -> None:
    await load(store, profile(customer_id, City="Oslo"))
    await add(store, update(customer_id))
    kept = await shown(store, customer_id)
    assert (kept.customer_id, kept.attributes["City"]) == (customer_id, "Bergen")


async def test_a_shorter_newer_update_covers_an_older_one_for_its_time(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await add(store, update("ada", "older", hours=3, City="Moss", Points=1))
    await add(store, update("ada", "shorter", hours=1, City="Bergen"))
    late = replace(update("ada", "late", hours=1, City="Late"), occurred_at=NOW - timedelta(hours=1))
    assert (await add(store, late)).kept.live["City"].update_id == "shorter"
    cities = [(await shown(store, now=NOW + timedelta(hours=hour))).attributes["City"] for hour in range(4)]
    assert cities == ["Bergen", "Moss", "Moss", "Oslo"]


async def test_settling_keeps_what_shows_of_those_that_are_due(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"), profile("bob", City="Oslo"), profile("eve", City="Oslo"))
    await add(store, update("ada", "older", hours=3, City="Moss"))
    await add(store, update("ada"))
    await add(store, update("bob"))
    await add(store, update("eve", hours=2))
    hour = NOW + timedelta(hours=1)
    assert await store.customers.settle(INSTANCE, FITTING, hour - MICRO, 9) == 0
    before = [(await shown(store, name, hour)).attributes for name in ("ada", "bob", "eve")]
    assert await store.customers.settle(INSTANCE, FITTING, hour, 1) == 1
    assert await store.customers.settle(INSTANCE, FITTING, hour, 9) == 1
    assert await store.customers.settle(INSTANCE, FITTING, hour, 9) == 0
    assert [(await shown(store, name, hour)).attributes for name in ("ada", "bob", "eve")] == before
    assert [row["City"] for row in before] == ["Moss", "Oslo", "Bergen"]
    assert await store.customers.settle(INSTANCE + "0", FITTING, hour, 9) == 0


async def test_customers_with_updates_under_other_types_are_due(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"), profile("bob", City="Oslo"))
    await add(store, update("ada", "older", City="Moss"))
    await add(store, replace(update("ada"), attributes={"City": 6}))  # by an older definition
    changed = Fitting(replace(model().instance.customer, attributes=(Attribute("City", "Edm.Int32", "City"),)))
    assert (await shown(store)).attributes["City"] == "Moss"
    kept = await store.customers.read(INSTANCE, "ada", changed, NOW)
    assert kept
    assert kept.attributes == {"City": 6}
    assert await store.customers.settle(INSTANCE, changed, NOW, 9) == 1
    again = await store.customers.read(INSTANCE, "ada", changed, NOW)
    assert again
    assert again.attributes == {"City": 6}
    assert await store.customers.settle(INSTANCE, FITTING, NOW, 9) == 1
    assert (await shown(store)).attributes == profile("ada", City="Moss")
    assert (await shown(store)).source == profile("ada", City="Oslo")


async def test_an_update_that_shows_by_other_types_only_is_not_lost(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await add(store, update("ada", "text", hours=2, City="Moss"))
    changed = Fitting(replace(model().instance.customer, attributes=(Attribute("City", "Edm.Int32", "City"),)))
    assert await store.customers.settle(INSTANCE, changed, NOW, 9) == 1
    early = replace(update("ada", "early", City=None), occurred_at=NOW - timedelta(hours=1))
    assert (await add(store, early)).kept.live["City"].update_id == "text"
    kept = await store.customers.read(INSTANCE, "ada", changed, NOW)
    assert kept
    assert kept.live["City"].update_id == "early"


async def test_a_list_has_those_that_are_due_as_they_show(store: Store) -> None:
    await load(store, *(profile(name, City="Oslo", Points=number) for number, name in enumerate("abcd")))
    await add(store, update("a", City="Bergen"))
    await add(store, update("b", "older", hours=3, City="Moss"))
    await add(store, update("b", City="Bergen"))
    await add(store, update("c", hours=2, City="Bergen"))
    in_bergen = listed(Equals("City", ("Bergen",)), count=True)
    found = await store.customers.find(INSTANCE, in_bergen, 9, NOW)
    assert [row["CustomerId"] for row in found.rows] == ["a", "b", "c"]
    assert (found.due, found.count) == ([], 3)
    hour = NOW + timedelta(hours=1)
    found = await store.customers.find(INSTANCE, in_bergen, 9, hour)
    assert [row["CustomerId"] for row in found.rows] == ["c"]
    assert {row["CustomerId"]: row["City"] for row in found.due} == {"a": "Oslo", "b": "Moss"}
    assert found.count == 1
    await store.customers.settle(INSTANCE, FITTING, hour, 9)
    found = await store.customers.find(INSTANCE, listed(Equals("City", ("Oslo",))), 9, hour)
    assert ([row["CustomerId"] for row in found.rows], found.due, found.count) == (["a", "d"], [], None)


async def test_too_many_that_are_due_are_no_list(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("function_app.store.embedded.customers.MAX_DUE", 2)
    monkeypatch.setattr("function_app.store.cosmos.customers.MAX_DUE", 2)
    await load(store, *map(profile, "abcd"))
    for name in "abc":
        await add(store, update(name))
    hour = NOW + timedelta(hours=1)
    with pytest.raises(TooManyDue):
        await store.customers.find(INSTANCE, listed(), 9, hour)
    await store.customers.settle(INSTANCE, FITTING, hour, 1)
    found = await store.customers.find(INSTANCE, listed(), 9, hour)
    assert (len(found.rows), len(found.due)) == (2, 2)


async def test_a_source_profile_is_replaced_beneath_what_shows(store: Store) -> None:
    await load(store, profile("ada", City="Oslo", Points=1))
    await add(store, update("ada"))
    await load(store, profile("ada", City="Moss", Points=2), profile("bob"))
    kept = await shown(store)
    assert kept.attributes == profile("ada", City="Bergen", Points=2)
    assert kept.source == profile("ada", City="Moss", Points=2)
    hour = NOW + timedelta(hours=1)
    assert (await shown(store, now=hour)).attributes == profile("ada", City="Moss", Points=2)
    await put_profiles(store, INSTANCE, in_json(profile("ada", City="Voss")), now=hour)
    assert await store.customers.settle(INSTANCE, FITTING, hour, 9) == 0
    assert (await shown(store, now=hour)).attributes == profile("ada", City="Voss")


async def test_updates_during_a_load_are_not_lost(store: Store) -> None:
    people = [profile(f"c{n:02}", City="Oslo") for n in range(30)]
    await load(store, *people)
    again = [{**person, "Points": 1} for person in people]
    await asyncio.gather(load(store, *again), *(add(store, update(person["CustomerId"])) for person in people))
    for person in again:
        assert (await shown(store, person["CustomerId"])).attributes == {**person, "City": "Bergen"}


async def test_nothing_crosses_instances(store: Store) -> None:
    await load(store, profile("ada", City="Oslo"))
    await add(store, update("ada"))
    other = INSTANCE + "0"
    assert await store.customers.read(other, "ada", FITTING, NOW) is None
    assert await store.customers.find(other, listed(count=True), 10, NOW + timedelta(days=1)) == Found([], [], 0)
    assert await store.customers.count(other) == 0
    assert await store.customers.read_sources(other, ["ada"]) == {}
    assert await store.customers.find_updated(other, "", 9, NOW) == []


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
        found = await store.customers.find(INSTANCE, listed(condition, count=True), 100, NOW)
        assert [row["CustomerId"] for row in found.rows] == expected, condition
        assert (found.count, found.due) == (len(expected), []), condition


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("attribute", ["CustomerId", "City", "Points", "BirthDate", "OptIn"])
@pytest.mark.parametrize("limit", [1, 2, 4])
async def test_pages_follow_each_other_without_a_gap_or_a_repeat(
    store: Store, attribute: str, descending: bool, limit: int
) -> None:
    await load(store, *PEOPLE)
    sorting, walked = Sorting(attribute, descending), list[str]()
    query = listed(sorting=sorting)
    while page := (await store.customers.find(INSTANCE, query, limit, NOW)).rows:
        assert len(page) <= limit
        walked += [row["CustomerId"] for row in page]
        query = replace(query, after=Position(page[-1][attribute], page[-1]["CustomerId"]))
    people = sorted(PEOPLE, key=lambda p: sort_key(p[attribute], p["CustomerId"]), reverse=descending)
    assert walked == [p["CustomerId"] for p in people]


async def test_profiles_are_counted(store: Store) -> None:
    await load(store, *PEOPLE)
    assert await store.customers.count(INSTANCE) == len(PEOPLE)


async def test_an_instance_is_new_once_and_replaced_after(store: Store) -> None:
    assert await store.control.read_instance(INSTANCE) is None
    assert await store.control.write_instance(INSTANCE, {"name": "one"})
    assert not await store.control.write_instance(INSTANCE, {"name": "two"})
    assert await store.control.read_instance(INSTANCE) == {"name": "two"}
    assert await store.control.list_instances() == {INSTANCE: {"name": "two"}}


async def test_a_store_that_answers_passes_its_check(store: Store) -> None:
    await store.check()
