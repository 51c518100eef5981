"""The ends of updates before they expire, in both stores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.cosmos.aio import ContainerProxy
from support import INSTANCE, NOW, CosmosServer, in_json, model, profile, put_profiles

from function_app.domain.access import Sender
from function_app.domain.ending import end_early
from function_app.domain.profile import Attributes, End, Update
from function_app.domain.projection import Kept
from function_app.store.cosmos import CosmosStore
from function_app.store.port import Store
from function_app.store.port.customers import Changed

FITTING = model().fitting
BY = End(NOW, by=Sender("u-1", "user", "Åse"))


def update(update_id: str, minutes: float = 0, **attributes: Any) -> Update:
    at = NOW + timedelta(minutes=minutes)
    return Update(update_id, "ada", attributes, at, at, NOW + timedelta(hours=1), "f")


async def begin(store: Store, *updates: Update) -> None:
    await put_profiles(store, INSTANCE, in_json(profile("ada", City="Oslo", Points=1)))
    for each in updates:
        await store.customers.add_update(INSTANCE, each, FITTING, NOW)


async def end(store: Store, names: Sequence[str] | None = None, update_id: str | None = None) -> Changed:
    def change(_: Kept, updates: Sequence[Update]) -> list[Update]:
        return end_early(updates, BY, names, update_id)

    changed = await store.customers.change_updates(INSTANCE, "ada", change, FITTING, NOW)
    assert changed is not None
    return changed


async def shown(store: Store) -> Attributes:
    kept = await store.customers.read(INSTANCE, "ada", FITTING, NOW)
    assert kept
    return kept.attributes


async def test_an_end_is_stored_and_shows_the_next_older_value(store: Store) -> None:
    await begin(store, update("u1", City="Moss", Points=2), update("u2", 1, City="Bergen"))
    changed = await end(store, update_id="u2")
    assert changed.kept.attributes == await shown(store) == profile("ada", City="Moss", Points=2)
    assert [(one.update_id, one.ends) for one in changed.updates] == [("u2", {"City": BY})]
    found = await store.customers.read_updates(INSTANCE, "ada", NOW)
    assert {one.update_id: one.ends for one in found} == {"u1": {}, "u2": {"City": BY}}
    assert {one.update_id: one.before for one in found}["u1"] == {"City": "Oslo", "Points": 1}
    assert (await end(store, ["City"])).kept.attributes == profile("ada", City="Oslo", Points=2)
    assert (await end(store)).kept.attributes == profile("ada", City="Oslo", Points=1)
    assert (await end(store)).updates == []
    assert await store.customers.settle(INSTANCE, FITTING, NOW + timedelta(hours=2), 9) == 0


async def test_the_id_of_an_ended_update_stays_taken(store: Store) -> None:
    await begin(store, update("u1", City="Bergen"))
    await end(store)
    again = await store.customers.add_update(INSTANCE, update("u1", City="Bergen"), FITTING, NOW)
    assert again
    assert again.known == replace(update("u1", City="Bergen"), ends={"City": BY})
    assert again.kept.attributes["City"] == "Oslo"


async def test_a_customer_that_is_not_there_has_nothing_to_end(store: Store) -> None:
    assert await store.customers.change_updates(INSTANCE, "nobody", lambda _, __: [], FITTING, NOW) is None
    assert list(await store.customers.read_updates(INSTANCE, "nobody", NOW)) == []


async def test_updates_are_read_until_they_expire(store: Store) -> None:
    await begin(store, update("u1", City="Bergen"))
    hour = timedelta(hours=1)
    assert len(await store.customers.read_updates(INSTANCE, "ada", NOW + hour - timedelta(microseconds=1))) == 1
    assert len(await store.customers.read_updates(INSTANCE, "ada", NOW + hour)) == 0


async def test_very_many_updates_end_together(store: Store) -> None:
    await begin(store, *(update(f"u{number:03}", City=f"c{number}") for number in range(120)))
    changed = await end(store)
    assert len(changed.updates) == 120
    assert changed.kept.attributes == profile("ada", City="Oslo", Points=1)


@pytest.mark.parametrize("late", [False, True])
async def test_ends_and_updates_at_once_keep_what_the_updates_say(store: Store, late: bool) -> None:
    """A late update is superseded when it comes, and shows when those that cover it end."""
    await begin(store, update("cover", 5, City="Cover"))
    others = [update(f"u{number}", -number if late else 10 + number, City=f"c{number}") for number in range(6)]

    async def add(each: Update) -> None:
        await store.customers.add_update(INSTANCE, each, FITTING, NOW)

    await asyncio.gather(end(store, update_id="cover"), *map(add, others), return_exceptions=False)
    assert (await shown(store))["City"] == ("c0" if late else "c5")


async def test_an_end_that_another_process_overtakes_is_made_again_and_keeps_its_update(
    cosmos: CosmosServer, cosmos_store: CosmosStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(cosmos_store, update("u1", City="Bergen"))
    database = cosmos_store.customers._account._database  # noqa: SLF001  # of the other process too
    write, overtaking = ContainerProxy.execute_item_batch, [CosmosStore(cosmos.endpoint, database, cosmos.key)]

    async def overtaken(self: ContainerProxy, *given: Any, **options: Any) -> Any:
        if overtaking:
            other = overtaking.pop()
            await other.customers.add_update(INSTANCE, update("u2", 1, Points=7), FITTING, NOW)
            await other.close()
        return await write(self, *given, **options)

    monkeypatch.setattr(ContainerProxy, "execute_item_batch", overtaken)
    changed = await end(cosmos_store, ["City"])
    assert changed.kept.attributes == await shown(cosmos_store) == profile("ada", City="Oslo", Points=7)
    assert [(one.update_id, one.ends) for one in changed.updates] == [("u1", {"City": BY})]
