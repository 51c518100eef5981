"""Values of live updates that a refresh brings: each lands by itself, once, and then the source shows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from shutil import rmtree

import httpx
import pytest
from support import INSTANCE, Clock
from support.refreshing import ADA, SALE, Write, patch, read, refresh

from function_app.domain.job import Task
from function_app.errors import Unavailable
from function_app.services.services import Services

AT = f"/instances/{INSTANCE}"


async def test_each_attribute_lands_once_and_the_source_shows_from_then_on(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    await refresh(client)
    await patch(client, "ada", City="Molde", Points=8)

    async def landed(city: str, points: str) -> list[list[str]]:
        write("Customer", ADA | {"City": city, "Points": points})
        return [update["attributes"] for update in (await refresh(client))["landed"]["updates"]]

    assert await landed("Molde", "1") == [["City"]]
    assert await landed("Molde", "1") == []
    assert await landed("Newer", "1") == []
    shown = await read(client, "ada")
    assert (shown["City"], shown["Points"]) == ("Newer", 8)
    assert await landed("Newer", "8") == [["Points"]]
    listed = (await client.get(f"{AT}/updates", params={"landed": "true"})).json()["value"]
    assert [[one["name"] for one in update["attributes"]] for update in listed] == [["City", "Points"]]


async def test_what_a_failed_attempt_landed_is_reported_by_the_next(
    client: httpx.AsyncClient, services: Services, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA)
    await refresh(client)
    await patch(client, "ada", City="Molde")
    write("Customer", ADA | {"City": "Molde"})
    write_tasks, tries = services.store.control.write_tasks, list[Task]()

    async def fails_once(instance_id: str, tasks: Collection[Task], now: datetime) -> None:
        (task, *_) = tasks
        if task.work == "finish" and task.done and not tries:
            tries.append(task)
            raise Unavailable
        await write_tasks(instance_id, tasks, now)

    monkeypatch.setattr(services.store.control, "write_tasks", fails_once)
    job = await refresh(client)
    assert tries
    assert (job["landed"]["count"], [one["attributes"] for one in job["landed"]["updates"]]) == (1, [["City"]])


async def test_a_contradicted_value_still_shows_and_says_so(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    await refresh(client)
    await patch(client, "ada", City="Molde", Points=8)
    write("Customer", ADA | {"City": "Narvik"})
    job = await refresh(client)
    assert (job["progress"]["contradicted"], job["landed"]["count"]) == (1, 0)
    explained = (await client.get(f"{AT}/data/Customer/ada", params={"explain": "true"})).json()
    assert explained["City"] == "Molde"
    assert {name: one["contradicted"] for name, one in explained["@explain"].items()} == {"City": True, "Points": False}
    (update,) = (await client.get(f"{AT}/data/Customer/ada/updates")).json()["value"]
    assert {one["name"]: (one["state"], one["source"]) for one in update["attributes"]} == {
        "City": ("contradicted", "Narvik"),
        "Points": ("shows", 7),
    }


async def test_a_refresh_without_customers_lands_nothing(
    client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    write("Customer", ADA)
    await refresh(client)
    await patch(client, "ada", City="Oslo")
    rmtree(tmp_path / "snapshots" / INSTANCE / "Customer")
    write("Shop_Purchases", SALE)
    assert (await refresh(client))["landed"]["count"] == 0
    write("Customer", ADA)
    assert (await refresh(client))["landed"]["count"] == 1


async def test_an_update_until_the_next_refresh_ends_with_one_that_began_after_it(
    client: httpx.AsyncClient, clock: Clock, write: Write
) -> None:
    write("Customer", ADA)
    await refresh(client)
    lifetime, body = {"validFor": "until next refresh"}, {"City": "Molde", "Points": 9}
    assert (await client.patch(f"{AT}/data/Customer/ada", params=lifetime, json=body)).status_code == 204
    await refresh(client)  # at the same instant, so it did not begin after the update
    assert (await read(client, "ada"))["City"] == "Molde"
    clock.advance(seconds=1)
    write("Customer", ADA | {"Points": "9"})
    job = await refresh(client)
    assert (await read(client, "ada"))["City"] == "Oslo"
    assert [update["attributes"] for update in job["landed"]["updates"]] == [["Points"]]
    (update,) = (await client.get(f"{AT}/data/Customer/ada/updates")).json()["value"]
    assert {one["name"]: one["state"] for one in update["attributes"]} == {"City": "ended", "Points": "landed"}
