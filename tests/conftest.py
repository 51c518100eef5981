from __future__ import annotations

import os
import tempfile
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
from support.limits import set_limits
from support.process import LONG_S

from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore
from function_app.store.embedded import EmbeddedStore

# The same examples in each run, so that a test fails by a change and not by chance; `make prove` draws new ones.
# The duration of an example depends more on the machine than on the code.
_PLAIN = hypothesis.settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("same examples", _PLAIN)
hypothesis.settings.register_profile(
    "new examples",
    _PLAIN,
    derandomize=False,
    max_examples=int(os.environ.get("EXAMPLES", "100")),
    suppress_health_check=list(hypothesis.HealthCheck),
)
hypothesis.settings.load_profile("same examples")

# Where memory has room for files, the tests keep theirs in it: they would wait for the disk most of their time.
MEMORY, ROOM = Path("/dev/shm"), 4_000_000_000  # noqa: S108  # pytest makes separate folders in it
if MEMORY.is_dir() and "TMPDIR" not in os.environ:
    found = os.statvfs(MEMORY)
    if found.f_bavail * found.f_frsize > ROOM and not found.f_flag & os.ST_NOEXEC:  # tests run programs from there
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


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
    set_limits(monkeypatch.setattr, LONG_S)
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
