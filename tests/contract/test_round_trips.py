"""The number and content of requests to the Cosmos DB server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, CosmosServer, definition, host_over, put_customers
from support.process import LONG_S

from function_app.services import usage
from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore

CUSTOMER = f"/instances/{INSTANCE}/data/Customer/ada"
PURCHASES = f"/instances/{INSTANCE}/data/Shop_Purchases"
FED = 86_400  # ended updates are kept for a day for the feed
PURCHASE = {"PurchaseId": "1", "PurchasedOn": "2026-11-23T11:00:00Z", "ContactId": "c1"}


def no_webhooks() -> None:
    """Return no outlet: otherwise the first write of a minute looks for webhooks, beside its request."""


@pytest.fixture
async def hosted(
    cosmos: CosmosServer, cosmos_store: CosmosStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    for name in ("FLUSH_EVERY_S", "FLUSH_WHEN_IDLE_S"):  # its requests would be counted
        monkeypatch.setattr(usage, name, 100 * LONG_S)
    async with host_over(cosmos_store, clock, make_outlet=no_webhooks) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        rows = [{"CustomerId": "ada", "City": "Oslo", "Crm_Contacts_ContactId": "c1"}]
        await put_customers(services, INSTANCE, rows, clock)
        cosmos.requests()
        yield client, services


def documents(requests: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the documents that were written, those of batches too."""
    sent = [json.loads(request["body"]) for request in requests if request["body"]]
    each = [operation for one in sent for operation in (one if isinstance(one, list) else [one])]
    return [one.get("resourceBody", one) for one in each if "query" not in one]


async def test_a_merged_read_asks_once(cosmos: CosmosServer, client: httpx.AsyncClient) -> None:
    assert (await client.get(CUSTOMER)).json()["City"] == "Oslo"
    assert len(cosmos.requests()) == 1


@pytest.mark.parametrize("headers", [{}, {"Repeatability-Request-ID": "r1"}])
async def test_an_update_asks_twice(cosmos: CosmosServer, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.patch(CUSTOMER, json={"City": "Bergen"}, headers=headers)).status_code == 204
    assert len(cosmos.requests()) == 2


async def test_a_repeated_update_asks_three_times(cosmos: CosmosServer, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        cosmos.requests()
        headers = {"Repeatability-Request-ID": "r1"}
        assert (await client.patch(CUSTOMER, json={"City": "Bergen"}, headers=headers)).status_code == 204
    assert [request["kind"] for request in cosmos.requests()] == ["read", "batch", "read"]


async def test_queries_of_one_customer_and_of_grants_name_the_partition_key(
    cosmos: CosmosServer, client: httpx.AsyncClient, services: Services
) -> None:
    await services.access.api_keys(INSTANCE)
    await client.patch(CUSTOMER, json={"City": "Bergen"})
    await client.get(CUSTOMER)
    await client.post(PURCHASES, json=PURCHASE)
    await client.get(f"/instances/{INSTANCE}/profile/timeline", params={"customerId": "ada"})
    queries = [json.loads(request["body"])["query"] for request in cosmos.requests() if "query" in request["body"]]
    assert queries
    assert all("c.pk = @pk" in query for query in queries)


async def test_an_update_is_sent_with_the_seconds_it_has_left(cosmos: CosmosServer, client: httpx.AsyncClient) -> None:
    for valid_for, ttl in (("PT1H", 3600), ("PT1S", 1), ("P30D", 30 * 86_400)):
        await client.patch(CUSTOMER, params={"validFor": valid_for}, json={"City": "Bergen"})
        sent = documents(cosmos.requests())
        assert [document.get("ttl") for document in sent if document["kind"] == "update"] == [ttl + FED]
    await client.patch(CUSTOMER, params={"validUntil": "2026-11-23T12:00:00.000001Z"}, json={"City": "Bergen"})
    assert documents(cosmos.requests())[0]["ttl"] == 1 + FED


async def test_source_profiles_and_keys_are_sent_without_ttl(
    cosmos: CosmosServer, services: Services, clock: Clock
) -> None:
    await put_customers(services, INSTANCE, [{"CustomerId": "bob", "Crm_Contacts_ContactId": "c2"}], clock)
    sent = documents(cosmos.requests())
    assert sorted(document["kind"] for document in sent) == ["key", "profile"]
    assert not [document for document in sent if "ttl" in document]


async def test_an_activity_asks_three_times_for_a_new_key_once_while_it_is_cached_and_then_twice(
    cosmos: CosmosServer, client: httpx.AsyncClient, clock: Clock
) -> None:
    assert (await client.post(PURCHASES, json=PURCHASE)).status_code == 201
    assert len(cosmos.requests()) == 3
    assert (await client.post(PURCHASES, json=PURCHASE | {"PurchaseId": "2"})).status_code == 201
    sent = cosmos.requests()
    assert len(sent) == 1
    assert documents(sent)[0]["ttl"] == 30 * 86_400 + FED
    clock.advance(seconds=61)
    await client.get(CUSTOMER)
    cosmos.requests()
    await client.post(PURCHASES, json=PURCHASE | {"PurchaseId": "3"})
    assert len(cosmos.requests()) == 2


async def test_a_repeated_activity_asks_three_times_and_with_the_key_ring_cached_twice(
    cosmos: CosmosServer, client: httpx.AsyncClient, clock: Clock
) -> None:
    await client.post(PURCHASES, json=PURCHASE)
    cosmos.requests()
    await client.post(PURCHASES, json=PURCHASE)
    assert len(cosmos.requests()) == 2
    clock.advance(seconds=61)
    await client.get(CUSTOMER)
    cosmos.requests()
    answer = await client.post(PURCHASES, json=PURCHASE)
    assert answer.json()["value"]["outcome"] == "duplicate"
    assert len(cosmos.requests()) == 3


async def test_an_activity_in_unified_format_asks_twice(cosmos: CosmosServer, client: httpx.AsyncClient) -> None:
    record = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}
    assert (await client.post(f"/instances/{INSTANCE}/data/UnifiedActivity", json=record)).status_code == 201
    assert len(cosmos.requests()) == 2


async def test_a_timeline_page_asks_once(cosmos: CosmosServer, client: httpx.AsyncClient) -> None:
    for n in range(5):
        await client.post(PURCHASES, json=PURCHASE | {"PurchaseId": str(n)})
    cosmos.requests()
    answer = await client.get(f"/instances/{INSTANCE}/profile/timeline", params={"customerId": "ada", "$top": 2})
    assert len(answer.json()["value"]) == 2
    assert len(cosmos.requests()) == 1
    assert (await client.get(answer.json()["@odata.nextLink"])).status_code == 200
    assert len(cosmos.requests()) == 1
