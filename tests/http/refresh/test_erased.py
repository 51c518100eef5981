from __future__ import annotations

import httpx
from support import INSTANCE
from support.refreshing import ADA, BOB, SALE, Write, owner, patch, post, read, refresh, timeline

ERASE = f"/instances/{INSTANCE}/data/Customer/ada/erase"


async def erase(client: httpx.AsyncClient) -> None:
    assert (await client.post(ERASE)).status_code == 200


async def test_a_stale_snapshot_does_not_bring_an_erased_person_back(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    await patch(client, "ada", City="Rome")
    await erase(client)
    for _ in range(2):
        job = await refresh(client)
        assert job["progress"]["written"] == 0
        assert any("erased here, which are not loaded: 1" in warning for warning in job["warnings"])
        assert await read(client, "ada") is None
        assert await owner(client, "c-ada") is None
        assert (await post(client, PurchaseId="p2")).status_code == 410
    assert (await read(client, "bob"))["City"] == "Bergen"


async def test_a_person_that_the_source_left_out_once_can_come_back(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    await erase(client)
    write("Customer", BOB)
    await refresh(client)
    assert (await client.patch(ERASE.removesuffix("/erase"), json={"City": "Rome"})).status_code == 404
    write("Customer", ADA, BOB)
    job = await refresh(client)
    assert job["warnings"] == []
    assert (await read(client, "ada"))["City"] == "Oslo"
    assert [row["ActualActivityId"] for row in await timeline(client, "ada")] == ["p1"]


async def test_a_snapshot_that_is_not_whole_does_not_count_as_having_left_a_person_out(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    await erase(client)
    write("Customer", BOB, more='"cut')
    await refresh(client)
    assert (await client.patch(ERASE.removesuffix("/erase"), json={"City": "Rome"})).status_code == 410
