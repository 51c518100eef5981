from __future__ import annotations

import httpx
import pytest
from support import INSTANCE, Clock

BASE = f"instances/{INSTANCE}"
ADA = f"{BASE}/data/Customer/ada"
EVENT = {"CustomerId": "ada", "ActivityId": "e1", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}
READS = {
    "profile": (ADA, {}),
    "explained profile": (ADA, {"explain": "true"}),
    "timeline": (f"{BASE}/profile/timeline", {"customerId": "ada"}),
}


async def tag(client: httpx.AsyncClient, read: str) -> str:
    path, query = READS[read]
    answer = await client.get(path, params=query)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    found: str = answer.headers["ETag"]
    return found


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
async def test_a_caller_with_the_current_tag_gets_no_body(client: httpx.AsyncClient, read: str, form: str) -> None:
    path, query = READS[read]
    known = await tag(client, read)
    answer = await client.get(path, params=query, headers={"If-None-Match": form.format(known)})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", known)
    assert not {"content-type", "content-length"} & set(answer.headers)


@pytest.mark.parametrize("read", READS)
async def test_a_caller_with_another_tag_gets_the_body(client: httpx.AsyncClient, read: str) -> None:
    path, query = READS[read]
    answer = await client.get(path, params=query, headers={"If-None-Match": '"other"'})
    assert answer.status_code == 200
    assert answer.json()


async def test_the_tag_of_a_profile_changes_with_what_is_shown_and_by_expiry(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    plain, explained = await tag(client, "profile"), await tag(client, "explained profile")
    await client.patch(ADA, json={"City": "Oslo"}, params={"validFor": "PT1H"})
    assert await tag(client, "profile") == plain, "the live value is the source's"
    assert await tag(client, "explained profile") != explained
    clock.advance(minutes=1)
    await client.patch(ADA, json={"City": "Bergen"}, params={"validFor": "PT2H"})
    changed = await tag(client, "profile")
    assert changed != plain
    clock.advance(hours=2, microseconds=-1)
    assert await tag(client, "profile") == changed
    clock.advance(microseconds=1)
    assert (await tag(client, "profile"), await tag(client, "explained profile")) == (plain, explained)


async def test_the_tag_of_a_timeline_changes_with_an_activity_and_its_expiry(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    empty = await tag(client, "timeline")
    await client.post(f"{BASE}/data/UnifiedActivity", json=EVENT, params={"validFor": "PT1H"})
    filled = await tag(client, "timeline")
    await client.patch(ADA, json={"City": "Bergen"})
    assert filled == await tag(client, "timeline") != empty
    clock.advance(hours=1)
    assert await tag(client, "timeline") == empty


async def test_a_removed_customer_is_404_whatever_tag_the_caller_has(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{BASE}/data/Customer/nobody", headers={"If-None-Match": "*"})
    assert answer.status_code == 404


async def test_a_read_without_change_is_counted_as_one(client: httpx.AsyncClient) -> None:
    await client.get(ADA, headers={"If-None-Match": await tag(client, "profile")})
    rows = (await client.get(f"{BASE}/usage", params={"groupBy": "result"})).json()["rows"]
    assert {row["result"]: (row["count"], row["failures"]) for row in rows} == {200: (1, 0), 304: (1, 0)}
