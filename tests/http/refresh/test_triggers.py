"""The triggers of refreshes: which one ended, and whether the values of updates landed before they expired."""

from __future__ import annotations

from typing import Any

import httpx
from support import INSTANCE, Clock
from support.refreshing import ADA, Write, patch, refresh

TRIGGERS = f"/instances/{INSTANCE}/triggers"


async def poll(client: httpx.AsyncClient, location: str) -> tuple[list[Any], str]:
    answer = await client.get(location)
    assert answer.status_code == (200 if answer.json()["value"] else 202)
    return answer.json()["value"], answer.headers["Location"]


async def test_each_refresh_that_ends_is_returned_once_with_its_counts(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    await refresh(client)
    events, location = await poll(client, f"{TRIGGERS}/endedrefreshes")
    assert events == []
    await patch(client, "ada", City="Molde", Points=8)
    write("Customer", ADA | {"City": "Molde", "Points": "9"})
    jobs = [await refresh(client), await refresh(client)]
    events, location = await poll(client, location)
    assert [event["jobId"] for event in events] == [job["jobId"] for job in jobs]
    assert events[0] == jobs[0] | {"tasks": None}
    assert [events[0]["progress"][count] for count in ("landed", "contradicted")] == [1, 1]
    assert (await poll(client, location))[0] == []


async def test_the_first_refresh_of_an_instance_is_returned(client: httpx.AsyncClient, write: Write) -> None:
    events, location = await poll(client, f"{TRIGGERS}/endedrefreshes")
    assert events == []
    write("Customer", ADA)
    await refresh(client)
    ((event,), _) = await poll(client, location)
    assert (event["jobId"], event["jobStatus"]) == ("00000001", "successful")


async def test_an_expired_update_says_which_of_its_values_landed(
    client: httpx.AsyncClient, clock: Clock, write: Write
) -> None:
    write("Customer", ADA)
    await refresh(client)
    _, location = await poll(client, f"{TRIGGERS}/expiredupdates")
    await patch(client, "ada", City="Molde", Points=8)
    write("Customer", ADA | {"City": "Molde"})
    await refresh(client)
    clock.advance(hours=5)
    ((event,), _) = await poll(client, location)
    assert (event["landedNames"], event["expiredNames"]) == (["City"], ["Points"])
