"""The example workflows call operations of the definition with parameters that these accept."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import ROOT, Clock, host_over, refresh
from support.workflow import Send, Workflow

from function_app.domain.activity import UNIFIED
from function_app.local.__main__ import SAMPLE
from function_app.local.load import copy_snapshots
from function_app.local.sample import write_sample
from function_app.local.sample_definition import CUSTOMER_ATTRIBUTES
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

CONNECTOR = ROOT / "connector"
DEFINITION: dict[str, Any] = json.loads((CONNECTOR / "apiDefinition.swagger.json").read_text("utf-8"))
FIELDS = {entry.split()[0] for entry in CUSTOMER_ATTRIBUTES.split(", ")} | set(UNIFIED.by_name)
UPDATED = f"/instances/{SAMPLE}/triggers/updatedprofiles"
CONNECTIONS = {"realtimecustomerprofiles": {"connectionId": "here"}}
Json = dict[str, Any]


def read(name: str) -> Json:
    found: Json = json.loads((CONNECTOR / "examples" / name).read_text("utf-8"))
    return found


def calls(workflow: Json, kind: str) -> Iterator[tuple[str, Json]]:
    """Yield every call of the connector, including nested ones, each with its place: `triggers` or `actions`."""
    for where in ("triggers", "actions"):
        for step in workflow.get(where, {}).values():
            if step["type"] == kind:
                yield where, step
            yield from calls(step, kind)


def parameters(operation: Json, *places: str) -> dict[str, bool]:
    """Return the names of an operation's parameters in these places, and whether they are required."""
    return {p["name"]: p["required"] for p in operation["parameters"] if p["in"] in places}


def fits(given: set[str], taken: dict[str, bool]) -> bool:
    return {name for name, required in taken.items() if required} <= given <= set(taken)


def find(path: str, verb: str) -> Json:
    """Return the operation of a path that contains expressions."""
    filled = re.sub(r"@\{.*?\}(?=/|$)", "{}", path)
    shapes = {re.sub(r"\{\w+\}", "{}", known): known for known in DEFINITION["paths"]}
    found: Json = DEFINITION["paths"][shapes[filled]][verb]
    return found


def test_the_logic_app_calls_the_connector_as_its_definition_says() -> None:
    workflow = read("logic-app.json")["definition"]
    found = list(calls(workflow, "ApiConnection"))
    assert [where for where, _ in found] == ["triggers", "actions", "actions", "actions"]
    for where, step in found:
        inputs = step["inputs"]
        operation = find(inputs["path"], inputs["method"])
        assert ("x-ms-trigger" in operation) == (where == "triggers")
        assert fits(set(inputs.get("queries", {})), parameters(operation, "query"))
        assert fits(set(inputs.get("headers", {})), parameters(operation, "header"))
        assert "body" not in inputs or parameters(operation, "body")
        assert set(inputs.get("body", {})) <= FIELDS


def test_the_flow_calls_the_connector_as_its_definition_says() -> None:
    properties = read("flow.json")["properties"]
    by_id = {o["operationId"]: o for item in DEFINITION["paths"].values() for o in item.values() if "operationId" in o}
    found = list(calls(properties["definition"], "OpenApiConnection"))
    assert [where for where, _ in found] == ["actions", "actions"]
    for _, step in found:
        host, given = step["inputs"]["host"], step["inputs"]["parameters"]
        assert host["connectionName"] in properties["connectionReferences"]
        operation = by_id[host["operationId"]]
        fields = {name.partition("/")[2] for name in given if name.startswith("body/")}
        assert fits({name for name in given if "/" not in name}, parameters(operation, "path", "query", "header"))
        assert bool(parameters(operation, "body")) == bool(fields)
        assert fields <= FIELDS


@pytest.mark.parametrize("name", ["logic-app.json", "flow.json"])
def test_an_example_reads_only_what_is_answered(name: str) -> None:
    schemas = {**DEFINITION["definitions"], "fields": {"properties": dict.fromkeys(FIELDS)}}
    answered = {field for schema in schemas.values() for field in schema.get("properties", {})}
    text = json.dumps(read(name))
    read_names = set(re.findall(r"(?:triggerBody\(\)|body\('\w+'\))\?\['(\w+)'\]", text))
    read_names |= set(re.findall(r"\['body/(\w+)'\]", text))
    assert read_names
    assert read_names <= answered


