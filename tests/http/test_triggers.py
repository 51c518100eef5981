from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock

from function_app.domain.feed import TRAILS

TRIGGERS = f"/instances/{INSTANCE}/triggers"
UPDATED, CREATED = f"{TRIGGERS}/updatedprofiles", f"{TRIGGERS}/createdactivities"
EXPIRED = f"{TRIGGERS}/expiredupdates"
EXPIRING = f"{TRIGGERS}/expiringupdates?within=1%20hour"
LATER = TRAILS.total_seconds() + 1


async def update(client: httpx.AsyncClient, customer_id: str = "ada", valid_for: str = "PT1H") -> None:
    path = f"/instances/{INSTANCE}/data/Customer/{customer_id}"
    answer = await client.patch(path, params={"validFor": valid_for, "caller": "shop"}, json={"City": "Bergen"})
    assert answer.status_code == 204


async def create(client: httpx.AsyncClient, activity_id: str) -> None:
    record = {"CustomerId": "ada", "ActivityId": activity_id, "ActivityTime": "2026-11-23T11:00:00Z"}
    answer = await client.post(f"/instances/{INSTANCE}/data/UnifiedActivity", json=record | {"ActivityType": "Other"})
    assert answer.status_code == 201


async def poll(client: httpx.AsyncClient, location: str) -> tuple[list[Any], str]:
    """Poll a native trigger: return the events and the URL of the next poll."""
    answer = await client.get(location)
    assert answer.status_code in {200, 202}
    assert (answer.status_code == 200) == bool(answer.json()["value"])
    return answer.json()["value"], answer.headers["Location"]


@pytest.mark.parametrize("trigger", [UPDATED, CREATED, EXPIRED, EXPIRING])
async def test_a_new_trigger_returns_no_earlier_events(client: httpx.AsyncClient, clock: Clock, trigger: str) -> None:
    await update(client, valid_for="PT30M" if trigger == EXPIRING else "PT1S")
    await create(client, "x")
    clock.advance(seconds=LATER)
    answer = await client.get(trigger)
    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "60"
    clock.advance(seconds=LATER)
    assert (await poll(client, answer.headers["Location"]))[0] == []


async def test_an_update_is_returned_once_half_a_minute_later(client: httpx.AsyncClient, clock: Clock) -> None:
    _, location = await poll(client, UPDATED)
    await update(client)
    assert (await poll(client, location))[0] == []
    clock.advance(seconds=LATER)
    [event], location = await poll(client, location)
    assert (event["customerId"], event["names"], event["fields"]) == ("ada", ["City"], {"City": "Bergen"})
    assert (event["caller"], event["validUntil"]) == ("shop", "2026-11-23T13:00:00.000000Z")
    clock.advance(seconds=LATER)
    assert (await poll(client, location))[0] == []


async def test_an_end_between_two_polls_is_returned_once(client: httpx.AsyncClient, clock: Clock) -> None:
    await update(client)
    _, location = await poll(client, EXPIRED)
    clock.advance(minutes=60, microseconds=-1)
    events, location = await poll(client, location)
    assert events == []
    clock.advance(hours=5)
    [event], location = await poll(client, location)
    assert (event["customerId"], event["validUntil"]) == ("ada", "2026-11-23T13:00:00.000000Z")
    assert (await poll(client, location))[0] == []


async def test_an_end_is_returned_from_its_instant_on(client: httpx.AsyncClient, clock: Clock) -> None:
    await update(client)
    _, location = await poll(client, EXPIRED)
    clock.advance(hours=1, microseconds=1)
    assert len((await poll(client, location))[0]) == 1


async def test_created_activities_are_returned_as_on_the_timeline(client: httpx.AsyncClient, clock: Clock) -> None:
    _, location = await poll(client, CREATED)
    await create(client, "x")
    clock.advance(seconds=LATER)
    [event], _ = await poll(client, location)
    timeline = await client.get(f"/instances/{INSTANCE}/profile/timeline", params={"customerId": "ada"})
    who = {"caller": None, "principal": {"id": "local", "kind": "user", "name": None}}
    assert event == timeline.json()["value"][0] | who


async def test_more_than_a_page_is_returned_by_polling_again_at_once(client: httpx.AsyncClient, clock: Clock) -> None:
    _, location = await poll(client, UPDATED)
    items = [{"CustomerId": "ada", "Points": n} for n in range(150)]
    await client.post(f"/instances/{INSTANCE}/data/Customer/batch", json={"items": items})
    clock.advance(seconds=LATER)
    first = await client.get(location)
    assert first.headers["Retry-After"] == "0"
    rest, _ = await poll(client, first.headers["Location"])
    points = [event["fields"]["Points"] for event in [*first.json()["value"], *rest]]
    assert points == list(range(150))


