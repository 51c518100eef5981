"""The Cosmos DB stand-in of the tests has the limits and the expiry of the service."""

from __future__ import annotations

from typing import Any

import pytest
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError
from support import CosmosServer


def document(**members: Any) -> dict[str, Any]:
    return {"id": "a", "pk": "i|ada", **members}


@pytest.mark.filterwarnings("ignore:Sending a large body")  # aiohttp's warning about a request that the service refuses
@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({"text": "x" * 2 * 1024 * 1024}, 413),
        ({"id": "x" * 1_024}, 400),
        ({"id": "한" * 342}, 400),
        ({"pk": "x" * 2_049}, 400),
        ({"pk": "한" * 683}, 400),
        ({"ttl": 0}, 400),
        ({"ttl": -2}, 400),
        ({"ttl": None}, 400),
        ({"ttl": 1.5}, 400),
        ({"ttl": "60"}, 400),
    ],
)
async def test_a_document_that_the_service_refuses_is_refused(
    profiles: ContainerProxy, members: dict[str, Any], status: int
) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await profiles.create_item(document(**members))
    assert refused.value.status_code == status
    with pytest.raises(CosmosHttpResponseError) as refused:
        await profiles.upsert_item(document(**members))
    assert refused.value.status_code == status


@pytest.mark.parametrize("members", [{"id": "x" * 1_023}, {"pk": "x" * 2_048}, {"ttl": -1}, {"ttl": 1}])
async def test_a_document_at_the_limit_is_accepted(profiles: ContainerProxy, members: dict[str, Any]) -> None:
    await profiles.create_item(document(**members))


async def test_a_whole_number_beyond_2_to_53_becomes_the_nearest_double(profiles: ContainerProxy) -> None:
    await profiles.create_item(document(big=2**53 + 1))
    assert (await profiles.read_item("a", "i|ada"))["big"] == 2**53


async def query(profiles: ContainerProxy, sql: str, **values: Any) -> list[Any]:
    parameters = [{"name": f"@{name}", "value": value} for name, value in values.items()]
    return [found async for found in profiles.query_items(sql, parameters=parameters, partition_key="i|ada")]


async def test_a_query_of_over_512_kb_is_refused(profiles: ContainerProxy) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await query(profiles, "SELECT * FROM c WHERE c.pk = 'i|ada' AND c.x = @x", x="x" * 512 * 1024)
    assert refused.value.status_code == 400


@pytest.mark.parametrize("path", ["c.digest", "c.changes.City", "c.unknown"])
async def test_an_order_that_no_index_supports_is_refused(profiles: ContainerProxy, path: str) -> None:
    with pytest.raises(CosmosHttpResponseError) as refused:
        await query(profiles, f"SELECT * FROM c WHERE c.pk = 'i|ada' ORDER BY {path}")
    assert refused.value.status_code == 400


@pytest.mark.parametrize("path", ["c.id", "c.customerId", 'c.attributes["City"] DESC'])
async def test_an_order_that_an_index_supports_is_accepted(profiles: ContainerProxy, path: str) -> None:
    assert await query(profiles, f"SELECT * FROM c WHERE c.pk = 'i|ada' ORDER BY {path}") == []


async def test_a_document_expires_after_its_ttl_and_a_rewrite_starts_the_ttl_again(
    cosmos: CosmosServer, profiles: ContainerProxy
) -> None:
    await profiles.create_item(document(ttl=100))
    await profiles.create_item(document(id="kept"))
    cosmos.advance(60)
    await profiles.upsert_item(document(ttl=100))
    cosmos.advance(60)
    assert (await profiles.read_item("a", "i|ada"))["ttl"] == 100
    cosmos.advance(60)
    with pytest.raises(CosmosResourceNotFoundError):
        await profiles.read_item("a", "i|ada")
    assert [found["id"] for found in await query(profiles, "SELECT * FROM c WHERE c.pk = 'i|ada'")] == ["kept"]
    await profiles.create_item(document(ttl=100))
