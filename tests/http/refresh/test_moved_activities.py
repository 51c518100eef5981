"""An activity is one of one customer: a refresh moves it to the customer that the source names now."""

from __future__ import annotations

import httpx
import pytest
from support import INSTANCE
from support.refreshing import ADA, BOB, POSTED, SALE, Write, counted, post, refresh, timeline

TO_BOB = SALE | {"ContactId": "c-bob"}
RECORDS = f"/instances/{INSTANCE}/data/Shop_Purchases"
OWNED = {"ada": ["p1"], "bob": []}, {"ada": [], "bob": ["p1"]}


async def owned(client: httpx.AsyncClient) -> dict[str, list[str]]:
    return {name: [row["ActualActivityId"] for row in await timeline(client, name)] for name in ("ada", "bob")}


async def test_a_corrected_customer_moves_the_activity_and_back(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    for row, wanted in zip((SALE, TO_BOB, SALE), (OWNED[0], OWNED[1], OWNED[0]), strict=True):
        write("Shop_Purchases", row)
        assert counted(await refresh(client), "written")[0] >= 1
        assert await owned(client) == wanted
        assert (await client.get(f"{RECORDS}/$count")).text == "1"
        assert counted(await refresh(client), "written", "unchanged") == [0, 3]


async def test_it_takes_the_place_of_a_real_time_one_of_another_customer_and_keeps_its_sender(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    sent = await client.post(RECORDS, json=POSTED, params={"caller": "Shop"})
    assert sent.status_code == 201
    write("Shop_Purchases", TO_BOB)
    await refresh(client)
    assert await owned(client) == OWNED[1]
    assert (await client.get(f"{RECORDS}/p1")).json()["caller"] == "Shop"


async def test_it_leaves_its_customer_when_the_source_names_one_that_is_not_there_yet(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Shop_Purchases", TO_BOB)
    assert counted(await refresh(client), "waiting") == [1]
    assert await owned_by_ada(client) == []
    write("Customer", ADA, BOB)
    await refresh(client)
    assert await owned(client) == OWNED[1]


async def owned_by_ada(client: httpx.AsyncClient) -> list[str]:
    return [row["ActualActivityId"] for row in await timeline(client, "ada")]


async def test_it_stays_while_the_customer_of_its_key_is_away(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Customer", BOB)
    assert counted(await refresh(client), "removed", "waiting") == [1, 1]
    write("Customer", ADA, BOB)
    await refresh(client)
    assert await owned(client) == OWNED[0]


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_of_two_rows_with_one_key_the_last_counts_though_another_customer_has_it(
    client: httpx.AsyncClient, write: Write, *, in_one_batch: bool
) -> None:
    write("Customer", ADA, BOB)
    between = () if in_one_batch else tuple(SALE | {"PurchaseId": f"x{n}", "ContactId": "c-none"} for n in range(400))
    write("Shop_Purchases", SALE, *between, TO_BOB)
    for _ in range(2):
        job = await refresh(client)
        progress = counted(job, "written", "unchanged", "waiting")
        assert sum(progress) == job["progress"]["rows"] == 4 + len(between)
        assert await owned(client) == OWNED[1]


async def test_a_withdrawn_one_stays_withdrawn_where_it_was(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    assert (await client.post(f"{RECORDS}/p1/withdraw")).status_code == 204
    write("Shop_Purchases", TO_BOB)  # what was the mistake is corrected
    await refresh(client)
    assert await owned(client) == OWNED[1]
    write("Shop_Purchases", SALE)
    await refresh(client)
    assert await owned(client) == {"ada": [], "bob": []}


async def test_callers_may_give_two_customers_one_id_and_a_withdrawal_then_says_whose(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    for key in ("c-ada", "c-bob"):
        assert (await post(client, ContactId=key)).json()["value"]["outcome"] == "created"
    withdraw = f"{RECORDS}/p1/withdraw"
    for _ in range(2):
        refused = await client.post(withdraw)
        assert (refused.status_code, refused.json()["target"]) == (400, "customerId")
    assert (await client.post(withdraw, params={"customerId": "ada"})).status_code == 204
    assert (await client.post(withdraw, params={"customerId": "ada"})).status_code == 404
    assert (await client.post(withdraw)).status_code == 400  # a retry without it takes nothing from bob
    assert await owned(client) == OWNED[1]
    write("Shop_Purchases", TO_BOB)
    await refresh(client)
    assert await owned(client) == OWNED[1]
