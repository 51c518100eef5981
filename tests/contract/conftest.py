from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest
from azure.cosmos.aio import ContainerProxy, CosmosClient
from support import CosmosServer, create_database

from function_app.store.port import Store

ADAPTERS = ["embedded_store", "cosmos_store"]


@pytest.fixture(params=ADAPTERS)
def store(request: pytest.FixtureRequest) -> Store:
    """Each adapter in turn."""
    found: Store = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def profiles(cosmos: CosmosServer) -> AsyncIterator[ContainerProxy]:
    """A container of the Cosmos DB stand-in, as the SDK sees it."""
    name = f"d{uuid.uuid4().hex}"
    await create_database(cosmos, name)
    async with CosmosClient(cosmos.endpoint, cosmos.key, enable_endpoint_discovery=False) as client:
        yield client.get_database_client(name).get_container_client("profiles")
