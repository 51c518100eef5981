"""Faults meet a transactional batch as one request: before all of it or after all of it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.exceptions import AzureError
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosHttpResponseError
from support import CosmosServer, create_database

from proof import faulty_cosmos as faults

PK = "i|ada"


@pytest.fixture
async def behind(
    cosmos: CosmosServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[faults.FaultyCosmos, ContainerProxy]]:
    """The proxy, calm, and a container behind it."""
    monkeypatch.setattr(faults, "RETRY_AFTER_MS", (1,))
    name = f"d{uuid.uuid4().hex}"
    await create_database(cosmos, name)
    options: dict[str, Any] = {"connection_verify": False, "enable_endpoint_discovery": False, "retry_total": 0}
    async with (
        faults.faulty_cosmos(cosmos.endpoint, 0) as (proxy, endpoint),
        CosmosClient(endpoint, cosmos.key, **options) as client,
    ):
        container = client.get_database_client(name).get_container_client("profiles")
        await container.read()
        yield proxy, container


async def put(container: ContainerProxy, batch: int) -> None:
    await container.execute_item_batch([("upsert", ({"id": f"{batch}{part}", "pk": PK},)) for part in "abc"], PK)


async def stored(container: ContainerProxy) -> int:
    found = container.query_items("SELECT * FROM c WHERE c.pk = @pk", parameters=[{"name": "@pk", "value": PK}])
    return len([each async for each in found])


@pytest.mark.parametrize("fault", [fault for fault in faults.WEIGHTS if "silent" not in fault and fault != "slow"])
async def test_a_fault_meets_the_whole_batch(
    cosmos: CosmosServer,
    behind: tuple[faults.FaultyCosmos, ContainerProxy],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    proxy, container = behind
    monkeypatch.setattr(faults, "WEIGHTS", {fault: 1})
    cosmos.requests()
    proxy.rate = 1.0  # also for what the SDK asks between its attempts
    for batch in range(3):
        with pytest.raises(AzureError):
            await put(container, batch)
    proxy.rate = 0.0
    received = {each["kind"] for each in cosmos.requests()}
    assert received == ({"batch"} if fault.endswith("after") else set())
    assert await stored(container) == (9 if fault.endswith("after") else 0)


@pytest.mark.parametrize("at_an_operation", [0.0, 1.0])
async def test_a_batch_is_throttled_as_a_whole_or_at_one_of_its_operations(
    behind: tuple[faults.FaultyCosmos, ContainerProxy], monkeypatch: pytest.MonkeyPatch, at_an_operation: float
) -> None:
    proxy, container = behind
    monkeypatch.setattr(faults, "WEIGHTS", {"429": 1})
    monkeypatch.setattr(faults, "AT_AN_OPERATION", at_an_operation)
    proxy.rate = 1.0
    with pytest.raises(CosmosBatchOperationError if at_an_operation else CosmosHttpResponseError) as failed:
        await put(container, 0)
    proxy.rate = 0.0
    assert failed.value.status_code == 429
    if isinstance(failed.value, CosmosBatchOperationError):
        responses = failed.value.operation_responses or []
        assert sorted(each["statusCode"] for each in responses) == [424, 424, 429]
        assert responses[failed.value.error_index or 0]["retryAfterMilliseconds"] == 1
    assert await stored(container) == 0
