from __future__ import annotations

import csv
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import SHARED, Clock, host_over, put_customers

from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

SOURCE = SHARED / "data" / "northwind"
NORTHWIND = "33333333-3333-4333-8333-333333333333"
BASE = f"/instances/{NORTHWIND}"
ORDERS = f"{BASE}/data/Northwind_Orders"
DATES = ("OrderDate", "RequiredDate", "ShippedDate")
TEXTS = ("ShipName", "ShipAddress", "ShipCity", "ShipRegion", "ShipPostalCode", "ShipCountry")
DEFINITION: dict[str, Any] = {
    "name": "Northwind",
    "entities": [
        {
            "name": "Customer",
            "entityType": "profile",
            "keys": [["CustomerId"]],
            "attributes": [
                {"name": "CustomerId", "dataType": "Edm.String"},
                {"name": "CompanyName", "dataType": "Edm.String"},
                {"name": "Northwind_Customers_CustomerID", "dataType": "Edm.String", "keyOf": "Northwind_Customers"},
            ],
        },
        {
            "name": "Orders",
            "dataSourceName": "Northwind",
            "entityType": "activity",
            "keys": [["OrderID"]],
            "timestampAttribute": "OrderDate",
            "attributes": [
                *({"name": name, "dataType": "Edm.Int32"} for name in ("OrderID", "EmployeeID", "ShipVia")),
                *({"name": name, "dataType": "Edm.DateTimeOffset"} for name in DATES),
                *({"name": name, "dataType": "Edm.String"} for name in ("CustomerID", *TEXTS)),
                {"name": "Freight", "dataType": "Edm.Decimal"},
            ],
            "activity": {
                "activityType": "SalesOrder",
                "customer": {"attribute": "CustomerID", "entity": "Northwind_Customers"},
                "title": "ShipName",
                "description": "ShipAddress",
            },
        },
    ],
}
Hosted = tuple[httpx.AsyncClient, Services]

pytestmark = pytest.mark.skipif(not SOURCE.exists(), reason=f"the Northwind data is not at {SOURCE}")


def rows(name: str) -> list[dict[str, str]]:
    with (SOURCE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def record(row: dict[str, str]) -> dict[str, Any]:
    """Return an order as its source would post it: its day starts at midnight UTC, empty fields are left out."""
    whole = {name: int(row[name]) for name in ("OrderID", "EmployeeID", "ShipVia")}
    dates = {name: f"{row[name]}T00:00:00Z" for name in DATES if row[name]}
    texts = {name: row[name] for name in ("CustomerID", *TEXTS) if row[name]}
    return {**whole, **dates, **texts, "Freight": float(row["Freight"])}


async def load_customers(services: Services, clock: Clock, customers: list[dict[str, str]]) -> None:
    loaded = [
        {
            "CustomerId": f"unified-{row['CustomerID']}",
            "CompanyName": row["CompanyName"],
            "Northwind_Customers_CustomerID": row["CustomerID"],
        }
        for row in customers
    ]
    await put_customers(services, NORTHWIND, loaded, clock)


@pytest.fixture
async def northwind(tmp_path: Path, clock: Clock) -> AsyncIterator[Hosted]:
    async with host_over(EmbeddedStore(tmp_path / "data"), clock) as (client, services):
        assert (await client.put(BASE, json=DEFINITION)).status_code == 201
        yield client, services


async def post_all(client: httpx.AsyncClient) -> Counter[str]:
    records = [record(row) for row in rows("orders")]
    outcomes: Counter[str] = Counter()
    for start in range(0, len(records), 500):
        answer = await client.post(f"{ORDERS}/batch", json={"items": records[start : start + 500]})
        outcomes.update(result.get("outcome", str(result)) for result in answer.json()["value"])
    return outcomes


async def timelines(client: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for row in rows("customers"):
        query = {"customerId": f"unified-{row['CustomerID']}", "$top": "1000"}
        found[row["CustomerID"]] = (await client.get(f"{BASE}/profile/timeline", params=query)).json()["value"]
    return found


def check(found: dict[str, list[dict[str, Any]]]) -> None:
    ordered = Counter(row["CustomerID"] for row in rows("orders"))
    assert {customer: len(timeline) for customer, timeline in found.items() if timeline} == ordered
    assert found["PARIS"] == found["FISSA"] == []
    for customer, timeline in found.items():
        times = [shown["ActivityTime"] for shown in timeline]
        assert times == sorted(times, reverse=True)
        mine = {row["OrderID"]: row for row in rows("orders") if row["CustomerID"] == customer}
        assert {shown["ActualActivityId"]: shown["ActivityTime"][:10] for shown in timeline} == {
            order: row["OrderDate"] for order, row in mine.items()
        }
        assert all(shown["Title"] == mine[shown["ActualActivityId"]]["ShipName"] for shown in timeline)


async def test_every_order_is_on_its_customers_timeline_at_its_true_date(northwind: Hosted, clock: Clock) -> None:
    client, services = northwind
    await load_customers(services, clock, rows("customers"))
    assert await post_all(client) == {"created": 830}
    check(await timelines(client))
    assert await post_all(client) == {"duplicate": 830}
    check(await timelines(client))
    clock.advance(days=30)
    assert not any((await timelines(client)).values())


async def test_orders_that_come_before_their_customers_wait_and_join(northwind: Hosted, clock: Clock) -> None:
    client, services = northwind
    customers = rows("customers")
    await load_customers(services, clock, customers[:45])
    early = {row["CustomerID"] for row in customers[:45]}
    known = sum(row["CustomerID"] in early for row in rows("orders"))
    assert await post_all(client) == {"created": known, "parked": 830 - known}
    await load_customers(services, clock, customers[45:])
    check(await timelines(client))


async def test_a_single_order_is_posted_found_and_counted(northwind: Hosted, clock: Clock) -> None:
    client, services = northwind
    await load_customers(services, clock, rows("customers"))
    order = record(rows("orders")[0])
    answer = await client.post(ORDERS, json=order)
    assert (answer.status_code, answer.json()["value"]["customerId"]) == (201, "unified-VINET")
    assert (await client.get(f"{ORDERS}/10248")).json()["ActivityTime"] == "1996-07-04T00:00:00.000000Z"
    query = {"dataSourceName": "Northwind", "entityName": "Customers", "key": "VINET"}
    assert (await client.get(f"{BASE}/profile/keyring", params=query)).json()["customerId"] == "unified-VINET"
