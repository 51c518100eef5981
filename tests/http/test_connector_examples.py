"""The example workflows call operations of the definition with parameters that these accept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from support import ROOT

from function_app.domain.activity import UNIFIED
from function_app.local.sample_definition import CUSTOMER_ATTRIBUTES

CONNECTOR = ROOT / "connector"
DEFINITION: dict[str, Any] = json.loads((CONNECTOR / "apiDefinition.swagger.json").read_text("utf-8"))
FIELDS = {entry.split()[0] for entry in CUSTOMER_ATTRIBUTES.split(", ")} | set(UNIFIED.by_name)
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
    assert [where for where, _ in found] == ["triggers", "actions", "actions"]
    for where, step in found:
        inputs = step["inputs"]
        operation = find(inputs["path"], inputs["method"])
        assert ("x-ms-trigger" in operation) == (where == "triggers")
        assert fits(set(inputs.get("queries", {})), parameters(operation, "query"))
        assert bool(parameters(operation, "body")) == ("body" in inputs)
        assert set(inputs.get("body", {})) <= FIELDS


def test_the_flow_calls_the_connector_as_its_definition_says() -> None:
    properties = read("flow.json")["properties"]
    by_id = {o["operationId"]: o for item in DEFINITION["paths"].values() for o in item.values()}
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
