from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, definition

from function_app.errors import ServiceError
from function_app.local.load import load_folder
from function_app.services.suite import Suite

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
ADA = {
    "CustomerId": "ada",
    "City": "Ålesund",
    "Points": 7,
    "Value": 1.5,
    "OptIn": True,
    "BirthDate": "1990-12-31",
    "LastVisit": "2026-01-01T00:00:00.000000Z",
}
HEADER, ROW = "CustomerId,City,Points,Value,OptIn,BirthDate,LastVisit", "ada,Ålesund,7,1.5,TRUE,1990-12-31,"


def folder(tmp_path: Path, *parts: str, wanted: Any = None) -> Path:
    (tmp_path / "in" / "Customer").mkdir(parents=True)
    (tmp_path / "in" / "definition.json").write_text(json.dumps(wanted or definition()))
    for number, part in enumerate(parts):
        (tmp_path / "in" / "Customer" / f"part-{number}.csv").write_text(part, encoding="utf-8")
    return tmp_path / "in"


async def names(client: httpx.AsyncClient) -> list[str]:
    return [row["CustomerId"] for row in (await client.get(CUSTOMERS)).json()["value"]]


async def test_rows_become_profiles_of_the_attributes_types_with_null_for_what_is_empty(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    loaded = await load_folder(services, INSTANCE, folder(tmp_path, f"{HEADER}\n{ROW}2026-01-01T01:00:00+01:00\n"))
    assert loaded.rejected == []
    profile = (await client.get(f"{CUSTOMERS}/ada")).json()
    every = dict.fromkeys(attribute["name"] for attribute in definition()["entities"][0]["attributes"])
    assert profile == every | ADA


async def test_every_part_is_read_with_or_without_a_byte_order_mark(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    parts = ("\ufeffCustomerId\nx\ny\n", "City,CustomerId\nOslo,z\n")
    await load_folder(services, INSTANCE, folder(tmp_path, *parts))
    assert await names(client) == ["ada", "bob", "eve", "x", "y", "z"]


async def test_a_bad_row_is_rejected_by_number_and_the_others_are_loaded(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    part = "CustomerId,Points,Tier\nx,1,Gold\ny,many,Bronze\n,3,Gold\nz,4,Silver\n"
    loaded = await load_folder(services, INSTANCE, folder(tmp_path, part))
    found = sorted((row, fault.target) for row, fault in loaded.rejected)
    assert found == [(2, "/Points"), (2, "/Tier"), (3, "/CustomerId")]
    assert await names(client) == ["ada", "bob", "eve", "x", "z"]


@pytest.mark.parametrize("text", ["nan", "inf", "-Infinity", "1e400", "1_000"])
@pytest.mark.parametrize("name", ["Value", "Points"])
async def test_texts_that_are_no_json_numbers_are_rejected(
    services: Suite, tmp_path: Path, name: str, text: str
) -> None:
    loaded = await load_folder(services, INSTANCE, folder(tmp_path, f"CustomerId,{name}\nx,{text}\n"))
    assert [(row, fault.target) for row, fault in loaded.rejected] == [(1, f"/{name}")]


async def test_a_row_with_more_fields_than_the_header_is_refused_and_does_not_fail(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    try:
        loaded = await load_folder(services, INSTANCE, folder(tmp_path, "CustomerId,City\nx,Oslo,extra\n"))
    except ServiceError:
        pass
    else:
        assert [row for row, _ in loaded.rejected] == [1]
    assert await names(client) == ["ada", "bob", "eve"]


async def test_an_unknown_column_is_refused_before_anything_is_written(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    with pytest.raises(ServiceError) as refused:
        await load_folder(services, INSTANCE, folder(tmp_path, "CustomerId,Citty\nx,Oslo\n"))
    assert [(fault.code, fault.target) for fault in refused.value.faults] == [("UnknownAttribute", "/Citty")]
    assert await names(client) == ["ada", "bob", "eve"]


async def test_a_definition_that_breaks_a_rule_is_refused(services: Suite, tmp_path: Path) -> None:
    wanted = definition() | {"validity": {"maximum": "P31D"}}
    with pytest.raises(ServiceError) as refused:
        await load_folder(services, INSTANCE, folder(tmp_path, wanted=wanted))
    assert [fault.target for fault in refused.value.faults] == ["/validity/maximum"]


async def test_live_updates_stay_when_profiles_are_loaded_again(
    client: httpx.AsyncClient, services: Suite, tmp_path: Path
) -> None:
    await client.patch(f"{CUSTOMERS}/ada", json={"City": "Bergen"})
    await load_folder(services, INSTANCE, folder(tmp_path, "CustomerId,City,Points\nada,Moss,70\n"))
    profile = (await client.get(f"{CUSTOMERS}/ada")).json()
    assert (profile["City"], profile["Points"]) == ("Bergen", 70)
