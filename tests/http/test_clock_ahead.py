"""A clock of the machine that is once set ahead by days and back: what that ends, and what it leaves whole."""

from __future__ import annotations

import httpx
from support import INSTANCE, Clock

from function_app.services.services import Services

ADA = f"/instances/{INSTANCE}/data/Customer/ada"


async def test_updates_end_as_if_the_days_had_passed_and_later_ones_wait_for_those_of_the_future(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    assert (await client.patch(ADA, json={"City": "Moss", "Points": 7}, params={"validFor": "P20D"})).is_success
    clock.advance(days=60)
    of_the_future = await client.patch(ADA, json={"City": "Mars"}, params={"validFor": "P1D"})
    await services.settle()
    clock.advance(days=-60, seconds=1)
    shown = (await client.get(ADA)).json()
    assert (shown["City"], shown["Points"]) == ("Mars", 1)
    sent = await client.patch(ADA, json={"City": "Bergen", "Points": 9}, headers={"Prefer": "return=representation"})
    assert sent.json()["receipt"]["attributes"] == {"City": "superseded", "Points": "applied"}
    ended = await client.delete(f"{ADA}/updates/{of_the_future.headers['x-ms-update-id']}")
    assert ended.json()["customer"]["City"] == "Bergen"
    clock.advance(hours=1)
    await services.settle()
    shown = (await client.get(ADA)).json()
    assert (shown["City"], shown["Points"]) == ("Bergen", 9)