@pytest.fixture
async def client(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """The host with the sample instance."""
    write_sample(tmp_path)
    copy_snapshots(tmp_path, tmp_path / "snapshots", SAMPLE)
    snapshots = Snapshots(str(tmp_path / "snapshots"))
    async with host_over(EmbeddedStore(tmp_path / "data"), clock, snapshots=snapshots) as (client, _):
        wanted = json.loads((tmp_path / "definition.json").read_text("utf-8"))
        assert (await client.put(f"/instances/{SAMPLE}", json=wanted)).status_code == 201
        assert (await refresh(client, SAMPLE))["jobStatus"] == "successful"
        yield client


def sender(client: httpx.AsyncClient) -> Send:
    """Send calls of both kinds: of a Logic App, with an address, and of a flow, with the id of an operation."""
    by_id = {
        operation["operationId"]: (verb, path, operation)
        for path, item in DEFINITION["paths"].items()
        for verb, operation in item.items()
        if not verb.startswith("x-")
    }

    async def send(inputs: Json) -> Any:
        if "path" in inputs:
            answer = await client.request(
                inputs["method"].upper(),
                inputs["path"],
                params=inputs.get("queries"),
                headers=inputs.get("headers"),
                json=inputs.get("body"),
            )
        else:
            verb, path, operation = by_id[inputs["host"]["operationId"]]
            given = inputs["parameters"]
            of = {
                place: {n: given[n] for n in parameters(operation, place) if n in given}
                for place in ("query", "header")
            }
            body = {name.partition("/")[2]: each for name, each in given.items() if name.startswith("body/")}
            answer = await client.request(
                verb.upper(), path.format(**given), params=of["query"], headers=of["header"], json=body or None
            )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    return send


async def find_customer(client: httpx.AsyncClient, key: str) -> str:
    asked = {"dataSourceName": "eCommerce", "entityName": "eCommerceContacts", "key": key}
    found = await client.get(f"/instances/{SAMPLE}/profile/keyring", params=asked)
    return str(found.json()["customerId"])


async def test_a_run_of_the_flow_updates_each_contact_once_even_if_it_is_repeated(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    actions = read("flow.json")["properties"]["definition"]["actions"]
    form = {"parameters": {"$authentication": {}}, "triggerBody": {"text": "CNTID_1000, CNTID_1001", "text_1": "Røros"}}
    state = (await client.get(UPDATED)).json()["state"]
    for _ in range(2):
        await Workflow(sender(client), "08584", form).run(actions)
    for key in ("CNTID_1000", "CNTID_1001"):
        address = f"/instances/{SAMPLE}/data/Customer/{await find_customer(client, key)}"
        explained = (await client.get(address, params={"explain": "true"})).json()
        assert (explained["City"], explained["@explain"]["City"]["caller"]) == ("Røros", "New City Form")
    clock.advance(minutes=1)
    assert len((await client.get(UPDATED, params={"state": state})).json()["value"]) == 2


async def test_a_run_of_the_logic_app_fits_the_longest_ids_of_a_batch(client: httpx.AsyncClient, clock: Clock) -> None:
    state = (await client.get(UPDATED)).json()["state"]
    customer_id = await find_customer(client, "CNTID_1000")
    items = [{"CustomerId": customer_id, "City": city} for city in ("Bergen", "Røros")]
    sent = await client.post(
        f"/instances/{SAMPLE}/data/Customer/batch",
        json={"items": items},
        headers={"Repeatability-Request-ID": "x" * 128},
    )
    assert [result["updateId"] for result in sent.json()["value"]] == [f"{'x' * 128}/0", f"{'x' * 128}/1"]
    clock.advance(minutes=1)
    events = (await client.get(UPDATED, params={"state": state})).json()["value"]
    actions = read("logic-app.json")["definition"]["actions"]
    for event, run in ((each, name) for each, name in zip(events, ("run-1", "run-2"), strict=True) for _ in range(2)):
        given = {"parameters": {"instanceId": SAMPLE, "$connections": CONNECTIONS}, "triggerBody": event}
        await Workflow(sender(client), run, given).run(actions)
    asked = {"customerId": customer_id, "activityType": "MovedHouse"}
    timeline = (await client.get(f"/instances/{SAMPLE}/profile/timeline", params=asked)).json()["value"]
    assert sorted(row["Title"] for row in timeline) == ["Moved to Bergen", "Moved to Røros"]
    profile = (await client.get(f"/instances/{SAMPLE}/data/Customer/{customer_id}")).json()
    assert (profile["City"], profile["Street"], profile["PostalCode"]) == ("Røros", None, None)
