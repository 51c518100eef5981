"""What agents read: tools that Copilot Studio accepts, and when to use each and when not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from support import model

from function_app.api.operation import Operation
from function_app.bootstrap import OPERATIONS
from function_app.domain.access import Role
from function_app.operations import mcp_texts
from function_app.operations.mcp_tools import TOOLS, Tool

DESCRIBED = {tool.name: tool.described(model()) for tool in TOOLS}
UNKNOWN = {"$ref", "anyOf", "oneOf", "allOf", "enum", "const", "exclusiveMinimum", "exclusiveMaximum", "$defs"}
OFFERED = [each for each in OPERATIONS if each.visibility != "internal" and not each.hint and not each.agentic]


def schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a schema and all those in it."""
    yield schema
    for each in schema.get("properties", {}).values():
        yield from schemas(each)


@pytest.mark.parametrize("name", DESCRIBED)
def test_a_tool_has_a_schema_that_copilot_studio_accepts(name: str) -> None:
    whole = DESCRIBED[name]["inputSchema"]
    jsonschema.Draft202012Validator.check_schema(whole)
    for schema in schemas(whole):
        assert isinstance(schema["type"], str)
        assert not UNKNOWN & schema.keys()
        assert set(schema.get("required", ())) <= schema.get("properties", {}).keys()
        assert schema is whole or schema["description"].endswith((".", ".)"))
        assert all(re.fullmatch(r"[A-Za-z0-9_]{1,64}", each) for each in schema.get("properties", {}))
    assert re.fullmatch(r"[a-z_]{1,64}", name)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_arguments_of_a_tool_are_parameters_of_its_operation(tool: Tool) -> None:
    known = {(each.name, each.place) for each in tool.operation.parameters}
    used = [*tool.arguments.values(), *(parameter for parameter, _ in tool.fixed)]
    assert {(each.name, each.place) for each in used} <= known
    needed = {each.name for each in tool.operation.parameters if each.required} - {"instanceId"}
    assert needed <= {each.name for each in used}


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_that_writes_needs_a_contributor_and_says_what_it_may_destroy(tool: Tool) -> None:
    hints = DESCRIBED[tool.name]["annotations"]
    assert hints["readOnlyHint"] == (tool.operation.verb == "GET") == (tool.operation.role is Role.VIEWER)
    assert ("destructiveHint" in hints) == (tool.operation.role is Role.CONTRIBUTOR)


@pytest.mark.parametrize("text", [tool.description for tool in TOOLS], ids=[tool.name for tool in TOOLS])
def test_a_tool_says_when_to_use_it_and_when_not(text: str) -> None:
    assert "Use it " in text
    assert "Do not use it " in text


@pytest.mark.parametrize("operation", OFFERED, ids=lambda operation: operation.id)
def test_an_operation_of_the_connector_says_when_to_use_it_and_when_not(operation: Operation) -> None:
    summaries = {each.summary for each in OPERATIONS}
    assert " Use it " in operation.description
    assert " Do not use it " in operation.description or any(summary in operation.description for summary in summaries)
    for named in re.findall(
        r"\buse ((?:Get|List|Find|End|Revert|Create|Update) [a-z][\w ()]*?)[.,]", operation.description
    ):
        assert named.split(" or ")[0].rstrip(")") in {each.rstrip(")") for each in summaries}


def test_exactly_one_operation_serves_agents() -> None:
    (served,) = (each for each in OPERATIONS if each.agentic)
    assert (served.verb, served.path) == ("POST", "instances/{instanceId}/mcp")


@pytest.mark.parametrize(
    ("principal", "caller", "sender"),
    [
        ({"id": "eve", "kind": "user", "name": "Eve"}, "MCP", "Eve, via MCP"),
        ({"id": "eve", "kind": "user", "name": None}, None, "eve"),
        (None, "MCP", "an unknown sender, via MCP"),
    ],
)
def test_a_text_names_who_sent_an_update(principal: Any, caller: str | None, sender: str) -> None:
    sent = {"updateId": "u1", "validUntil": "12:00", "principal": principal, "caller": caller}
    reason = {**sent, "source": None, "untilRefresh": False, "contradicted": False}
    profile = mcp_texts.customer({"City": "Bergen", "@explain": {"City": reason}})
    assert profile == f"City: Bergen (update u1 from {sender}, until 12:00; the source has null)"
    city = {"name": "City", "value": "Bergen", "source": None, "state": "shows"}
    listed = mcp_texts.live_updates({"value": [{**sent, "customerId": "ada", "attributes": [city]}]})
    head = f"customer ada, update u1 from {sender}, until 12:00"
    assert listed.splitlines()[1:] == [f"- {head}: City = Bergen (shows; the source has null)"]
