"""Lifetimes in words: what is sent, what the answer names, and the list that a designer offers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, definition

AT = f"/instances/{INSTANCE}"
ADA = f"{AT}/data/Customer/ada"


async def sent(client: httpx.AsyncClient, valid_for: str) -> httpx.Response:
    headers = {"Prefer": "return=representation"}
    return await client.patch(ADA, json={"City": "Bergen"}, params={"validFor": valid_for}, headers=headers)


@pytest.mark.parametrize(
    ("words", "until", "until_refresh"),
    [
        ("4 hours", "2026-11-23T16:00:00.000000Z", False),
        ("end of day", "2026-11-23T23:00:00.000000Z", False),
        ("until next refresh", "2026-12-23T12:00:00.000000Z", True),
    ],
)
async def test_the_answer_names_the_instant_or_the_refresh(
    client: httpx.AsyncClient, words: str, until: str, until_refresh: bool
) -> None:
    put = await client.put(AT, json=definition() | {"timeZone": "Europe/Oslo"})
    assert put.status_code == 200, put.text
    answer = await sent(client, words)
    receipt = answer.json()["receipt"]
    assert (receipt["validUntil"], receipt.get("untilRefresh", False)) == (until, until_refresh)
    assert answer.headers["x-ms-valid-until"] == until
    assert answer.headers.get("x-ms-until-refresh") == ("true" if until_refresh else None)
    explained = (await client.get(ADA, params={"explain": "true"})).json()["@explain"]["City"]
    assert (explained["validUntil"], explained["untilRefresh"]) == (until, until_refresh)
    (update,) = (await client.get(f"{ADA}/updates")).json()["value"]
    assert update["untilRefresh"] == until_refresh


async def test_a_time_zone_that_does_not_exist_is_refused(client: httpx.AsyncClient) -> None:
    for zone in ("Europe/Bergen", "../etc/passwd", "UTC+1"):
        answer = await client.put(AT, json=definition() | {"timeZone": zone})
        assert (answer.status_code, answer.json()["target"]) == (400, "/timeZone"), answer.text


async def test_an_activity_does_not_wait_for_a_refresh(client: httpx.AsyncClient) -> None:
    record = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Other"}

    async def post(words: str) -> Any:
        return await client.post(f"{AT}/data/UnifiedActivity", json=record, params={"validFor": words})

    refused = await post("until next refresh")
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "InvalidDuration")
    created = await post("end of day")
    assert created.json()["value"]["validUntil"] == "2026-11-24T00:00:00.000000Z"


async def test_the_designers_list_has_what_the_instance_allows(client: httpx.AsyncClient) -> None:
    await client.put(AT, json=definition() | {"timeZone": "Asia/Seoul", "validity": {"maximum": "PT8H"}})
    body = (await client.get(f"{AT}/lifetimes")).json()
    offered = body["updates"]
    assert {"lifetime": "end of day", "title": "End of day (Asia/Seoul)"} in offered
    assert [one["lifetime"] for one in offered][:5] == ["15 minutes", "30 minutes", "1 hour", "4 hours", "8 hours"]
    assert body["activities"] == [one for one in offered if one["lifetime"] != "until next refresh"]
    assert body["defaults"] == {"update": "4 hours", "activity": "8 hours"}


async def test_the_designers_list_has_the_defaults_of_the_instance_and_takes_them_back(
    client: httpx.AsyncClient,
) -> None:
    validity = {"update": "PT36H", "activity": "PT90S", "maximum": "P7D"}
    await client.put(AT, json=definition() | {"validity": validity})
    body = (await client.get(f"{AT}/lifetimes")).json()
    assert body["defaults"] == {"update": "36 hours", "activity": "PT1M30S"}
    titles = [one["title"] for one in body["updates"]]
    assert titles[:3] == ["PT1M30S", "15 minutes", "30 minutes"]
    assert titles[6:10] == ["1 day", "36 hours", "3 days", "7 days"]
    for one in body["updates"]:
        assert (await sent(client, one["lifetime"])).status_code == 200, one
