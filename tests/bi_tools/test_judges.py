"""Clients of others read the metadata, and page through 10,000 customers and activities."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest
from bi_tools.feed import CITIES, MANY, Feed
from odata import ODataService
from odatapy.client import EdmEnabledODataClient, HttpxTransport
from support import ROOT
from support.process import LONG_S

NPM = ROOT / "tests/bi_tools/npm"
IDS = [f"c{number:05}" for number in range(MANY)]
IN_OSLO = [number for number in range(MANY) if CITIES[number % len(CITIES)] == "Oslo"]


@pytest.fixture(scope="module")
def python_odata(feed: Feed) -> ODataService:
    return ODataService(f"{feed.root}/", reflect_entities=True, quiet_progress=True)


def test_python_odata_finds_the_entity_sets_with_their_types(python_odata: ODataService) -> None:
    assert list(python_odata.entities) == ["Customer", "UnifiedActivity", "Shop_Purchases"]
    customer = python_odata.entities["Customer"]
    assert customer.CustomerId.primary_key
    assert {"CustomerId", "City", "Points", "Value", "BirthDate", "LastVisit"} <= set(dir(customer))


def test_python_odata_pages_through_everything(python_odata: ODataService) -> None:
    sets = python_odata.entities
    assert [row.CustomerId for row in python_odata.query(sets["Customer"])] == IDS
    numbers = [int(row.ActualActivityId[1:]) for row in python_odata.query(sets["UnifiedActivity"])]
    assert numbers == list(range(MANY))[::-1]
    records = list(python_odata.query(sets["Shop_Purchases"]))
    assert [int(row.PurchaseId[1:]) for row in records] == numbers
    assert float(records[0].Amount) == (MANY - 1) / 4


@pytest.mark.parametrize("city", [city for city in CITIES if city])
def test_python_odata_filters_by_every_text(python_odata: ODataService, city: str) -> None:
    customer = python_odata.entities["Customer"]
    query = python_odata.query(customer).filter(customer.City == city).order_by(customer.CustomerId.desc()).limit(3)
    found = [(row.CustomerId, row.City) for row in query]
    of_city = [number for number in range(MANY) if CITIES[number % len(CITIES)] == city]
    assert found == [(f"c{number:05}", city) for number in of_city[:-4:-1]]


def test_python_odata_reads_one_row_by_its_key(python_odata: ODataService) -> None:
    assert python_odata.query(python_odata.entities["Customer"]).get("c00007").FullName == "Name 7"


@pytest.fixture(scope="module")
def odatapy(feed: Feed) -> Iterator[EdmEnabledODataClient]:
    """A client that reads values as the types of the metadata, and fails on any other."""
    with httpx.Client(timeout=LONG_S) as http:
        yield EdmEnabledODataClient(feed.root, HttpxTransport(http))


def test_odatapy_pages_through_everything_by_the_types_of_the_metadata(odatapy: EdmEnabledODataClient) -> None:
    def read(name: str) -> list[dict[str, Any]]:
        return [entity.as_dict() for entity in odatapy.iter_entities(odatapy.entity_set_uri(name))]

    assert list(odatapy.get_service_document().entity_sets) == ["Customer", "UnifiedActivity", "Shop_Purchases"]
    customers = read("Customer")
    assert [row["CustomerId"] for row in customers] == IDS
    assert (customers[7]["BirthDate"], customers[7]["Value"]) == (date(1957, 2, 8), Decimal("0.875"))
    assert customers[7]["LastVisit"] == datetime(2026, 1, 8, 10, 7, 0, 500_000, UTC)
    assert customers[7]["Token"] == uuid5(NAMESPACE_URL, "7")
    numbers = list(range(MANY))[::-1]
    assert [int(row["ActualActivityId"][1:]) for row in read("UnifiedActivity")] == numbers
    assert [row["Amount"] for row in read("Shop_Purchases")] == [Decimal(number) / 4 for number in numbers]


def test_odatapy_filters_orders_counts_and_reads_by_key(odatapy: EdmEnabledODataClient) -> None:
    in_oslo = odatapy.entity_set_uri("Customer").filter("City eq 'Oslo'")
    found = odatapy.get_entity_set(in_oslo.copy().orderby("Tier,CustomerId desc").count().top(2))
    assert found.count == len(IN_OSLO)
    without_tier = [f"c{number:05}" for number in IN_OSLO if number % 3 == 2]
    assert [entity.get_value("CustomerId") for entity in found] == without_tier[:-3:-1]
    assert odatapy.get_count(in_oslo.copy().append_count_segment()) == len(IN_OSLO)
    assert odatapy.get_entity(odatapy.entity_uri("Customer", "c00007")).get_value("FullName") == "Name 7"


@pytest.fixture(scope="module")
def read_by_odata2ts(feed: Feed, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the client that odata2ts makes of the metadata reads in Node."""
    folder = tmp_path_factory.mktemp("odata2ts")
    for name in ("odata2ts.config.js", "tsconfig.json", "package.json", "walk.js"):
        shutil.copy(NPM / name, folder)
    (folder / "node_modules").symlink_to(NPM / "node_modules")
    (folder / "metadata.xml").write_bytes(feed.get("$metadata").content)
    run(NPM / "node_modules/.bin/odata2ts", "feed", cwd=folder)
    return json.loads(run("node", "--preserve-symlinks", "walk.js", feed.root, "Oslo", cwd=folder))


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=LONG_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_client_of_odata2ts_pages_through_everything(read_by_odata2ts: Any) -> None:
    assert read_by_odata2ts["customers"] == IDS
    assert sorted(int(key[1:]) for key in read_by_odata2ts["activities"]) == list(range(MANY))
    assert sorted(int(key[1:]) for key in read_by_odata2ts["records"]) == list(range(MANY))


def test_the_client_of_odata2ts_filters_counts_and_reads_by_key(feed: Feed, read_by_odata2ts: Any) -> None:
    found = read_by_odata2ts["filtered"]
    of_filter = [
        {name: each[name] for name in ("CustomerId", "City", "Value")}
        for each in feed.customers.values()
        if each["City"] == "Oslo" and each["BirthDate"] < "2000" and each["Value"] >= 2.5
    ]
    assert found["@odata.count"] == len(of_filter)
    assert found["value"] == of_filter[:-4:-1]
    assert "@odata.nextLink" not in found
    one = read_by_odata2ts["one"]
    assert one.pop("@odata.context").endswith("/$metadata#Customer/$entity")
    assert one == feed.customers["c00007"]
