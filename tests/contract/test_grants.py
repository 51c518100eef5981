from __future__ import annotations

from datetime import timedelta

from support import INSTANCE, NOW

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role
from function_app.store.port import Store

KEY = ApiKey(Role.VIEWER, "primary", "digest", NOW, "ada")


async def test_an_instance_without_grants_has_none(store: Store) -> None:
    assert await store.access.read_grants(INSTANCE) == Grants()


async def test_grants_come_back_as_they_were_written(store: Store) -> None:
    group = Assignment("g-1", "group", Role.ADMINISTRATOR)
    await store.access.write_assignment(INSTANCE, group)
    await store.access.write_api_key(INSTANCE, KEY)
    assert await store.access.read_grants(INSTANCE) == Grants({"g-1": group}, (KEY,))
    assert await store.access.read_grants(INSTANCE + "0") == Grants()


async def test_an_assignment_and_a_key_are_replaced_in_place(store: Store) -> None:
    other = ApiKey(Role.VIEWER, "primary", "other", NOW, "bob")
    await store.access.write_assignment(INSTANCE, Assignment("a", "user", Role.VIEWER))
    await store.access.write_assignment(INSTANCE, Assignment("a", "app", Role.CONTRIBUTOR))
    await store.access.write_api_key(INSTANCE, KEY)
    await store.access.write_api_key(INSTANCE, other)
    grants = await store.access.read_grants(INSTANCE)
    assert grants == Grants({"a": Assignment("a", "app", Role.CONTRIBUTOR)}, (other,))


async def test_what_is_deleted_is_absent_and_may_be_deleted_again(store: Store) -> None:
    await store.access.write_assignment(INSTANCE, Assignment("a", "user", Role.VIEWER))
    await store.access.write_api_key(INSTANCE, KEY)
    for _ in range(2):
        await store.access.delete_assignment(INSTANCE, "a")
        await store.access.delete_api_key(INSTANCE, Role.VIEWER, "primary")
    assert await store.access.read_grants(INSTANCE) == Grants()


async def test_changes_come_newest_first_in_pages(store: Store) -> None:
    changes = [Change(NOW + timedelta(seconds=n), "ada", "assignRole", f"p{n}", "user: Viewer") for n in range(5)]
    for change in changes:
        await store.access.record_change(INSTANCE, change)
    await store.access.record_change(INSTANCE + "0", changes[0])
    late = NOW + timedelta(days=1)
    assert await store.access.list_changes(INSTANCE, late, 2) == [changes[4], changes[3]]
    assert await store.access.list_changes(INSTANCE, changes[3].changed_at, 9) == changes[2::-1]


async def test_two_changes_of_one_instant_are_both_kept(store: Store) -> None:
    for subject in ("a", "b"):
        await store.access.record_change(INSTANCE, Change(NOW, "ada", "removeRole", subject))
    assert len(await store.access.list_changes(INSTANCE, NOW + timedelta(seconds=1), 9)) == 2
