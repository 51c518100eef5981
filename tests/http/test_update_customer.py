from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from support import INSTANCE, NOW, Clock

from function_app.services.services import Services

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
ADA = f"{CUSTOMERS}/ada"
WHOLE = {"Prefer": "return=representation"}
FOUR_HOURS_ON = "2026-11-23T16:00:00.000000Z"


def repeated(update_id: str) -> dict[str, str]:
    return {**WHOLE, "Repeatability-Request-ID": update_id}


async def shown(client: httpx.AsyncClient, address: str = ADA) -> dict[str, Any]:
    answer = await client.get(address)
    assert answer.status_code == 200
    profile: dict[str, Any] = answer.json()
    return profile


async def test_an_update_is_answered_204_with_its_id_and_its_end(client: httpx.AsyncClient) -> None:
    answer = await client.patch(ADA, json={"City": "Bergen"})
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["x-ms-valid-until"] == FOUR_HOURS_ON
    assert answer.headers["x-ms-update-id"]
    assert (await shown(client))["City"] == "Bergen"


async def test_updates_without_an_id_get_unique_ids(client: httpx.AsyncClient) -> None:
    ids = [(await client.patch(ADA, json={"City": "Bergen"})).headers["x-ms-update-id"] for _ in range(3)]
    assert len(set(ids)) == 3


async def test_an_update_changes_what_it_names_of_its_customer_and_nothing_else(client: httpx.AsyncClient) -> None:
    before, bob = await shown(client), await shown(client, f"{CUSTOMERS}/bob")
    await client.patch(ADA, json={"City": "Bergen", "OptIn": True})
    assert await shown(client) == before | {"City": "Bergen", "OptIn": True}
    assert await shown(client, f"{CUSTOMERS}/bob") == bob


@pytest.mark.parametrize(
    "prefer",
    [
        "return=representation",
        "RETURN=Representation",
        "respond-async, return=representation",
        "return=representation; odata.metadata=none",
        "return = representation",
    ],
)
async def test_a_caller_that_prefers_it_gets_the_merged_profile_and_the_receipt(
    client: httpx.AsyncClient, prefer: str
) -> None:
    answer = await client.patch(ADA, json={"City": "Bergen"}, headers={"Prefer": prefer})
    assert answer.status_code == 200
    assert answer.headers["Preference-Applied"] == "return=representation"
    assert answer.json() == {
        "customer": await shown(client),
        "receipt": {
            "updateId": answer.headers["x-ms-update-id"],
            "outcome": "applied",
            "validUntil": FOUR_HOURS_ON,
            "attributes": {"City": "applied"},
        },
    }
    assert answer.json()["customer"]["City"] == "Bergen"


@pytest.mark.parametrize("prefer", ["return=minimal", "representation", "wait=10"])
async def test_other_preferences_are_answered_204(client: httpx.AsyncClient, prefer: str) -> None:
    assert (await client.patch(ADA, json={"City": "Bergen"}, headers={"Prefer": prefer})).status_code == 204


@pytest.mark.parametrize(
    "media", ["application/json-patch+json; charset=utf-8", "application/json", "Application/JSON;charset=UTF-8"]
)
@pytest.mark.parametrize("times", [1, 2])
async def test_a_body_is_read_encoded_once_or_twice(client: httpx.AsyncClient, media: str, times: int) -> None:
    body: Any = {"City": 'Bergen "Vågen" 김 😀', "Points": 5}
    content = json.dumps(body) if times == 1 else json.dumps(json.dumps(body))
    answer = await client.patch(ADA, content=content.encode(), headers={"Content-Type": media})
    assert answer.status_code == 204
    profile = await shown(client)
    assert (profile["City"], profile["Points"]) == ('Bergen "Vågen" 김 😀', 5)


