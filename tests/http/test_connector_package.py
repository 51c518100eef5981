from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from support import ROOT

from connector.build.release import main as release
from connector.lint.breaking import breaking_changes
from connector.lint.check import check_connector

CONNECTOR = ROOT / "connector"
# Two paths are those of the original.
ACCEPTED = {"PartialDuplicateOperationPath": 2}


@pytest.fixture
def definition() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((CONNECTOR / "apiDefinition.swagger.json").read_text("utf-8"))
    return read


def test_the_connector_breaks_no_rule() -> None:
    findings = check_connector(CONNECTOR)
    assert [str(finding) for finding in findings if finding.level == "error"] == []
    assert Counter(finding.rule for finding in findings) == ACCEPTED


def test_the_connector_breaks_no_flow_made_for_the_released_one() -> None:
    assert release(["--check"]) == 0


def test_a_lost_operation_would_be_noticed(definition: dict[str, Any]) -> None:
    released = json.loads((CONNECTOR / "released.swagger.json").read_text("utf-8"))
    del definition["paths"][[*released["paths"]][-1]]
    assert [finding.rule for finding in breaking_changes(released, definition)] == ["OperationDeleted"]


def test_both_ways_to_sign_in_are_those_of_the_definition(definition: dict[str, Any]) -> None:
    properties = json.loads((CONNECTOR / "apiProperties.json").read_text("utf-8"))["properties"]
    entra, key = (each["parameters"] for each in properties["connectionParameterSets"]["values"])
    schemes = definition["securityDefinitions"]
    assert entra["token"]["oAuthSettings"]["scopes"] == [*schemes["oauth2_auth"]["scopes"]]
    header = properties["policyTemplateInstances"][0]["parameters"]["x-ms-apimTemplateParameter.name"]
    assert (schemes["api_key"]["name"], [*key]) == (header, ["api_key"])


def test_every_page_and_every_trigger_has_its_policy(definition: dict[str, Any]) -> None:
    properties = json.loads((CONNECTOR / "apiProperties.json").read_text("utf-8"))["properties"]
    covered = {
        policy["templateId"]: set(policy["parameters"].get("x-ms-apimTemplate-operationName", ()))
        for policy in properties["policyTemplateInstances"]
    }
    operations = [
        described for item in definition["paths"].values() for described in item.values() if "operationId" in described
    ]
    for template, mark in (("updatenextlink", "x-ms-pageable"), ("pollingtrigger", "x-ms-trigger")):
        assert covered[template] == {
            described["operationId"] for described in operations if mark in described and described[mark] != "single"
        }
