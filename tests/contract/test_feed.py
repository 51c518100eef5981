from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from support import INSTANCE, NOW, create_activity, in_json, model, profile, put_profiles

from function_app.domain.activity import Activity, SourceKey, activity_of_unified
from function_app.domain.feed import TRAILS
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.store.port import Store
from function_app.store.port.activities import FeedEntry

START = format_instant(NOW - timedelta(days=1))
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
Read = Callable[[str, str, datetime, int], Awaitable[Sequence[FeedEntry[Update]]]]


def update(customer_id: str, received: timedelta = timedelta(), lives: timedelta = HOUR) -> Update:
    at = NOW + received
    return Update("u", customer_id, {"City": "Bergen"}, at, at, at + lives, "f")


def activity(customer_id: str, activity_id: str, lives: timedelta | None = HOUR) -> Activity:
    record = {"CustomerId": customer_id, "ActivityId": activity_id, "ActivityTime": START, "ActivityType": "Other"}
    return activity_of_unified(record, activity_id, NOW + lives if lives else None)


async def ids(read: Any, after: str = START, before: datetime = NOW + 24 * HOUR, limit: int = 100) -> list[str]:
    fed = await read(INSTANCE, after, before, limit)
    return [getattr(each.item, "customer_id") for each in fed]  # noqa: B009  # of either kind


async def create(store: Store, *updates: Update) -> None:
    for each in updates:
        await put_profiles(store, INSTANCE, in_json(profile(each.customer_id)), now=each.received_at)
        assert await store.customers.add_update(INSTANCE, each, model().fitting, each.received_at)


async def test_updates_are_fed_in_the_order_they_were_received(store: Store) -> None:
    await create(store, update("bob", 2 * SECOND), update("ada", SECOND), update("eve", 3 * SECOND))
    assert await ids(store.feed.read_received) == ["ada", "bob", "eve"]
    [first, *_] = await store.feed.read_received(INSTANCE, START, NOW + HOUR, 1)
    assert first.item == update("ada", SECOND)


async def test_what_is_fed_lies_after_the_position_and_before_the_instant(store: Store) -> None:
    await create(store, update("ada"), update("bob", SECOND), update("eve", 2 * SECOND))
    assert await ids(store.feed.read_received, format_instant(NOW), NOW + 2 * SECOND) == ["ada", "bob"]
    assert await ids(store.feed.read_received, format_instant(NOW + SECOND)) == ["bob", "eve"]


async def test_pages_of_one_instant_follow_each_other_without_a_gap_or_a_repeat(store: Store) -> None:
    people = [f"c{n}" for n in range(7)]
    await create(store, *(update(customer_id) for customer_id in people))
    walked, after = [], START
    while page := await store.feed.read_received(INSTANCE, after, NOW + HOUR, 2):
        walked += [fed.item.customer_id for fed in page]
        after = page[-1].position
    assert sorted(walked) == people


async def test_a_write_that_is_visible_late_is_found_by_a_delayed_cursor(store: Store) -> None:
    await create(store, update("ada", SECOND))
    assert await ids(store.feed.read_received, before=NOW + 25 * SECOND - TRAILS) == []
    await create(store, update("late"))
    fed = await store.feed.read_received(INSTANCE, START, NOW + 35 * SECOND - TRAILS, 100)
    assert [each.item.customer_id for each in fed] == ["late", "ada"]
    assert await ids(store.feed.read_received, fed[-1].position) == []


@pytest.mark.parametrize("name", ["read_received", "read_ended"])
async def test_updates_are_fed_when_they_are_over(store: Store, name: str) -> None:
    await create(store, update("ada", lives=SECOND))
    await create(store, update("bob", 20 * HOUR))  # removes expired rows
    assert "ada" in await ids(getattr(store.feed, name))


async def test_ends_are_fed_in_their_order_and_not_before_their_instant(store: Store) -> None:
    await create(store, update("ada", lives=2 * HOUR), update("bob", SECOND, lives=HOUR))
    end = NOW + HOUR + SECOND
    assert await ids(store.feed.read_ended, before=end) == []
    assert await ids(store.feed.read_ended, before=end + timedelta(microseconds=1)) == ["bob"]
    assert await ids(store.feed.read_ended, before=NOW + 3 * HOUR) == ["bob", "ada"]


async def test_the_end_of_an_update_shorter_than_the_feed_delay_is_fed_after_that_delay(store: Store) -> None:
    await create(store, update("ada", lives=SECOND))
    assert await ids(store.feed.read_ended, before=NOW + TRAILS) == []
    assert await ids(store.feed.read_ended, before=NOW + TRAILS + SECOND) == ["ada"]


async def test_activities_are_fed_by_when_they_were_created(store: Store) -> None:
    await create_activity(store, activity("bob", "y"), NOW + SECOND)
    await create_activity(store, activity("ada", "x"), NOW)
    assert await ids(store.feed.read_created) == ["ada", "bob"]


async def test_source_hidden_and_parked_activities_are_not_fed(store: Store) -> None:
    await create_activity(store, activity("ada", "source", lives=None), NOW)
    await create_activity(store, replace(activity("bob", "hidden"), hidden=True), NOW)
    await store.activities.park(INSTANCE, SourceKey("Crm_Contacts", "c1"), activity("", "parked"), NOW)
    assert await ids(store.feed.read_created) == []


async def test_a_parked_activity_is_fed_when_it_joins(store: Store) -> None:
    key = SourceKey("Crm_Contacts", "c1")
    await store.activities.park(INSTANCE, key, activity("", "x"), NOW)
    await create_activity(store, activity("", "x").joined("ada"), NOW + 10 * SECOND)
    await store.activities.unpark(INSTANCE, key, activity("", "x"))
    assert await ids(store.feed.read_created, format_instant(NOW + SECOND)) == ["ada"]


async def test_no_feed_crosses_instances(store: Store) -> None:
    await create(store, update("ada"))
    await create_activity(store, activity("ada", "x"), NOW)
    for read in (store.feed.read_received, store.feed.read_ended, store.feed.read_created):
        assert await read(INSTANCE + "0", START, NOW + 24 * HOUR, 10) == []