async def test_the_default_end_is_four_hours_on_exact_to_the_microsecond(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    clock.advance(hours=4, microseconds=-1)
    assert (await shown(client))["City"] == "Bergen"
    clock.advance(microseconds=1)
    assert (await shown(client))["City"] == "Oslo"


@pytest.mark.parametrize(
    ("wish", "end"),
    [
        ({"validUntil": "2026-11-23T12:00:01Z"}, "2026-11-23T12:00:01.000000Z"),
        ({"validUntil": "2026-11-23T14:00:00.0000005+01:00"}, "2026-11-23T13:00:00.000000Z"),
        ({"validUntil": "2026-11-23T12:00:00.1234567Z"}, "2026-11-23T12:00:00.123456Z"),
        ({"validUntil": "2026-12-23T12:00:00Z"}, "2026-12-23T12:00:00.000000Z"),
        ({"validFor": "PT90M"}, "2026-11-23T13:30:00.000000Z"),
        ({"validFor": "P30D"}, "2026-12-23T12:00:00.000000Z"),
        ({"validFor": "PT1S"}, "2026-11-23T12:00:01.000000Z"),
    ],
)
async def test_an_update_lives_as_long_as_its_sender_says(
    client: httpx.AsyncClient, clock: Clock, wish: dict[str, str], end: str
) -> None:
    answer = await client.patch(ADA, json={"City": "Bergen"}, params=wish)
    assert (answer.status_code, answer.headers["x-ms-valid-until"]) == (204, end)
    ends = NOW.fromisoformat(end)
    clock.advance(microseconds=(ends - clock.now) / (NOW.resolution) - 1)
    assert (await shown(client))["City"] == "Bergen"
    clock.now = ends
    assert (await shown(client))["City"] == "Oslo"


async def test_a_longer_update_shows_again_when_a_shorter_newer_one_ends(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    await client.patch(ADA, json={"City": "Moss"}, params={"validFor": "PT2H"})
    clock.advance(minutes=1)
    await client.patch(ADA, json={"City": "Bergen"}, params={"validFor": "PT1H"})
    seen = [(await shown(client))["City"]]
    for minutes in (60, 59):
        clock.advance(minutes=minutes)
        seen.append((await shown(client))["City"])
    assert seen == ["Bergen", "Moss", "Oslo"]


@pytest.mark.parametrize(
    "number",
    [
        "9007199254740993",
        "-9007199254740993",
        "9007199254740993.0",
        "12345678901234567.89",
        "1e-400",
        "1e999",
        "0.12345678901234567",
    ],
)
async def test_a_number_that_a_double_cannot_hold_is_refused_and_nothing_is_rounded(
    client: httpx.AsyncClient, number: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.patch(ADA, content=f'{{"Value": {number}}}', headers=headers)
    assert (answer.status_code, answer.json()["errorCode"]) in [(400, "OutOfRange"), (400, "MalformedJson")]
    assert (await shown(client))["Value"] is None


@pytest.mark.parametrize("number", ["9007199254740992", "123456789012.345", "0.1", "1e20", "-0.000001", "100.00"])
async def test_a_number_that_a_double_holds_is_answered_as_it_was_sent(client: httpx.AsyncClient, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await client.patch(ADA, content=f'{{"Value": {number}}}', headers=headers)).status_code == 204
    assert Decimal(str((await shown(client))["Value"])) == Decimal(number)


async def test_null_shows_nothing_until_it_ends(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.patch(ADA, json={"City": None})
    profile = await shown(client)
    assert profile["City"] is None
    assert profile["Points"] == 1
    clock.advance(hours=4)
    assert (await shown(client))["City"] == "Oslo"


async def test_a_late_older_update_never_hides_a_newer_one(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"}, params={"occurredAt": "2026-11-23T11:00:00Z"})
    late = {"occurredAt": "2026-11-23T11:59:59.999999+01:00"}
    answer = await client.patch(ADA, json={"City": "Moss"}, params=late, headers=WHOLE)
    assert answer.json()["receipt"]["outcome"] == "superseded"
    assert answer.json()["receipt"]["attributes"] == {"City": "superseded"}
    assert answer.json()["customer"]["City"] == "Bergen"
    assert (await shown(client))["City"] == "Bergen"


async def test_an_update_superseded_in_part_is_applied_and_says_which_part(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"})
    late = {"occurredAt": "2026-11-23T11:00:00Z"}
    answer = await client.patch(ADA, json={"City": "Moss", "Points": 9}, params=late, headers=WHOLE)
    receipt = answer.json()["receipt"]
    assert receipt["outcome"] == "applied"
    assert receipt["attributes"] == {"City": "superseded", "Points": "applied"}
    assert (await shown(client)) | {"City": "Bergen", "Points": 9} == await shown(client)


async def test_occurred_at_may_lie_five_minutes_ahead(client: httpx.AsyncClient) -> None:
    ahead = await client.patch(ADA, json={"City": "Bergen"}, params={"occurredAt": "2026-11-23T12:05:00Z"})
    assert ahead.status_code == 204
    beyond = await client.patch(ADA, json={"City": "Moss"}, params={"occurredAt": "2026-11-23T12:05:00.000001Z"})
    assert (beyond.status_code, beyond.json()["errorCode"]) == (400, "OccurredInFuture")


async def test_a_retry_is_answered_as_the_first_time_and_changes_nothing(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    first = await client.patch(ADA, json={"City": "Bergen", "Points": 2}, headers=repeated("flow/1 #42"))
    clock.advance(hours=1)
    again = await client.patch(ADA, json={"Points": 2, "City": "Bergen"}, headers=repeated("flow/1 #42"))
    assert again.status_code == 200
    assert first.json()["receipt"]["outcome"] == "applied"
    assert again.json() == {**first.json(), "receipt": {**first.json()["receipt"], "outcome": "duplicate"}}
    assert again.headers["x-ms-update-id"] == "flow/1 #42"
    assert again.headers["x-ms-valid-until"] == FOUR_HOURS_ON
    fed = await services.store.feed.read_received(INSTANCE, "", clock() + timedelta(days=1), 9)
    assert len(fed) == 1


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ({}, {"City": "Moss"}),
        ({}, {"City": "Bergen", "Points": 1}),
        ({}, {"City": None}),
        ({"validFor": "PT1H"}, {"City": "Bergen"}),
        ({"occurredAt": "2026-11-23T11:00:00Z"}, {"City": "Bergen"}),
    ],
)
async def test_the_same_id_with_other_content_is_a_conflict(
    client: httpx.AsyncClient, params: dict[str, str], body: dict[str, Any]
) -> None:
    await client.patch(ADA, json={"City": "Bergen"}, headers=repeated("one"))
    before = await shown(client)
    answer = await client.patch(ADA, json=body, params=params, headers=repeated("one"))
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "RepeatedWithOtherContent")
    assert await shown(client) == before


async def test_an_id_belongs_to_one_customer(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"}, headers=repeated("one"))
    answer = await client.patch(f"{CUSTOMERS}/bob", json={"City": "Moss"}, headers=repeated("one"))
    assert answer.json()["receipt"]["outcome"] == "applied"


async def test_after_its_end_an_id_is_free_again(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.patch(ADA, json={"City": "Bergen"}, headers=repeated("one"))
    clock.advance(hours=4)
    answer = await client.patch(ADA, json={"City": "Moss"}, headers=repeated("one"))
    assert answer.json()["receipt"]["outcome"] == "applied"
    assert (await shown(client))["City"] == "Moss"


async def test_of_many_at_once_with_one_id_one_is_applied_and_the_others_are_duplicates(
    client: httpx.AsyncClient,
) -> None:
    tries = [client.patch(ADA, json={"City": "Bergen"}, headers=repeated("one")) for _ in range(8)]
    answers = [answer.json() for answer in await asyncio.gather(*tries)]
    assert sorted(answer["receipt"]["outcome"] for answer in answers) == ["applied"] + ["duplicate"] * 7
    assert [answer["customer"]["City"] for answer in answers] == ["Bergen"] * 8
    assert [answer["receipt"]["attributes"] for answer in answers] == [{"City": "applied"}] * 8
