from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from support import INSTANCE, NOW, Clock, definition, in_json, model, profile, put_profiles

from function_app.domain.access import Sender
from function_app.domain.deletion import Deletion
from function_app.domain.profile import Update
from function_app.domain.subscription import Hold, Progress, Subscription
from function_app.store.port import Store

PROGRESS = Progress(
    {"received": "2026-11-23T12:00:00.000000Z|u-x|ada"},
    frozenset(("a", "b")),
    {"ada": Hold(2, NOW + timedelta(seconds=20))},
    NOW,
    NOW,
    NOW,
    NOW,
    NOW,
    "it answered 500",
)
ONE = Subscription(
    "one",
    "updateWillExpire",
    "https://example.com/hook?key=1",
    "whsec_c2VjcmV0",
    Sender("ada", "user", "Ada"),
    ("user:ada", "key:0123"),
    NOW,
    PROGRESS,
    timedelta(minutes=10),
    "worker",
    NOW + timedelta(minutes=1),
    revision=7,
)
PLAIN = replace(ONE, subscription_id="two", progress=Progress({}), within=None, worker=None)


async def test_a_subscription_is_read_as_it_was_written(store: Store) -> None:
    for subscription in (PLAIN, ONE):
        await store.subscriptions.write(INSTANCE, subscription)
        assert await store.subscriptions.read(INSTANCE, subscription.subscription_id) == subscription
    assert list(await store.subscriptions.list(INSTANCE)) == [ONE, PLAIN]
    assert list(await store.subscriptions.list_instances()) == [INSTANCE]
    assert await store.subscriptions.read(INSTANCE, "three") is None
    assert list(await store.subscriptions.list(f"{INSTANCE}-2")) == []


async def test_of_two_writers_of_one_revision_only_the_first_replaces(store: Store) -> None:
    await store.subscriptions.write(INSTANCE, ONE)
    first = await store.subscriptions.replace(INSTANCE, replace(ONE, worker="first"))
    assert first == replace(ONE, worker="first", revision=8)
    assert await store.subscriptions.replace(INSTANCE, replace(ONE, worker="second")) is None
    assert await store.subscriptions.read(INSTANCE, "one") == first
    assert await store.subscriptions.replace(INSTANCE, replace(first, worker=None)) is not None


async def test_what_was_removed_is_not_brought_back_by_who_serves_it(store: Store) -> None:
    await store.subscriptions.write(INSTANCE, ONE)
    for _ in range(2):
        await store.subscriptions.remove(INSTANCE, "one")
    assert await store.subscriptions.replace(INSTANCE, ONE) is None
    assert list(await store.subscriptions.list_instances()) == []


async def test_subscriptions_go_with_their_instance(store: Store, clock: Clock) -> None:
    await store.control.write_instance(INSTANCE, definition())
    await store.subscriptions.write(INSTANCE, ONE)
    await store.deletions.write(INSTANCE, Deletion(clock(), "admin"))
    while await store.deletions.remove_some(INSTANCE, 100):
        pass
    assert list(await store.subscriptions.list(INSTANCE)) == []


async def test_updates_that_are_not_in_the_feed_of_ends_are_read_by_their_expiry(store: Store) -> None:
    await put_profiles(store, INSTANCE, in_json(profile("ada")))
    for update_id, seconds in (("later", 3600), ("short", 2), ("soon", 40), ("past", -10)):
        until = NOW + timedelta(seconds=seconds)
        update = Update(update_id, "ada", {"City": "Oslo"}, NOW, NOW - timedelta(seconds=60), until, "")
        if update_id == "short":
            update = replace(update, received_at=NOW)
        await store.customers.add_update(INSTANCE, update, model().fitting, NOW - timedelta(seconds=60))
    now = NOW + timedelta(seconds=3)
    found = await store.feed.read_ending(INSTANCE, now, now + timedelta(minutes=1), 10)
    assert [entry.item.update_id for entry in found] == ["short", "soon"]
    assert [entry.item.update_id for entry in await store.feed.read_ending(INSTANCE, now, NOW, 10)] == []
    in_feed = await store.feed.read_ended(INSTANCE, "", NOW + timedelta(seconds=31), 10)
    assert [entry.item.update_id for entry in in_feed] == ["past", "short"]
    assert in_feed[1].position == found[0].position
    later = await store.feed.read_ending(INSTANCE, now, NOW + timedelta(days=1), 1)
    assert len(later) == 1
