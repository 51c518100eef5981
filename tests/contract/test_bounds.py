"""Limits and rounding of Cosmos DB: both stores behave alike, and errors of Cosmos DB become `ServiceError`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from azure.cosmos.exceptions import CosmosHttpResponseError
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_profiles

from function_app.errors import ServiceError, Unavailable
from function_app.store.cosmos.account import translated
from function_app.store.port import Store

MOST = 2**53
CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
PEOPLE = {"ada": MOST, "bob": MOST - 1, "eve": -MOST}


@pytest.fixture
async def client(store: Store, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """Customers with whole numbers at the limit that every store holds, one of them by an update."""
    made = definition()
    made["entities"][0]["attributes"].append({"name": "Big", "dataType": "Edm.Int64"})
    async with host_over(store, clock) as (client, services):
        await services.instances.define(INSTANCE, made, clock())
        people = [{**profile(name), "Big": value} for name, value in PEOPLE.items()]
        await put_profiles(store, INSTANCE, in_json(*people))
        assert (await client.patch(f"{CUSTOMERS}/bob", json={"Big": MOST - 1})).status_code == 204
        yield client


async def test_whole_numbers_up_to_2_to_53_are_kept_to_the_last_digit(client: httpx.AsyncClient) -> None:
    for name, value in PEOPLE.items():
        assert (await client.get(f"{CUSTOMERS}/{name}")).json()["Big"] == value


@pytest.mark.parametrize("value", [MOST + 1, -MOST - 1, 2**63])
async def test_a_whole_number_beyond_is_refused_as_a_value(client: httpx.AsyncClient, value: int) -> None:
    answer = await client.patch(f"{CUSTOMERS}/ada", json={"Big": value})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "OutOfRange")
    assert (await client.get(f"{CUSTOMERS}/ada")).json()["Big"] == MOST


@pytest.mark.parametrize("value", [MOST + 1, -MOST - 1, 2**63])
async def test_a_whole_number_beyond_is_refused_in_a_filter(client: httpx.AsyncClient, value: int) -> None:
    answer = await client.get(CUSTOMERS, params={"$filter": f"Big eq {value}"})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidQuery")


async def test_neighbours_at_the_limit_are_distinguished_by_filter_and_order(client: httpx.AsyncClient) -> None:
    async def ids(**options: str) -> list[str]:
        page = await client.get(CUSTOMERS, params={f"${name}": text for name, text in options.items()})
        return [row["CustomerId"] for row in page.json()["value"]]

    assert await ids(filter=f"Big eq {MOST}") == ["ada"]
    assert await ids(filter=f"Big eq {MOST - 1}") == ["bob"]
    assert await ids(filter=f"Big ge {MOST - 1}") == ["ada", "bob"]
    assert await ids(orderby="Big") == ["eve", "bob", "ada"]
    assert await ids(orderby="Big desc") == ["ada", "bob", "eve"]


async def test_words_are_found_in_any_case(client: httpx.AsyncClient) -> None:
    for name, city in (("ada", "OSLO Sentrum"), ("bob", "ÅLESUND"), ("eve", "Ærøskøbing")):
        await client.patch(f"{CUSTOMERS}/{name}", json={"City": city})

    async def ids(**options: str) -> list[str]:
        page = await client.get(CUSTOMERS, params={f"${name}": text for name, text in options.items()})
        return [row["CustomerId"] for row in page.json()["value"]]

    assert await ids(search="oslo") == ["ada"]
    assert await ids(search="ålesund") == ["bob"]
    assert await ids(filter="startswith(tolower(City),'ærø')") == ["eve"]
    assert await ids(filter="endswith(tolower(City),'sund')") == ["bob"]
    assert await ids(filter="tolower(City) eq 'oslo sentrum'") == ["ada"]


async def test_a_source_key_that_no_partition_key_can_hold_is_refused_and_the_longest_is_accepted(
    client: httpx.AsyncClient,
) -> None:
    purchase = {"PurchaseId": "p1", "PurchasedOn": "2026-11-23T10:00:00Z", "Product": "Tea"}
    address = f"/instances/{INSTANCE}/data/Shop_Purchases"
    for key in ("k" * 1_501, "한" * 501):
        answer = await client.post(address, json={**purchase, "ContactId": key})
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "TooLong")
        assert "1500 bytes" in answer.json()["message"]
    assert (await client.post(address, json={**purchase, "ContactId": "한" * 500})).status_code == 202


@pytest.mark.parametrize("status", [403, 404, 408, 412, 449, 500, 503])
def test_what_cosmos_db_may_accept_later_is_reported_as_an_outage(status: int) -> None:
    with pytest.raises(Unavailable) as raised, translated():
        raise CosmosHttpResponseError(status_code=status, message="secret")  # type: ignore[no-untyped-call]
    assert raised.value.retry_after >= (30 if status == 403 else 1)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("status", [400, 413])
def test_what_cosmos_db_never_accepts_is_reported_as_the_callers_fault(status: int) -> None:
    with pytest.raises(ServiceError) as raised, translated():
        raise CosmosHttpResponseError(status_code=status, message="secret")  # type: ignore[no-untyped-call]
    assert [fault.code for fault in raised.value.faults] == ["NotStorable"]
    assert "secret" not in str(raised.value)
