"""What expired is settled beside the requests; lists are exact before and after, or answered 503."""

from __future__ import annotations

import asyncio
import itertools
import logging
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, in_json, profile, put_profiles
from support.process import LONG_S

from function_app.errors import Unavailable
from function_app.services import settle
from function_app.services.services import Services
from function_app.store.embedded import customers

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
MANY = 500


async def oslo(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get(CUSTOMERS, params={"$filter": "City eq 'Oslo'", "$count": "true", "$top": "2"})


async def move_many(client: httpx.AsyncClient, services: Services) -> None:
    people = [profile(f"c{number:03}", City="Oslo") for number in range(MANY)]
    await put_profiles(services.store, INSTANCE, in_json(*people))
    items = [{"CustomerId": person["CustomerId"], "City": "Bergen"} for person in people]
    answer = await client.post(f"{CUSTOMERS}/batch", json={"items": items}, params={"validFor": "PT1H"})
    assert {result["outcome"] for result in answer.json()["value"]} == {"applied"}


async def test_when_very_many_updates_end_at_once_a_list_is_503_until_they_are_settled_and_reads_are_right(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customers, "MAX_DUE", 100)
    await move_many(client, services)
    assert (await oslo(client)).json()["@odata.count"] == 2
    clock.advance(hours=1, seconds=1)
    refused = await oslo(client)
    assert (refused.status_code, refused.json()["errorCode"]) == (503, "StoreUnavailable")
    assert "expired" in refused.json()["message"]
    assert int(refused.headers["Retry-After"]) >= 1
    assert (await client.get(f"{CUSTOMERS}/c007")).json()["City"] == "Oslo"
    await services.settle.close()
    answer = await oslo(client)
    assert answer.status_code == 200
    assert answer.json()["@odata.count"] == MANY + 2
    assert [row["CustomerId"] for row in answer.json()["value"]] == ["ada", "bob"]


async def test_settling_changes_nothing_that_is_shown(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await client.patch(f"{CUSTOMERS}/ada", json={"City": "Moss"}, params={"validFor": "PT2H"})
    clock.advance(seconds=1)
    await client.patch(f"{CUSTOMERS}/ada", json={"City": "Bergen"}, params={"validFor": "PT1H"})

    async def everything() -> list[Any]:
        paths = [CUSTOMERS, f"{CUSTOMERS}/ada", f"{CUSTOMERS}/ada?explain=true", f"{CUSTOMERS}?$orderby=City"]
        return [(await client.get(path)).json() for path in paths]

    for hours in (1, 1, 1):
        clock.advance(hours=hours)
        before = await everything()
        await services.settle()
        assert await everything() == before
    assert before[1]["City"] == "Oslo"


async def test_an_etag_stays_when_a_customer_is_settled(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    await client.patch(f"{CUSTOMERS}/ada", json={"City": "Bergen"}, params={"validFor": "PT1H"})
    clock.advance(hours=1)
    tag = (await client.get(f"{CUSTOMERS}/ada")).headers["ETag"]
    await services.settle()
    answer = await client.get(f"{CUSTOMERS}/ada", headers={"If-None-Match": tag})
    assert answer.status_code == 304


async def test_it_is_done_again_and_again_whatever_the_store_answers(
    client: httpx.AsyncClient,
    services: Services,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.patch(f"{CUSTOMERS}/ada", json={"City": "Bergen"}, params={"validFor": "PT1H"})
    clock.advance(hours=1)
    store, times, done = services.store.customers, itertools.count(), asyncio.Event()
    settled = store.settle

    async def at_first_unavailable(*given: Any) -> int:
        if next(times) < 2:
            raise Unavailable
        found = await settled(*given)
        done.set()
        return found

    monkeypatch.setattr(store, "settle", at_first_unavailable)
    monkeypatch.setattr(settle, "EVERY_S", 0.001)
    caplog.set_level(logging.WARNING)
    running = asyncio.create_task(services.settle.run())
    await asyncio.wait_for(done.wait(), LONG_S)
    running.cancel()
    assert "Customers were not settled" in caplog.text
    model = await services.instances.get(INSTANCE, clock())
    assert await settled(INSTANCE, model.fitting, clock(), 9) == 0
