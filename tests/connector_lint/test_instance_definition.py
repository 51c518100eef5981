"""The connector's definition for one instance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from support import ROOT

from connector.build.instance import check
from function_app.domain.definition import instance_of
from function_app.domain.instance_connector import definition_of
from function_app.domain.schema import EDM_TYPES
from function_app.local.sample_definition import sample_definition

INSTANCE = "11111111-1111-4111-8111-111111111111"
GENERAL: dict[str, Any] = json.loads((ROOT / "connector" / "apiDefinition.swagger.json").read_text("utf-8"))
Json = dict[str, Any]


def made(definition: Json) -> Json:
    return definition_of(instance_of(INSTANCE, definition), GENERAL)


SAMPLE = made(sample_definition())
ATTRIBUTES: list[Json] = sample_definition()["entities"][0]["attributes"]


def within(node: Any) -> Iterator[Json]:
    """Yield all objects of a definition."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from within(each)


def operation(operation_id: str, definition: Json = SAMPLE) -> Json:
    return next(each for each in within(definition) if each.get("operationId") == operation_id and "summary" in each)


def schema_of(response: Json) -> Json:
    found: Json = response["schema"]
    return SAMPLE["definitions"][found["$ref"].rpartition("/")[2]] if "$ref" in found else found


def test_it_breaks_no_rule_of_connectors() -> None:
    findings = check(SAMPLE)
    assert [str(finding) for finding in findings if finding.level == "error"] == []
    assert Counter(finding.rule for finding in findings) == Counter(finding.rule for finding in check(GENERAL))


@pytest.mark.parametrize(
    "friendly_name", ["x" * 200, "  ", "a/b", "Ends with.", "名前", "Straße & Größe", 'quoted "name"', "api connector"]
)
def test_it_breaks_no_rule_whatever_the_fields_are_called(friendly_name: str) -> None:
    definition = sample_definition()
    for number, data_type in enumerate(EDM_TYPES):
        definition["entities"][0]["attributes"].append(
            {"name": f"Field{number}", "dataType": data_type, "friendlyName": friendly_name}
        )
    assert [str(finding) for finding in check(made(definition)) if finding.level == "error"] == []


@pytest.mark.parametrize(("count", "fits"), [(480, True), (500, False)])
def test_more_fields_than_a_connector_may_have_are_reported(count: int, fits: bool) -> None:
    definition = sample_definition()
    attributes = definition["entities"][0]["attributes"]
    attributes += [{"name": f"Field{n}", "dataType": "Edm.String"} for n in range(count - len(attributes))]
    found = {finding.rule for finding in check(made(definition)) if finding.level == "error"}
    assert found == (set() if fits else {"BodySchemaCountExceedsMaxAllowed"})


def test_it_has_the_same_operations_for_the_instance_only() -> None:
    ids = [
        [each["operationId"] for path in file["paths"].values() for each in path.values() if "operationId" in each]
        for file in (SAMPLE, GENERAL)
    ]
    assert ids[0] == ids[1]
    assert "{instanceId}" not in json.dumps(SAMPLE)
    assert '"instanceId": {' not in json.dumps(SAMPLE["paths"])
    assert [path for path in SAMPLE["paths"] if f"/instances/{INSTANCE}" not in path] == ["/instances"]


@pytest.mark.parametrize(
    ("operation_id", "path"),
    [
        ("GetCustomer", ()),
        ("UpdateCustomer", ("customer",)),
        ("ListCustomers", ("value", "items")),
        ("WhenAProfileIsUpdated", ("value", "items", "fields")),
        ("WhenAnUpdateExpires", ("value", "items", "fields")),
    ],
)
def test_every_field_of_a_customer_is_written_out_in_responses(operation_id: str, path: tuple[str, ...]) -> None:
    found = schema_of(operation(operation_id)["responses"]["200"])
    for step in path:
        found = found["items"] if step == "items" else found["properties"][step]
        if "$ref" in found:
            found = schema_of({"schema": found})
    assert found["type"] == "object"
    changed = operation_id.startswith("When")  # a change has no keys
    attributes = [each for each in ATTRIBUTES if not (changed and (each["name"] == "CustomerId" or each.get("keyOf")))]
    assert {attribute["name"] for attribute in attributes} <= set(found["properties"])
    for attribute in attributes:
        field, kind = found["properties"][attribute["name"]], EDM_TYPES[attribute["dataType"]]
        assert (field["type"], field.get("format"), field["title"]) == (
            kind["type"],
            kind.get("format"),
            attribute["friendlyName"],
        )


def test_no_response_has_a_dynamic_schema_and_every_request_keeps_its_own() -> None:
    uses = Counter(
        each["x-ms-dynamic-schema"]["parameters"]["use"] for each in within(SAMPLE) if "x-ms-dynamic-schema" in each
    )
    of_all = Counter(
        each["x-ms-dynamic-schema"]["parameters"]["use"] for each in within(GENERAL) if "x-ms-dynamic-schema" in each
    )
    assert uses == {use: count for use, count in of_all.items() if use in {"input", "item"}}


def test_the_kinds_of_activity_are_a_list_with_display_names() -> None:
    kind = next(each for each in operation("CreateActivity")["parameters"] if each["name"] == "entityName")
    assert kind["x-ms-enum-values"][0] == {
        "value": "eCommerce_eCommercePurchases",
        "displayName": "Online Purchase (eCommerce_eCommercePurchases)",
    }
    assert kind["enum"] == [each["value"] for each in kind["x-ms-enum-values"]]
    assert kind["enum"][-1] == "UnifiedActivity"
    assert not any("dynamic" in member for member in kind)


def test_the_source_keys_of_a_customer_are_written_out() -> None:
    keys = SAMPLE["definitions"]["KeyRing"]["properties"]["keyRing"]
    assert set(keys["properties"]) == {each["keyOf"] for each in ATTRIBUTES if each.get("keyOf")}
