"""A definition with new types: before the next refresh, with it, and after."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition
from support.refreshing import ADA, BOB, Write, counted, patch, read, refresh

from function_app.services.services import Services


async def retype(services: Services, clock: Clock, **types: str | None) -> None:
    """Define the instance again with other types of some attributes, without those of None."""
    changed: dict[str, Any] = definition() | {"refresh": {"mostRemoved": 1}}
    customer = changed["entities"][0]
    kept = [each for each in customer["attributes"] if types.get(each["name"], "") is not None]
    customer["attributes"] = [each | {"dataType": types.get(each["name"], each["dataType"])} for each in kept]
    for each in customer["attributes"]:
        if each["name"] in types:
            each.pop("maxLength", None)
    await services.instances.define(INSTANCE, changed, clock())


async def ordered(client: httpx.AsyncClient, name: str) -> list[tuple[str, Any]]:
    answer = await client.get(f"/instances/{INSTANCE}/data/Customer", params={"$orderby": f"{name} desc"})
    assert answer.status_code == 200, answer.text
    return [(row["CustomerId"], row[name]) for row in answer.json()["value"]]


async def test_values_of_a_new_type_show_from_the_next_refresh_on(
    client: httpx.AsyncClient, services: Services, clock: Clock, write: Write
) -> None:
    write("Customer", ADA, BOB | {"Points": "30"})
    await refresh(client)
    assert await ordered(client, "Points") == [("bob", 30), ("ada", 7)]
    await retype(services, clock, Points="Edm.String")
    assert await ordered(client, "Points") == [("bob", None), ("ada", None)]
    job = await refresh(client)
    assert counted(job, "rows", "written", "unchanged") == [2, 2, 0]
    assert await ordered(client, "Points") == [("ada", "7"), ("bob", "30")]
    assert counted(await refresh(client), "rows", "written", "unchanged") == [2, 0, 2]


@pytest.mark.parametrize("data_type", ["Edm.Date", "Edm.Int32"])
async def test_a_value_without_a_column_is_kept_only_if_it_fits(
    client: httpx.AsyncClient, services: Services, clock: Clock, write: Write, data_type: str
) -> None:
    write("Customer", ADA | {"FullName": "2000-02-29"}, BOB | {"FullName": "hello"})
    await refresh(client)
    write("Customer", {"CustomerId": "ada", "City": "Oslo"}, {"CustomerId": "bob", "City": "Molde"})
    await retype(services, clock, FullName=data_type)
    await refresh(client)
    fits = data_type == "Edm.Date"
    assert (await read(client, "ada"))["FullName"] == ("2000-02-29" if fits else None)
    assert [value for _, value in await ordered(client, "FullName")] == (["2000-02-29", None] if fits else [None, None])


async def test_an_attribute_that_was_removed_is_not_named_among_landed_ones(
    client: httpx.AsyncClient, services: Services, clock: Clock, write: Write
) -> None:
    write("Customer", ADA)
    await refresh(client)
    await patch(client, "ada", FullName=None)
    await patch(client, "ada", Tier=None, City="Oslo")
    await retype(services, clock, FullName=None, Tier=None)
    job = await refresh(client)
    assert [update["attributes"] for update in job["landed"]["updates"]] == [["City"]]
