from __future__ import annotations

import csv
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import SHARED, Clock, host_over, refresh

from function_app.local.load import copy_snapshots
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

SOURCE = SHARED / "data" / "northwind" / "customers.csv"
NORTHWIND = "33333333-3333-4333-8333-333333333333"
CUSTOMERS = f"/instances/{NORTHWIND}/data/Customer"
LENGTHS = {
    "CompanyName": 40,
    "ContactName": 30,
    "ContactTitle": 30,
    "Address": 60,
    "City": 15,
    "Region": 15,
    "PostalCode": 10,
    "Country": 15,
    "Phone": 24,
    "Fax": 24,
}
DEFINITION = {
    "name": "Northwind",
    "validity": {"update": "PT2H"},
    "entities": [
        {
            "name": "Customer",
            "entityType": "profile",
            "keys": [["CustomerId"]],
            "attributes": [
                {"name": "CustomerId", "dataType": "Edm.String", "maxLength": 5},
                *({"name": name, "dataType": "Edm.String", "maxLength": most} for name, most in LENGTHS.items()),
            ],
        }
    ],
}
Northwind = tuple[httpx.AsyncClient, dict[str, dict[str, Any]]]

pytestmark = pytest.mark.skipif(not SOURCE.exists(), reason=f"the Northwind data is not at {SOURCE}")


def source_rows() -> list[dict[str, str]]:
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        return [{"CustomerId": row.pop("CustomerID"), **row} for row in csv.DictReader(lines)]


def folder_of(folder: Path) -> Path:
    """The customers as a folder of snapshots."""
    (folder / "Customer").mkdir(parents=True)
    with (folder / "Customer" / "part-1.csv").open("w", encoding="utf-8", newline="") as lines:
        part = csv.DictWriter(lines, ["CustomerId", *LENGTHS])
        part.writeheader()
        part.writerows(source_rows())
    return folder


@pytest.fixture
async def northwind(tmp_path: Path, clock: Clock) -> AsyncIterator[Northwind]:
    """A host with Northwind's customers, and their expected profiles: empty fields are null."""
    copy_snapshots(folder_of(tmp_path / "northwind"), tmp_path / "snapshots", NORTHWIND)
    snapshots = Snapshots(str(tmp_path / "snapshots"))
    async with host_over(EmbeddedStore(tmp_path / "data"), clock, snapshots=snapshots) as (client, _):
        assert (await client.put(f"/instances/{NORTHWIND}", json=DEFINITION)).status_code == 201
        assert (await refresh(client, NORTHWIND))["jobStatus"] == "successful"
        expected = {row["CustomerId"]: {name: text or None for name, text in row.items()} for row in source_rows()}
        yield client, expected


async def listed(client: httpx.AsyncClient, **options: Any) -> dict[str, Any]:
    answer = await client.get(CUSTOMERS, params={f"${name}": value for name, value in options.items()})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def matching(client: httpx.AsyncClient, text: str) -> list[str]:
    return [row["CustomerId"] for row in (await listed(client, filter=text))["value"]]


async def test_every_customer_is_updated_read_filtered_and_expires(northwind: Northwind, clock: Clock) -> None:
    client, source = northwind
    assert len(source) == 91
    for number, (customer_id, before) in enumerate(source.items()):
        address = f"{CUSTOMERS}/{customer_id}"
        assert (await client.get(address)).json() == before
        changes = {"City": f"Åsgård {number}", "ContactName": "Núñez O'Brien", "Fax": None}
        answer = await client.patch(address, json=changes)
        assert answer.status_code == 204, answer.text
        assert (await client.get(address)).json() == before | changes

    for number, (customer_id, before) in enumerate(source.items()):
        assert await matching(client, f"City eq 'Åsgård {number}'") == [customer_id]
        old_city = str(before["City"]).replace("'", "''")
        assert customer_id not in await matching(client, f"City eq '{old_city}'")
    live = await listed(client, filter="startswith(City, 'Åsgård') and ContactName eq 'Núñez O''Brien'", count="true")
    assert live["@odata.count"] == 91
    assert len(await matching(client, "Fax eq null")) == 91

    clock.advance(hours=2, microseconds=-1)
    assert len(await matching(client, "startswith(City, 'Åsgård')")) == 91
    clock.advance(microseconds=1)
    assert await matching(client, "startswith(City, 'Åsgård')") == []
    for customer_id, before in source.items():
        assert (await client.get(f"{CUSTOMERS}/{customer_id}")).json() == before


async def test_the_source_is_found_by_country_as_a_count_of_the_file_says(northwind: Northwind) -> None:
    client, source = northwind
    for country, times in Counter(row["Country"] for row in source.values()).items():
        assert len(await matching(client, f"Country eq '{country}'")) == times
    by_region = [key for key, row in source.items() if row["Region"] is None]
    assert await matching(client, "Region eq null") == sorted(by_region)


async def test_the_source_is_walked_in_order_of_its_texts(northwind: Northwind) -> None:
    client, source = northwind
    found = await listed(client, orderby="CompanyName desc")
    names = [row["CompanyName"] for row in found["value"]]
    while link := found.get("@odata.nextLink"):
        found = (await client.get(link)).json()
        names += [row["CompanyName"] for row in found["value"]]
    assert names == sorted((str(row["CompanyName"]) for row in source.values()), reverse=True)


async def test_the_source_is_searched_without_case(northwind: Northwind) -> None:
    client, source = northwind
    for word in ("méxico", "BERLIN", "gmbh", "o'", "köln"):
        expected = [k for k, row in source.items() if any(word.lower() in str(v).lower() for v in row.values() if v)]
        found = [row["CustomerId"] for row in (await listed(client, search=word))["value"]]
        assert found == sorted(expected)


async def test_a_name_too_long_for_northwind_is_refused(northwind: Northwind) -> None:
    client, source = northwind
    answer = await client.patch(f"{CUSTOMERS}/ALFKI", json={"City": "x" * 16, "CustomerId": "OTHER", "Town": "x"})
    codes = {detail["errorCode"] for detail in answer.json()["details"]}
    assert codes == {"TooLong", "KeyAttribute", "UnknownAttribute"}
    assert (await client.get(f"{CUSTOMERS}/ALFKI")).json() == source["ALFKI"]
