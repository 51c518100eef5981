from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from connector.build.schemas import Definitions
from connector.build.swagger import definition, offered
from function_app.bootstrap import OPERATIONS

OPERATION_IDS = {operation.id for operation in offered(OPERATIONS)}


class Part(BaseModel):
    """A part."""

    word: Literal["one"] = Field("one", title="Word", description="A word.")


class WholeThing(BaseModel):
    """A whole."""

    part: Part = Field(title="The Part", description="Its part.")
    parts: list[Part] | None = Field(None, title="Parts", description="Its parts.")
    open: dict[str, Any] = Field(title="Open", description="Anything.")


class Union(BaseModel):
    """Of two types."""

    value: int | str


def operation(operation_id: str) -> dict[str, Any]:
    for item in definition(OPERATIONS)["paths"].values():
        for described in item.values():
            if described["operationId"] == operation_id:
                found: dict[str, Any] = described
                return found
    raise AssertionError(operation_id)


def test_a_model_becomes_a_swagger_schema() -> None:
    definitions = Definitions()
    assert definitions.of_model(WholeThing) == {"$ref": "#/definitions/WholeThing"}
    whole, part = definitions.found["WholeThing"], definitions.found["Part"]
    assert (whole["title"], whole["required"]) == ("Whole Thing", ["part", "open"])
    assert whole["properties"] == {
        "part": {"$ref": "#/definitions/Part"},
        "parts": {
            "type": "array",
            "items": {"$ref": "#/definitions/Part"},
            "title": "Parts",
            "description": "Its parts.",
            "x-nullable": True,
        },
        "open": {"type": "object", "title": "Open", "description": "Anything."},
    }
    assert part["properties"]["word"]["enum"] == ["one"]
    assert "const" not in part["properties"]["word"]


def test_what_swagger_can_not_express_is_refused() -> None:
    with pytest.raises(ValueError, match="one type for each value"):
        Definitions().of_model(Union)


def test_internal_operations_are_there_where_another_refers_to_them() -> None:
    assert {"ListInstances", "ListActivityEntities", "GetEntitySchema"} <= OPERATION_IDS
    assert not {"DefineInstance", "CheckHealth", "GetConnector"} & OPERATION_IDS


def test_hidden_parameters_are_sent_or_left_out() -> None:
    prefer = next(p for p in operation("UpdateCustomer")["parameters"] if p["name"] == "Prefer")
    assert (prefer["required"], prefer["default"]) == (True, "return=representation")
    assert not {"forceSearch", "proxy"} & {p["name"] for p in operation("ListCustomers")["parameters"]}


def test_one_answer_has_a_schema() -> None:
    responses = operation("CreateActivity")["responses"]
    assert [status for status, response in responses.items() if "schema" in response] == ["201"]


def test_a_body_is_drawn_from_the_entity_chosen_or_named() -> None:
    chosen = operation("CreateActivity")["parameters"][-1]["schema"]["x-ms-dynamic-properties"]["parameters"]
    assert chosen["entityName"] == {"parameterReference": "entityName"}
    named = operation("UpdateCustomer")["parameters"][-1]["schema"]["x-ms-dynamic-properties"]["parameters"]
    assert (named["entityName"], named["use"]) == ({"value": "Customer"}, {"value": "input"})
