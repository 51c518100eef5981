from __future__ import annotations

from functools import cache
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


class Shared(BaseModel):
    """With a field that is a definition."""

    part: Part | None = Field(None, title="The Share", description="It.", json_schema_extra={"x-definition": "Share"})


class Union(BaseModel):
    """Of two types."""

    value: int | str


@cache
def made() -> dict[str, Any]:
    return definition(OPERATIONS)


def operation(operation_id: str) -> dict[str, Any]:
    for item in made()["paths"].values():
        for described in item.values():
            if described.get("operationId") == operation_id:
                found: dict[str, Any] = described
                return found
    raise AssertionError(operation_id)


def test_a_model_becomes_a_swagger_schema() -> None:
    definitions = Definitions()
    assert definitions.of_model(WholeThing) == {"$ref": "#/definitions/WholeThing"}
    whole, part = definitions.found["WholeThing"], definitions.found["Part"]
    assert ("title" in whole, whole["description"], whole["required"]) == (False, "Whole Thing", ["part", "open"])
    word = {"type": "string", "enum": ["one"], "default": "one", "title": "Word", "description": "A word."}
    assert whole["properties"] == {
        "part": {
            "type": "object",
            "properties": {"word": word},
            "title": "The Part",
            "description": "Its part.",
        },
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


def test_a_field_that_is_a_definition_is_referred_to_with_its_title() -> None:
    definitions = Definitions()
    definitions.of_model(Shared)
    assert definitions.found["Shared"]["properties"] == {"part": {"$ref": "#/definitions/Share"}}
    share = definitions.found["Share"]
    assert (share["title"], share["type"], share["x-nullable"]) == ("The Share", "object", True)


def test_the_sender_has_one_name_in_all_outputs() -> None:
    definitions = made()["definitions"]
    sent = ("SentActivity", "UpdateShape", "UpdateEvent", "ExpiredUpdateEvent")
    notices = ("ActivityNotice", "UpdateNotice", "ExpiredNotice")
    shapes = [definitions[name] for name in sent] + [definitions[name]["properties"]["data"] for name in notices]
    assert [shape["properties"]["principal"] for shape in shapes] == [{"$ref": "#/definitions/Sender"}] * 7
    sender = definitions["Sender"]
    assert [sender["title"], *(each["title"] for each in sender["properties"].values())] == [
        "Sender",
        "ID",
        "Kind",
        "Name",
    ]


def test_what_swagger_can_not_express_is_refused() -> None:
    with pytest.raises(ValueError, match="one type for each value"):
        Definitions().of_model(Union)


def test_internal_operations_are_there_where_another_refers_to_them() -> None:
    assert {"ListInstances", "ListActivityEntities", "GetEntitySchema"} <= OPERATION_IDS
    assert not {"DefineInstance", "CheckHealth", "GetConnector"} & OPERATION_IDS


def test_internal_parameters_are_left_out_unless_required() -> None:
    prefer = next(p for p in operation("UpdateCustomer")["parameters"] if p["name"] == "Prefer")
    assert (prefer["required"], prefer["default"]) == (False, "return=representation")
    assert not {"forceSearch", "proxy"} & {p["name"] for p in operation("ListCustomers")["parameters"]}
    assert "If-None-Match" not in {p["name"] for p in operation("GetCustomer")["parameters"]}
    workflow = next(p for p in operation("StartRefresh")["parameters"] if p["name"] == "workflowName")
    assert (workflow["required"], workflow["default"]) == (True, "main")
    assert "state" in {p["name"] for p in operation("WhenAnUpdateExpires")["parameters"]}


def test_each_success_with_a_body_has_its_schema_and_errors_have_one() -> None:
    responses = operation("CreateActivity")["responses"]
    created, error = {"$ref": "#/definitions/CreatedActivity"}, {"$ref": "#/definitions/ErrorBody"}
    found = {status: response["schema"] for status, response in responses.items() if "schema" in response}
    assert found == {"201": created, "202": created, "default": error}


def test_both_triggers_of_coming_expiries_fill_in_the_same_span() -> None:
    polled = next(p for p in operation("WhenAnUpdateWillExpire")["parameters"] if p["name"] == "within")
    subscribed = made()["definitions"]["ExpiryCallback"]
    assert (polled["required"], polled["default"]) == (False, "1 hour")
    assert ("within" in subscribed["required"], subscribed["properties"]["within"]["default"]) == (False, "1 hour")


def test_makers_see_the_headers_of_triggers_only() -> None:
    headers = {
        (operation_id.startswith("When"), header.get("x-ms-visibility"))
        for operation_id in OPERATION_IDS
        if not operation_id.startswith("Subscribe")
        for response in operation(operation_id)["responses"].values()
        for header in response.get("headers", {}).values()
    }
    assert headers == {(True, None), (False, "internal")}


def body(operation_id: str) -> dict[str, Any]:
    name = operation(operation_id)["parameters"][-1]["schema"]["$ref"].removeprefix("#/definitions/")
    found: dict[str, Any] = made()["definitions"][name]
    return found


def test_a_body_has_the_fields_of_the_entity_that_is_chosen_or_named() -> None:
    chosen = body("CreateActivity")["x-ms-dynamic-properties"]
    assert chosen["parameters"]["entityName"] == {"parameterReference": "entityName"}
    named = body("UpdateCustomer")["x-ms-dynamic-properties"]
    assert (named["parameters"]["entityName"], named["parameters"]["use"]) == (
        {"value": "Customer"},
        {"value": "input"},
    )
    assert chosen["itemValuePath"] == named["itemValuePath"] == "schema"


def test_records_of_responses_are_untyped_and_rows_are_objects_with_their_key() -> None:
    profile = operation("GetCustomer")["responses"]["200"]["schema"]
    assert "type" not in profile
    page = made()["definitions"]["CustomerList"]
    assert page["x-ms-dynamic-properties"]["parameters"]["use"] == {"value": "page"}
    row = page["properties"]["value"]["items"]
    assert (row["type"], list(row["properties"])) == ("object", ["CustomerId"])


TAGS = {
    "Activities": "CreateActivities CreateActivity GetActivity ListActivities ListActivityTypes",
    "Activity lists": "ListUnifiedActivities",
    "Adaptive card": "GetCustomerCard",
    "Customers": "GetCustomer ListCustomers UpdateCustomer UpdateCustomers",
    "Entities": "GetEntity GetEntitySchema ListActivityEntities ListEntities ListKeyEntities",
    "Instances": "GetInstance ListInstances",
    "Key ring": "FindCustomer",
    "Refreshes": "CancelRefresh GetRefresh GetRefreshStatus GetRejectedRows ListRefreshes StartRefresh",
    "Triggers": "WhenAProfileIsUpdated WhenAnActivityIsCreated WhenAnUpdateExpires",
    "Updates": "EndUpdate ListCustomerUpdates ListLiveUpdates ListLifetimes RevertCustomer",
    "Usage": "GetUsage",
}
"""Where clients that were generated of an earlier definition call its operations: `api.customers.updateCustomer`."""


@pytest.mark.parametrize("tag", TAGS)
def test_operations_stay_in_the_group_in_which_generated_clients_call_them(tag: str) -> None:
    tags = {operation.id: operation.tag for operation in OPERATIONS}
    assert {tags[operation_id] for operation_id in TAGS[tag].split()} == {tag}
