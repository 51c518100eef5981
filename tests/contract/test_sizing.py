"""The requests and sizes of each operation in the bill, compared with those that the Cosmos DB server receives."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from math import ceil
from pathlib import Path
from statistics import mean
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, CosmosServer, host_over, refresh

from function_app.domain.definition import instance_of
from function_app.local.sample import write_sample
from function_app.source.files import Snapshots
from function_app.store.cosmos import CosmosStore
from function_app.store.documents import ACTIVITIES, KEYS, PROFILES
from infra.charges import Request
from infra.sizing import Workload, charges, measure, size_of

ROOM = f"/instances/{INSTANCE}"
CUSTOMER, PURCHASES = "Customer", "eCommerce_eCommercePurchases"
HELD = frozenset((PROFILES, ACTIVITIES, KEYS))
OF_A_JOB = Counter(query=1)  # parked activities are queried once for all customers
LANDING = Counter(query=1)  # and live updates, where Customer was loaded
Rows = list[dict[str, str]]


class Sample:
    """The sample's rows by entity, and snapshots of some of them."""

    def __init__(self, folder: Path) -> None:
        write_sample(folder / "sample")
        self.definition = json.loads((folder / "sample/definition.json").read_text("utf-8"))
        self.instance = instance_of(INSTANCE, self.definition)
        self.rows = {path.parent.name: _read(path) for path in sorted((folder / "sample").glob("*/*.csv"))}
        self.customers = self.rows.pop(CUSTOMER)
        self.snapshots = folder / "snapshots"

    def put(self, snapshots: Mapping[str, Rows]) -> int:
        """Write these snapshots, and no others; return their total number of rows."""
        for path in self.snapshots.glob("*/*/*"):
            path.unlink()
        for name, rows in snapshots.items():
            place = self.snapshots / INSTANCE / name / "part-0.csv"
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        return sum(map(len, snapshots.values()))

    def one_of_each_customer(self, entity: str) -> Rows:
        """Return an activity of every customer that has any."""
        mapping = self.instance.by_name[entity].activity
        assert mapping
        keys = {
            row[name] for row in self.customers for name, of in self.instance.key_ring if of == mapping.customer_entity
        }
        by_key = {row[mapping.customer_attribute]: row for row in self.rows[entity]}
        return [row for key, row in by_key.items() if key in keys]

    def record(self, entity: str, row: dict[str, str]) -> dict[str, Any]:
        """Return a row as the body of a post."""
        number = {
            a.name for a in self.instance.by_name[entity].attributes if a.data_type in {"Edm.Int32", "Edm.Decimal"}
        }
        return {name: json.loads(text) if name in number else text for name, text in row.items() if text}


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    return Sample(tmp_path)


@pytest.fixture
async def client(cosmos_store: CosmosStore, clock: Clock, sample: Sample) -> AsyncIterator[httpx.AsyncClient]:
    """The host with the sample's definition and customers."""
    async with host_over(cosmos_store, clock, snapshots=Snapshots(str(sample.snapshots))) as (client, services):
        await services.instances.define(INSTANCE, sample.definition, clock())
        sample.put({CUSTOMER: sample.customers})
        await refresh(client, INSTANCE)
        yield client


async def test_the_server_is_asked_as_often_as_the_bill_says(
    cosmos: CosmosServer, client: httpx.AsyncClient, sample: Sample
) -> None:
    cosmos.requests()
    moved = [{**row, "City": "Nowhere"} for row in sample.customers[:30]]
    sample.put({CUSTOMER: moved + sample.customers[30:]})
    await refresh(client, INSTANCE)
    unchanged = len(sample.customers) - len(moved)
    times = {"Refresh an unchanged profile": unchanged, "Refresh a changed profile": len(moved)}
    assert (
        asked(cosmos) == stated(times) + OF_A_JOB + LANDING
    )  # without missing customers, one count replaces the page of ids

    there = sample.put({PURCHASES: sample.one_of_each_customer(PURCHASES)})
    await refresh(client, INSTANCE)
    cosmos.requests()
    await refresh(client, INSTANCE)
    assert asked(cosmos) == stated({"Refresh an unchanged activity": there}) + OF_A_JOB

    path = f"{ROOM}/data/{PURCHASES}"
    for row in sample.rows[PURCHASES][1:3]:
        assert (await client.post(path, json=sample.record(PURCHASES, row))).status_code == 201
        assert asked(cosmos) == stated({"Post an activity": 1})
    sample.put({PURCHASES: sample.rows[PURCHASES][1:3]})
    await refresh(client, INSTANCE)
    assert asked(cosmos) == stated({"Refresh an activity posted before": 2}) + OF_A_JOB

    customer_id = sample.customers[0]["CustomerId"]
    for operation, verb, path, body in (
        ("Update a profile", "PATCH", f"data/Customer/{customer_id}", {"City": "Oslo"}),
        ("Read a customer", "GET", f"data/Customer/{customer_id}", None),
        ("Read a timeline", "GET", f"profile/timeline?customerId={customer_id}", None),
    ):
        assert (await client.request(verb, f"{ROOM}/{path}", json=body)).is_success
        assert asked(cosmos) == stated({operation: 1})


def asked(cosmos: CosmosServer) -> Counter[str]:
    """Return the number of requests of each kind since the last call, without those for jobs."""
    return Counter(request["kind"] for request in cosmos.requests() if container_of(request) in HELD)


def container_of(request: Mapping[str, str]) -> str:
    return request["path"].split("/")[4]


def stated(times: Mapping[str, int]) -> Counter[str]:
    """Return the number of requests in the bill for these numbers of operations, all in one refresh."""
    made, found = Counter[tuple[int, Request]](), Counter[str]()
    for charge in charges(measure(), Workload()):
        if charge.operation in times:
            made.update(dict.fromkeys(enumerate(charge.requests), times[charge.operation]))
    for (_, request), count in made.items():
        found[request.kind] += ceil(count / request.shared)
    return found


async def test_the_documents_are_as_large_as_the_bill_says(
    cosmos: CosmosServer, client: httpx.AsyncClient, sample: Sample
) -> None:
    for entity, rows in sample.rows.items():
        for row in rows[::60]:
            await client.post(f"{ROOM}/data/{entity}", json=sample.record(entity, row))
    for row in sample.customers[::10]:
        body = {name: row[name] for name in ("City", "Street", "PostalCode")}
        path, headers = f"{ROOM}/data/Customer/{row['CustomerId']}", {"Repeatability-Request-ID": INSTANCE}
        await client.patch(path, params={"caller": INSTANCE}, json=body, headers=headers)
    sizes: dict[str, list[int]] = {}
    for request in cosmos.requests():
        if request["kind"] in {"create", "upsert", "batch"}:
            sent = json.loads(request["body"])
            document = sent[0]["resourceBody"] if isinstance(sent, list) else sent
            sizes.setdefault(document["kind"], []).append(size_of(document))
    measured = measure()
    for kind in ("profile", "update", "activity", "key"):
        assert mean(sizes[kind]) == pytest.approx(getattr(measured, kind)[0], rel=0.1), kind
