from __future__ import annotations

from typing import Any

import httpx
from support import INSTANCE, Clock

ADA = f"/instances/{INSTANCE}/data/Customer/ada"


async def shown(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(ADA)
    assert answer.status_code == 200
    profile: dict[str, Any] = answer.json()
    return profile


async def test_explain_says_where_each_live_attribute_comes_from(client: httpx.AsyncClient) -> None:
    timing = {"caller": "Flow: Ødegård", "occurredAt": "2026-11-23T12:30:00+01:00", "validFor": "PT1H"}
    sent = await client.patch(ADA, json={"City": "Bergen"}, params=timing)
    plain = await shown(client)
    answer = await client.get(ADA, params={"explain": "true"})
    explained = answer.json()
    assert explained.pop("@explain") == {
        "City": {
            "source": "Oslo",
            "validUntil": "2026-11-23T13:00:00.000000Z",
            "untilRefresh": False,
            "occurredAt": "2026-11-23T11:30:00.000000Z",
            "caller": "Flow: Ødegård",
            "principal": {"id": "local", "kind": "user", "name": None},
            "updateId": sent.headers["x-ms-update-id"],
            "contradicted": False,
        }
    }
    assert explained == plain


async def test_explain_is_empty_when_nothing_is_live(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    clock.advance(hours=4)
    assert (await client.get(ADA, params={"explain": "true"})).json()["@explain"] == {}


async def test_explain_names_the_update_that_shows_and_null_for_what_the_source_has_not(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    long = await client.patch(ADA, json={"City": "Moss", "OptIn": True}, params={"validFor": "PT2H"})
    clock.advance(minutes=1)
    short = await client.patch(ADA, json={"City": "Bergen"}, params={"validFor": "PT1H"})

    async def ids() -> dict[str, str]:
        explained = (await client.get(ADA, params={"explain": "true"})).json()["@explain"]
        assert explained["OptIn"]["source"] is None
        return {name: one["updateId"] for name, one in explained.items()}

    first, second = long.headers["x-ms-update-id"], short.headers["x-ms-update-id"]
    assert await ids() == {"City": second, "OptIn": first}
    clock.advance(hours=1)
    assert await ids() == {"City": first, "OptIn": first}


async def test_explain_is_off_unless_requested(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    assert "@explain" not in await shown(client)
    assert (await client.get(ADA, params={"explain": "false"})).json() == await shown(client)
