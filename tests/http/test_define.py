"""Bring your own data: a proposed definition needs no change, and a refresh rejects no row."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import SHARED, Clock, host_over, refresh

from function_app.local.define.command import define_folder
from function_app.local.define.proposal import propose
from function_app.local.load import copy_snapshots
from function_app.local.sample import write_sample
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

NORTHWIND = SHARED / "data" / "northwind"


@pytest.fixture
async def host(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    snapshots = Snapshots(str(tmp_path / "snapshots"))
    async with host_over(EmbeddedStore(tmp_path / "data"), clock, snapshots=snapshots) as (client, _):
        yield client


def _name(entity: dict[str, str]) -> str:
    return entity["name"]


def define(folder: Path) -> None:
    """Do what `make define` does, then the commands that it prints."""
    commands = propose(folder).commands
    define_folder(folder, "definition.schema.json")
    for command in commands:
        subprocess.run(command, shell=True, check=True)  # noqa: S602  # as it is printed


async def load(client: httpx.AsyncClient, folder: Path, snapshots: Path, instance: str) -> None:
    """Load a folder; no row may be rejected."""
    copy_snapshots(folder, snapshots, instance)
    wanted = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    assert (await client.put(f"/instances/{instance}", json=wanted)).status_code == 201
    job = await refresh(client, instance)
    assert (job["jobStatus"], job["message"], job["progress"]["rejected"]) == ("successful", None, 0)


@pytest.mark.skipif(not NORTHWIND.exists(), reason=f"the Northwind data is not at {NORTHWIND}")
async def test_northwind_is_loaded_by_its_proposal(host: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    shutil.copytree(NORTHWIND, folder)
    define(folder)
    await load(host, folder, tmp_path / "snapshots", "northwind")
    customers = (await host.get("/instances/northwind/data/Customer", params={"$count": "true"})).json()
    assert customers["@odata.count"] == 91
    timeline = await host.get("/instances/northwind/profile/timeline", params={"customerId": "ALFKI"})
    orders = timeline.json()["value"]
    assert len(orders) == 6
    assert {order["ActivityType"] for order in orders} == {"SalesOrder"}
    assert orders[-1]["ActivityTime"] == "1997-08-25T00:00:00.000000Z"


async def test_the_sample_is_loaded_by_its_proposal(host: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    write_sample(folder)
    own = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    (folder / "definition.json").unlink()
    define(folder)
    await load(host, folder, tmp_path / "snapshots", "sample")
    proposed = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
    for mine, theirs in zip(sorted(own["entities"], key=_name), sorted(proposed["entities"], key=_name), strict=True):
        assert (mine["name"], mine["keys"]) == (theirs["name"], theirs["keys"])
        assert mine.get("activity", {}).get("customer") == theirs.get("activity", {}).get("customer")
    customer = (await host.get("/instances/sample/data/Customer", params={"$top": 1})).json()["value"][0]
    timeline = await host.get(
        "/instances/sample/profile/timeline", params={"customerId": "786d214668eb5570aa982aa46957a507"}
    )
    assert customer["FullName"]
    assert timeline.json()["value"]
