from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import hypothesis
import pytest
from support import (
    INSTANCE,
    Clock,
    CosmosServer,
    cosmos_server,
    create_database,
    definition,
    host_over,
    in_json,
    profile,
    put_profiles,
)
from support.process import LONG_S

from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore, account
from function_app.store.embedded import EmbeddedStore

# The duration of an example depends more on the machine than on the code.
hypothesis.settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any-machine")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def cosmos() -> Iterator[CosmosServer]:
    with cosmos_server() as server:
        yield server


@pytest.fixture
async def cosmos_store(cosmos: CosmosServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CosmosStore]:
    """A store in a separate database; its time limits do not depend on the speed of the machine."""
    for name in ("ANSWERS_WITHIN_S", "LOOK_UP_WITHIN_S", "WRITE_WITHIN_S"):
        monkeypatch.setattr(account, name, LONG_S)
    name = f"d{uuid.uuid4().hex}"
    await create_database(cosmos, name)
    store = CosmosStore(cosmos.endpoint, name, cosmos.key)
    await store.check()
    cosmos.requests()
    yield store
    await store.close()


@pytest.fixture
async def embedded_store(tmp_path: Path) -> AsyncIterator[EmbeddedStore]:
    store = EmbeddedStore(tmp_path / "data")
    yield store
    await store.close()


@pytest.fixture
async def hosted(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The host with the definition in `support` and three customers: ada, bob, eve."""
    async with host_over(EmbeddedStore(tmp_path / "data"), clock) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        people = [
            profile("ada", City="Oslo", Points=1),
            profile("bob", City="Oslo", Points=2),
            profile("eve", Points=3),
        ]
        await put_profiles(services.store, INSTANCE, in_json(*people))
        yield client, services


@pytest.fixture
def client(hosted: tuple[httpx.AsyncClient, Services]) -> httpx.AsyncClient:
    return hosted[0]


@pytest.fixture
def services(hosted: tuple[httpx.AsyncClient, Services]) -> Services:
    return hosted[1]
