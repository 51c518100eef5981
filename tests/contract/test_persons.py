from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support import INSTANCE, Clock, in_json, model, profile, put_profiles
from support.person import FORMER, KEY, OTHER, PERSON, everything, put_person, traces

from function_app.domain.person import Erasure, tombstones_of
from function_app.domain.validity import RequestedValidity
from function_app.errors import ServiceError
from function_app.services.persons import OPEN_FOR
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.store.port import Store


@pytest.fixture
async def person(store: Store, clock: Clock) -> AsyncIterator[Services]:
    services = Services(store, clock=clock)
    await put_person(services, clock())
    yield services
    await services.usage.close()


async def count_others(store: Store) -> int:
    held = await store.persons.read(INSTANCE, OTHER, ())
    return sum(held.counts.values())


@pytest.mark.usefixtures("person")
async def test_everything_under_an_id_and_its_keys_is_read_and_removed(store: Store) -> None:
    others = await count_others(store)
    held = await store.persons.read(INSTANCE, PERSON, [KEY])
    assert held.counts == {"profiles": 1, "updates": 1, "activities": 1, "parked": 1, "keys": 2}
    for _ in range(2):
        await store.persons.remove(INSTANCE, PERSON, [KEY, FORMER])
        assert not any((await store.persons.read(INSTANCE, PERSON, [KEY])).counts.values())
    assert await count_others(store) == others == 4


@pytest.mark.usefixtures("person")
async def test_a_key_of_another_customer_stays(store: Store) -> None:
    await store.keys.write(INSTANCE, {KEY: OTHER})
    assert (await store.persons.read(INSTANCE, PERSON, [KEY])).keys == [FORMER]
    await store.persons.remove(INSTANCE, PERSON, [KEY])
    assert await store.keys.find_customers(INSTANCE, [KEY]) == {KEY: OTHER}


async def test_the_secret_of_an_instance_is_created_once(store: Store) -> None:
    assert await store.persons.read_secret(INSTANCE) is None
    made = await asyncio.gather(*(store.persons.create_secret(INSTANCE, text) for text in ("one", "two")))
    assert len(set(made)) == 1
    assert await store.persons.read_secret(INSTANCE) == made[0]


async def test_an_open_erasure_is_listed_until_it_ends_and_its_tombstones_stay(store: Store, clock: Clock) -> None:
    erasure = Erasure(PERSON, (KEY,), clock())
    tombstones = tombstones_of("secret", erasure)
    for _ in range(2):
        await store.persons.begin(INSTANCE, erasure, tombstones)
    assert list(await store.persons.list_open()) == [(INSTANCE, erasure)]
    assert await store.persons.filter_erased(INSTANCE, [tombstones[1].digest, "other"]) == {tombstones[1].digest}
    await store.persons.end(INSTANCE, tombstones[0].owner)
    await store.persons.end(INSTANCE, tombstones[0].owner)
    assert list(await store.persons.list_open()) == []
    assert set(await store.persons.list_tombstones(INSTANCE)) == set(tombstones)
    await store.persons.remove_tombstones(INSTANCE, tombstones)
    assert await store.persons.filter_erased(INSTANCE, [one.digest for one in tombstones]) == set()


async def test_no_document_names_a_person_after_its_erasure(person: Services, store: Store, clock: Clock) -> None:
    before = len(await everything(store))
    counts = await person.persons.erase(model(), PERSON, "admin", clock())
    assert counts == {"profiles": 1, "updates": 1, "activities": 1, "parked": 1, "keys": 2}
    assert all("erasure" in trace for trace in await traces(store)), "only the open erasure names it"
    clock.advance(seconds=OPEN_FOR.total_seconds())
    await person.persons.resume()
    assert await traces(store) == []
    assert await count_others(store) == 4
    added = {"change": 1, "erasureSecret": 1, "tombstone": 3}
    assert len(await everything(store)) == before - sum(counts.values()) + sum(added.values())


async def test_what_comes_back_while_an_erasure_is_open_is_removed(
    person: Services, store: Store, clock: Clock
) -> None:
    await person.persons.erase(model(), PERSON, "admin", clock())
    await put_profiles(store, INSTANCE, in_json(profile(PERSON, City="Oslo")))
    await store.keys.write(INSTANCE, {KEY: PERSON})
    await person.settle()
    assert all("erasure" in trace for trace in await traces(store))


class Stop(BaseException):
    """The end of the process, at a call of the store."""


class Stopping:
    """Stops the process at the n-th write of the store: before it, or after it."""

    def __init__(self, store: Store, at: int, *, after: bool) -> None:
        self.left, self._after = at, after
        for name in ("persons", "readings", "usage", "control", "access", "subscriptions"):
            setattr(self, name, self._wrapped(getattr(store, name)))
        for name in ("customers", "activities", "keys", "feed"):
            setattr(self, name, getattr(store, name))

    def _wrapped(self, part: Any) -> Any:
        outer = self

        class Part:
            def __getattr__(self, name: str) -> Any:
                found = getattr(part, name)
                if name.startswith(("read", "list", "find", "filter")):
                    return found

                async def write(*values: Any) -> Any:
                    outer.left -= 1
                    if outer.left == 0 and not outer._after:
                        raise Stop
                    result = await found(*values)
                    if outer.left == 0:
                        raise Stop
                    return result

                return write

        return Part()


@pytest.mark.parametrize("after", [False, True])
async def test_an_erasure_that_is_stopped_at_any_write_is_completed(store: Store, clock: Clock, after: bool) -> None:
    stopped = 0
    for at in range(1, 20):
        await put_person(Services(store, clock=clock), clock())
        stopping = Stopping(store, at, after=after)
        erasing = Services(stopping, clock=clock)  # type: ignore[arg-type]
        try:
            await erasing.persons.erase(model(), PERSON, "admin", clock())
        except Stop:
            stopped += 1
        again = Services(store, clock=clock)
        open_now = await store.persons.list_open()
        if not open_now:  # nothing was begun, and nothing is lost: the caller repeats it
            assert sum((await store.persons.read(INSTANCE, PERSON, [KEY])).counts.values()) == 6
            await again.persons.erase(model(), PERSON, "admin", clock())
        await again.persons.resume()
        assert all("erasure" in trace for trace in await traces(store))
        with pytest.raises(ServiceError, match="CustomerErased"):
            await again.update_profile(model(), UpdateRequest(PERSON, {"City": "Rome"}, RequestedValidity()), clock())
        clock.advance(seconds=OPEN_FOR.total_seconds())
        await again.persons.resume()
        assert await traces(store) == []
        await store.persons.remove_tombstones(INSTANCE, await store.persons.list_tombstones(INSTANCE))
        if stopping.left > 0:
            break
    assert stopped >= 5