async def test_the_state_in_the_body_continues_as_location_does(client: httpx.AsyncClient, clock: Clock) -> None:
    first = await client.get(UPDATED)
    await update(client)
    clock.advance(seconds=LATER)
    by_policy = await client.get(UPDATED, params={"state": first.json()["state"]})
    natively = await client.get(first.headers["Location"])
    assert by_policy.json() == natively.json()
    assert len(by_policy.json()["value"]) == 1


async def test_the_state_of_another_trigger_is_refused(client: httpx.AsyncClient) -> None:
    state = (await client.get(UPDATED)).json()["state"]
    for odd in (state, "x", "ü", "W10"):
        answer = await client.get(EXPIRED, params={"state": odd})
        assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidState")


async def test_each_update_that_will_expire_within_the_span_is_returned_once(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    """Polled each minute, while updates of many lifetimes arrive: those shorter than the span are returned at once."""
    _, location = await poll(client, EXPIRING)
    ends, seen = dict[str, datetime](), dict[str, datetime]()
    for minute in range(300):
        if minute % 10 == 0 and minute < 150:
            lives = timedelta(minutes=(2, 45, 59, 60, 61, 62, 90, 120)[minute // 10 % 8])
            address, query = f"/instances/{INSTANCE}/data/Customer/ada", {"validFor": f"PT{lives.seconds}S"}
            answer = await client.patch(address, params=query, json={"Points": minute})
            ends[answer.headers["x-ms-update-id"]] = clock() + lives
        clock.advance(minutes=1)
        events, location = await poll(client, location)
        for event in events:
            assert event["updateId"] not in seen
            seen[event["updateId"]] = clock()
    assert seen.keys() == ends.keys()
    for update_id, end in ends.items():
        assert timedelta() < end - seen[update_id] <= timedelta(hours=1)


async def test_an_update_that_will_expire_is_returned_with_what_is_left_of_it(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    _, location = await poll(client, EXPIRING)
    ada = f"/instances/{INSTANCE}/data/Customer/ada"
    await client.patch(ada, params={"validFor": "PT50M"}, json={"City": "Bergen", "Points": 7})
    await client.patch(ada, params={"validFor": "PT40M"}, json={"Points": 8})
    await client.patch(ada, params={"validFor": "PT10S"}, json={"City": "Moss"})
    await client.post(f"{ada}/revert", params={"attributes": "Points"})
    clock.advance(seconds=LATER)
    [event], _ = await poll(client, location)
    assert (event["names"], event["fields"]) == (["City"], {"City": "Bergen"})


@pytest.mark.parametrize("asked", [{}, {"within": ""}], ids=["none", "empty"])
async def test_without_a_span_it_is_an_hour(client: httpx.AsyncClient, clock: Clock, asked: dict[str, str]) -> None:
    started = await client.get(f"{TRIGGERS}/expiringupdates", params=asked)
    await client.patch(f"/instances/{INSTANCE}/data/Customer/ada", params={"validFor": "PT2H"}, json={"City": "Bergen"})
    clock.advance(minutes=59)
    events, location = await poll(client, started.headers["Location"])
    assert events == []
    clock.advance(minutes=2)
    [event], _ = await poll(client, location)
    assert event["fields"] == {"City": "Bergen"}


@pytest.mark.parametrize("within", ["soon", "P31D", "PT0S"])
async def test_a_span_must_be_one_of_at_most_a_month(client: httpx.AsyncClient, within: str) -> None:
    answer = await client.get(f"{TRIGGERS}/expiringupdates", params={"within": within})
    assert answer.status_code == 400
    assert answer.json()["target"] == "within"


async def test_an_expired_update_says_what_was_left_of_it(client: httpx.AsyncClient, clock: Clock) -> None:
    _, location = await poll(client, EXPIRED)
    ada = f"/instances/{INSTANCE}/data/Customer/ada"
    await client.patch(ada, params={"validFor": "PT50M"}, json={"City": "Bergen", "Points": 7})
    await client.post(f"{ada}/revert", params={"attributes": "Points"})
    clock.advance(hours=1)
    [event], _ = await poll(client, location)
    assert (event["names"], event["landedNames"], event["expiredNames"]) == (["City", "Points"], [], ["City"])
