"""Fields are cleared by their names, because formulas can not send null."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock

from function_app.domain.feed import TRAILS

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
ADA = f"{CUSTOMERS}/ada"
UPDATED = f"/instances/{INSTANCE}/triggers/updatedprofiles"
WHOLE = {"Prefer": "return=representation"}


async def refused(client: httpx.AsyncClient, clear: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    answer = await client.patch(ADA, params={"clear": clear}, json=body)
    assert answer.status_code == 400, answer.text
    assert (await client.get(ADA)).json()["City"] == "Oslo"
    return [(fault["errorCode"], fault["target"]) for fault in answer.json()["details"]]


async def test_a_cleared_field_is_null_until_the_update_expires(client: httpx.AsyncClient, clock: Clock) -> None:
    answer = await client.patch(ADA, params={"clear": "City"}, json={}, headers=WHOLE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["customer"]["City"] is None
    assert answer.json()["receipt"]["attributes"] == {"City": "applied"}
    explained = (await client.get(ADA, params={"explain": "true"})).json()
    assert (explained["City"], explained["@explain"]["City"]["source"]) == (None, "Oslo")
    clock.advance(hours=4)
    assert (await client.get(ADA)).json()["City"] == "Oslo"


async def test_fields_are_cleared_and_changed_by_one_update(client: httpx.AsyncClient) -> None:
    answer = await client.patch(ADA, params={"clear": "City, Points"}, json={"OptIn": True}, headers=WHOLE)
    assert answer.json()["receipt"]["attributes"] == dict.fromkeys(("City", "Points", "OptIn"), "applied")
    found = answer.json()["customer"]
    assert (found["City"], found["Points"], found["OptIn"]) == (None, None, True)


async def test_fields_are_cleared_without_a_body(client: httpx.AsyncClient) -> None:
    assert (await client.request("PATCH", ADA, params={"clear": "City"})).status_code == 204
    assert (await client.get(ADA)).json()["City"] is None
    nothing = await client.request("PATCH", ADA)
    assert (nothing.status_code, nothing.json()["errorCode"]) == (400, "EmptyBody")


@pytest.mark.parametrize(
    ("clear", "body", "faults"),
    [
        ("City", {"City": "Bergen"}, [("ClearedWithValue", "clear")]),
        ("City", {"City": ""}, [("ClearedWithValue", "clear")]),
        ("Cty", {}, [("UnknownAttribute", "clear")]),
        ("CustomerId", {}, [("KeyAttribute", "clear")]),
        (
            "City,Cty",
            {"City": "Bergen", "Ponts": 1},
            [
                ("UnknownAttribute", "clear"),
                ("UnknownAttribute", "/Ponts"),
                ("ClearedWithValue", "clear"),
            ],
        ),
        ("City,,Points", {}, [("InvalidParameter", "clear")]),
    ],
)
async def test_a_field_that_can_not_be_cleared_is_refused_by_name(
    client: httpx.AsyncClient, clear: str, body: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    assert await refused(client, clear, body) == faults


@pytest.mark.parametrize("body", [{"City": None}, {"City": None, "Points": ""}])
async def test_a_field_to_clear_may_be_empty_in_the_body(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await client.patch(ADA, params={"clear": "City,Points"}, json=body)).status_code == 204
    found = (await client.get(ADA)).json()
    assert (found["City"], found["Points"]) == (None, None)


async def test_a_retry_clears_the_same_fields_and_another_list_conflicts(client: httpx.AsyncClient) -> None:
    headers = {**WHOLE, "Repeatability-Request-ID": "r1"}

    async def outcome(clear: str) -> str:
        answer = await client.patch(ADA, params={"clear": clear}, json={"OptIn": True}, headers=headers)
        body = answer.json()
        return str(body["receipt"]["outcome"] if answer.status_code == 200 else body["errorCode"])

    assert [await outcome(clear) for clear in ("City", "City", "City,Points")] == [
        "applied",
        "duplicate",
        "RepeatedWithOtherContent",
    ]


async def test_each_item_of_a_batch_clears_its_own_fields(client: httpx.AsyncClient) -> None:
    items: list[Any] = [
        {"CustomerId": "ada", "clear": ["City"], "Points": 5},
        {"CustomerId": "bob", "clear": ["City"]},
        {"CustomerId": "eve", "clear": [], "Points": 7},
        {"CustomerId": "eve", "clear": "City"},
        {"CustomerId": "eve", "clear": ["City", 1]},
        {"CustomerId": "eve", "clear": ["Points"], "Points": 7},
        {"CustomerId": "eve", "clear": ["Cty"]},
        {"CustomerId": "eve", "clear": []},
    ]
    results = (await client.post(f"{CUSTOMERS}/batch", json={"items": items})).json()["value"]
    assert [result.get("outcome") or (result["errorCode"], result["details"][0]["target"]) for result in results] == [
        "applied",
        "applied",
        "applied",
        ("WrongType", "/clear"),
        ("WrongType", "/clear"),
        ("ClearedWithValue", "/clear"),
        ("UnknownAttribute", "/clear"),
        ("EmptyBody", ""),
    ]
    ada, bob = [(await client.get(f"{CUSTOMERS}/{name}")).json() for name in ("ada", "bob")]
    assert (ada["City"], ada["Points"], bob["City"]) == (None, 5, None)


async def test_a_trigger_returns_a_cleared_field_as_null(client: httpx.AsyncClient, clock: Clock) -> None:
    state = {"state": (await client.get(UPDATED)).json()["state"]}
    await client.patch(ADA, params={"clear": "City"}, json={})
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    told = (await client.get(UPDATED, params=state)).json()["value"]
    assert [event["fields"] for event in told] == [{"City": None}]
