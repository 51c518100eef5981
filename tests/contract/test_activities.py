from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support import INSTANCE, NOW, create_activity

from function_app.domain.access import Sender
from function_app.domain.activity import Activity, SourceKey, activity_of_unified
from function_app.domain.query import ActivityQuery, Compares, Equals, Text
from function_app.store.port import Store

KEY = SourceKey("Crm_Contacts", "c/1|ü")


def activity(customer_id: str, activity_id: str, minutes: float = 0, hours: float | None = 1, **more: Any) -> Activity:
    time = (NOW - timedelta(minutes=minutes)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    record = {
        "CustomerId": customer_id,
        "ActivityId": activity_id,
        "ActivityTime": time,
        "ActivityType": "SalesOrder",
        **more,
    }
    return activity_of_unified(record, str(sorted(record.items())), NOW + timedelta(hours=hours) if hours else None)


async def find(store: Store, query: ActivityQuery, limit: int = 100, hours: float = 0) -> list[str]:
    found = await store.activities.find(INSTANCE, query, limit, NOW + timedelta(hours=hours))
    return [row.activity.activity_id for row in found]


@pytest.mark.parametrize("activity_id", ["x1", "a/b\\c?d#e", "김 æ", "x" * 100])
async def test_an_activity_comes_back_as_it_was_created(store: Store, activity_id: str) -> None:
    created = activity("ada", activity_id, Title="Kjøp")
    assert await create_activity(store, created, NOW) is None
    found = await store.activities.find(INSTANCE, ActivityQuery("ada"), 10, NOW)
    assert [row.activity for row in found] == [created]
    assert await find(store, ActivityQuery("bob")) == []


async def test_an_activity_keeps_who_sent_it_while_it_is_parked_and_on_the_timeline(store: Store) -> None:
    sent = replace(activity("ada", "x"), caller="shop", principal=Sender("u-1", "user", "Åse"))
    await create_activity(store, sent, NOW)
    await store.activities.park(INSTANCE, KEY, sent, NOW)
    (_, parked), *_ = await store.activities.read_parked(INSTANCE, NOW)
    (found,) = await store.activities.find(INSTANCE, ActivityQuery("ada"), 10, NOW)
    for one in (parked, found.activity):
        assert (one.caller, one.principal) == ("shop", Sender("u-1", "user", "Åse"))


async def test_an_activity_is_created_once_until_it_ends(store: Store) -> None:
    assert await create_activity(store, activity("ada", "x"), NOW) is None
    other = activity("ada", "x", hours=2, Title="other")
    assert await create_activity(store, other, NOW) == activity("ada", "x")
    later = NOW + timedelta(hours=1)
    assert await create_activity(store, other, later) is None
    found = await store.activities.find(INSTANCE, ActivityQuery("ada"), 10, later)
    assert [row.activity for row in found] == [other]


async def test_of_many_that_create_one_activity_at_once_one_wins(store: Store) -> None:
    tries = [create_activity(store, activity("ada", "x", Title=str(n)), NOW) for n in range(8)]
    outcomes = await asyncio.gather(*tries)
    assert outcomes.count(None) == 1


async def test_a_source_activity_never_ends(store: Store) -> None:
    await create_activity(store, activity("ada", "x", hours=None), NOW)
    assert await find(store, ActivityQuery("ada"), hours=24 * 365) == ["x"]


async def test_a_timeline_is_newest_first_within_a_span_and_without_the_expired(store: Store) -> None:
    for n in range(5):
        await create_activity(store, activity("ada", f"x{n}", minutes=n), NOW)
    await create_activity(store, activity("ada", "short", hours=0.5), NOW)
    await create_activity(store, activity("bob", "other"), NOW)
    assert await find(store, ActivityQuery("ada"), hours=0.5) == ["x0", "x1", "x2", "x3", "x4"]
    assert await find(store, ActivityQuery("ada", descending=False), 2, hours=0.5) == ["x4", "x3"]
    minute = timedelta(minutes=1)
    spanned = ActivityQuery("ada", since=NOW - 3 * minute, until=NOW - minute)
    assert await find(store, spanned) == ["x2", "x3"]
    assert await store.activities.count(INSTANCE, spanned, NOW) == 2


@pytest.mark.parametrize("descending", [True, False])
async def test_pages_of_a_timeline_survive_arrivals_without_a_gap_or_a_repeat(store: Store, descending: bool) -> None:
    for n in range(6):
        await create_activity(store, activity("ada", f"x{n}", minutes=n // 2), NOW)
    walked: list[str] = []
    after = None
    for turn in range(4):
        query = ActivityQuery("ada", descending=descending, after=after)
        page = await store.activities.find(INSTANCE, query, 2, NOW)
        walked += [row.activity.activity_id for row in page]
        after = page[-1].sort if page else after
        newcomer = activity("ada", f"new{turn}", minutes=-1 if descending else 60)
        await create_activity(store, newcomer, NOW)
    assert sorted(walked) == [f"x{n}" for n in range(6)]


async def test_hidden_activities_are_kept_but_not_found(store: Store) -> None:
    made = activity("ada", "x")
    hidden = Activity(made.activity_id, made.time, made.attributes, made.fingerprint, made.valid_until, hidden=True)
    await create_activity(store, hidden, NOW)
    assert await create_activity(store, made, NOW) == hidden
    assert await find(store, ActivityQuery("ada")) == []
    assert await store.activities.count(INSTANCE, ActivityQuery(), NOW) == 0
    assert await store.activities.count_types(INSTANCE, "ada", NOW) == {}


async def test_conditions_find_activities_of_all_customers_of_the_instance(store: Store) -> None:
    await create_activity(store, activity("ada", "x", Title="Red Bike"), NOW)
    await create_activity(store, activity("bob", "y", minutes=1, Title="blue bike"), NOW)
    await create_activity(store, activity("bob", "z", Title="bike"), NOW, INSTANCE + "0")
    assert await find(store, ActivityQuery(condition=Text("Title", "contains", "bike", fold=True))) == ["x", "y"]
    newest = Compares("ActivityTime", "ge", activity("ada", "x").attributes["ActivityTime"])
    assert await find(store, ActivityQuery(condition=newest)) == ["x"]
    assert await find(store, ActivityQuery(condition=Equals("CustomerId", ("bob",)))) == ["y"]


async def test_types_are_counted_with_their_display(store: Store) -> None:
    for n in range(3):
        await create_activity(store, activity("ada", f"x{n}"), NOW)
    await create_activity(store, activity("ada", "y", ActivityType="Feedback"), NOW)
    expected = {("SalesOrder", "SalesOrder"): 3, ("Feedback", "Feedback"): 1}
    assert await store.activities.count_types(INSTANCE, "ada", NOW) == expected


async def test_a_parked_activity_waits_under_its_key_until_it_is_unparked_or_ends(store: Store) -> None:
    parked = activity("", "x")
    assert await store.activities.park(INSTANCE, KEY, parked, NOW) is None
    assert await store.activities.park(INSTANCE, KEY, activity("", "x", Title="other"), NOW) == parked
    assert await store.activities.read_parked(INSTANCE, NOW) == [(KEY, parked)]
    assert await store.activities.read_parked(INSTANCE, NOW + timedelta(hours=1)) == []
    for keys in ([KEY], [KEY, SourceKey("Crm_Contacts", "other")]):
        assert await store.activities.read_parked_under(INSTANCE, keys, NOW) == [(KEY, parked)]
        assert await store.activities.read_parked_under(INSTANCE, keys, NOW + timedelta(hours=1)) == []
    assert await store.activities.read_parked_under(INSTANCE, keys[1:], NOW) == []
    assert await find(store, ActivityQuery()) == []
    await store.activities.unpark(INSTANCE, KEY, parked)
    await store.activities.unpark(INSTANCE, KEY, parked)
    assert await store.activities.read_parked(INSTANCE, NOW) == []


async def test_a_key_is_found_replaced_and_removed_only_from_its_owner(store: Store) -> None:
    assert await store.keys.find_customers(INSTANCE, [KEY]) == {}
    await store.keys.write(INSTANCE, {KEY: "ada", SourceKey("Pos", "1"): "ada"})
    assert await store.keys.find_customers(INSTANCE, [KEY]) == {KEY: "ada"}
    assert await store.keys.find_customers(INSTANCE + "0", [KEY]) == {}
    await store.keys.write(INSTANCE, {KEY: "bob"})
    await store.keys.remove(INSTANCE, {KEY: "ada", SourceKey("Pos", "1"): "ada", SourceKey("Pos", "2"): "ada"})
    assert await store.keys.find_customers(INSTANCE, [KEY]) == {KEY: "bob"}
    assert await store.keys.find_customers(INSTANCE, [SourceKey("Pos", "1")]) == {}


async def test_a_withdrawn_activity_is_not_found_and_its_id_stays_taken(store: Store) -> None:
    sent = activity("ada", "a1")
    await store.activities.create(INSTANCE, [sent], NOW)
    await store.activities.write_sources(INSTANCE, [sent.withdraw()], NOW)
    assert await store.activities.find(INSTANCE, ActivityQuery(sent.customer_id), 10, NOW) == []
    assert await store.activities.create(INSTANCE, [sent], NOW + timedelta(days=90)) == [sent.withdraw()]
