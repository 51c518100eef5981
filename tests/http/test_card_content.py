"""What the card's page polls: profile, origin of live values, and a page of the timeline, in one conditional answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock

CONTENT = f"instances/{INSTANCE}/card/ada/content"
DATA = f"instances/{INSTANCE}/data"


def event(number: int, kind: str = "Order") -> dict[str, Any]:
    time = f"2026-11-01T{number:02}:00:00Z"
    return {"CustomerId": "ada", "ActivityId": f"e{number}", "ActivityTime": time, "ActivityType": kind}


def ids(content: dict[str, Any]) -> list[str]:
    return [each["activity"]["ActivityId"] for each in content["activities"]]


async def test_it_is_the_merged_profile_with_the_origin_of_each_live_value_and_activity(
    client: httpx.AsyncClient,
) -> None:
    await client.patch(f"{DATA}/Customer/ada?caller=flow", json={"City": "Bergen"})
    sent = await client.post(f"{DATA}/UnifiedActivity?caller=shop", json=event(1))
    content = (await client.get(CONTENT)).json()
    explained = (await client.get(f"{DATA}/Customer/ada?explain=true")).json()
    assert content["customer"] | {"@explain": content["explain"]} == explained
    (activity,) = content["activities"]
    assert activity["origin"] == {
        "validUntil": sent.json()["value"]["validUntil"],
        "caller": "shop",
        "principal": content["explain"]["City"]["principal"],
    }


async def test_nothing_is_sent_until_something_of_it_changes(client: httpx.AsyncClient, clock: Clock) -> None:
    update = ("PATCH", f"{DATA}/Customer/ada?validFor=PT1H", {"City": "Bergen"})
    for verb, address, body in (update, ("POST", f"{DATA}/UnifiedActivity", event(1))):
        tag = (await client.get(CONTENT)).headers["ETag"]
        assert (await client.get(CONTENT, headers={"If-None-Match": tag})).status_code == 304
        await client.request(verb, address, json=body)
        assert (await client.get(CONTENT, headers={"If-None-Match": tag})).status_code == 200
    last = (await client.get(CONTENT)).headers["ETag"]
    clock.advance(hours=1)  # the update expires
    assert (await client.get(CONTENT, headers={"If-None-Match": last})).status_code == 200


async def test_activities_are_filtered_and_paged(client: httpx.AsyncClient) -> None:
    items = [event(number, "Order" if number % 2 else "Survey") for number in range(6)]
    await client.post(f"{DATA}/UnifiedActivity/batch", json={"items": items})
    page = (await client.get(CONTENT, params={"activityType": "Order", "$top": "2"})).json()
    assert ids(page) == ["e5", "e3"]
    following = (await client.get(page["@odata.nextLink"])).json()
    assert ids(following) == ["e1"]
    assert "@odata.nextLink" not in following
    times = {"from": "2026-11-01T02:00:00Z", "to": "2026-11-01T04:00:00Z"}
    assert ids((await client.get(CONTENT, params=times)).json()) == ["e3", "e2"]


@pytest.mark.parametrize("path", [CONTENT, f"instances/{INSTANCE}/profile/timeline?customerId=ada"])
async def test_a_first_page_with_a_next_one_is_conditional_and_the_next_one_goes_with_it(
    client: httpx.AsyncClient, path: str
) -> None:
    await client.post(f"{DATA}/UnifiedActivity/batch", json={"items": [event(number) for number in range(3)]})
    page = httpx.URL(path).copy_merge_params({"$top": "2"})
    first = await client.get(page)
    assert (await client.get(page, headers={"If-None-Match": first.headers["ETag"]})).status_code == 304
    again = await client.get(page, headers={"If-None-Match": '"of another day"'})
    assert again.json() == first.json()
    assert (await client.get(again.json()["@odata.nextLink"])).status_code == 200


async def test_an_unknown_customer_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get(CONTENT.replace("ada", "nobody"))
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "CustomerNotFound")
