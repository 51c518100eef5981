from __future__ import annotations

from dataclasses import replace

import pytest
from support import INSTANCE, Clock, definition, in_json, model, profile, put_profiles
from support.person import everything, put_person

from function_app.domain.deletion import Deletion
from function_app.errors import ServiceError
from function_app.services.delete_instance import OPEN_FOR
from function_app.services.services import Services
from function_app.store.port import Store

OTHER = f"{INSTANCE}-2"


async def test_a_deletion_is_listed_until_it_ends_and_takes_the_definition_along(store: Store, clock: Clock) -> None:
    await store.control.write_instance(INSTANCE, definition())
    deletion = Deletion(clock(), "admin")
    await store.deletions.write(INSTANCE, deletion)
    await store.deletions.write(INSTANCE, replace(deletion, removed=7))
    assert await store.control.read_instance(INSTANCE) is None
    assert list(await store.deletions.list()) == [(INSTANCE, replace(deletion, removed=7))]
    assert await store.deletions.read(INSTANCE) == replace(deletion, removed=7)
    for _ in range(2):
        await store.deletions.end(INSTANCE)
    assert await store.deletions.read(INSTANCE) is None


async def test_an_instance_is_removed_in_pieces_and_another_one_stays(store: Store, clock: Clock) -> None:
    services = Services(store, clock=clock)
    await services.instances.define(OTHER, definition(), clock())
    await put_profiles(store, OTHER, in_json(profile("ada")))
    others = len(await everything(store))
    await put_person(services, clock())
    pieces = []
    while removed := await store.deletions.remove_some(INSTANCE, 1):
        pieces.append(removed)
    assert len(pieces) >= 3
    assert len(await everything(store)) == others + 1, "the change that defined the instance"
    assert await store.customers.count(OTHER) == 1


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_deletion_that_is_stopped_is_completed_and_recorded(store: Store, clock: Clock, at: int) -> None:
    services = Services(store, clock=clock)
    await put_person(services, clock())
    await services.delete_instance(model(), "Contoso", "admin", clock())
    for _ in range(at):
        await store.deletions.remove_some(INSTANCE, 1)  # a worker that ends then
    again = Services(store, clock=clock)
    with pytest.raises(ServiceError, match="InstanceBeingDeleted"):
        await again.instances.define(INSTANCE, definition(), clock())
    await again.settle()
    await put_profiles(store, INSTANCE, in_json(profile("late")))  # by a worker that still has the definition
    clock.advance(seconds=OPEN_FOR.total_seconds())
    await again.settle()
    assert await store.customers.count(INSTANCE) == 0
    changes = await store.access.list_changes(INSTANCE, clock().replace(year=2100), 10)
    assert {change.action for change in changes} == {"instanceDeleted", "deleteInstance", "defineInstance"}
    assert len([found for found in await everything(store) if found.get("kind") != "health"]) == len(changes)
    assert await again.instances.define(INSTANCE, definition(), clock())
