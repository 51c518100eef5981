from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from infra.bicep import (
    FILES,
    INFRA,
    declared_names,
    faults,
    outputs,
    parameters,
    resources,
    text,
    tree,
    used_names,
    walk,
)
from support import ROOT

MAIN = INFRA / "main.bicep"
MODULES = {path.stem: path for path in FILES if path != MAIN}
NAMES_THE_DEPLOYMENT = {"environmentName", "location", "apiClientId"}
FUNCTIONS = {
    *("allowed", "batchSize", "description", "metadata", "maxLength", "maxValue", "minLength", "minValue"),
    *("environment", "resourceGroup", "subscription", "subscriptionResourceId", "tenant"),
    *("concat", "empty", "guid", "toLower", "union", "uniqueString"),
}

every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@every_file
def test_the_syntax_is_right(path: Path) -> None:
    assert faults(path) == []


@every_file
def test_every_parameter_is_described(path: Path) -> None:
    assert [each.name for each in parameters(path) if not each.description] == []


def test_every_parameter_has_a_default_but_those_that_name_the_deployment() -> None:
    assert {each.name for each in parameters(MAIN) if each.is_required} == NAMES_THE_DEPLOYMENT


@every_file
def test_everything_declared_is_used(path: Path) -> None:
    nodes = [node for node in walk(tree(path)) if node.type in ("parameter_declaration", "variable_declaration")]
    assert {text(node.named_children[0]) for node in nodes} - used_names(path) == set()


@every_file
def test_everything_used_is_declared_or_a_function_of_bicep(path: Path) -> None:
    assert used_names(path) - declared_names(path) <= FUNCTIONS


def test_modules_are_files_beside_main_each_used_once() -> None:
    used = [each.type for each in resources(MAIN) if each.type.endswith(".bicep")]
    assert sorted(used) == sorted(f"modules/{name}.bicep" for name in MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_given_all_it_needs_and_nothing_it_does_not_know(name: str) -> None:
    (given,) = [set(each.body["params"]) for each in resources(MAIN) if each.type == f"modules/{name}.bicep"]
    known = parameters(MODULES[name])
    assert given <= {each.name for each in known}
    assert {each.name for each in known if each.is_required} <= given


def test_every_output_of_a_module_is_used_and_every_one_used_is_there() -> None:
    main = MAIN.read_text(encoding="utf-8")
    used = set(re.findall(r"(\w+)\.\??outputs\.(\w+)", main))
    assert used == {(name, output) for name, path in MODULES.items() for output in outputs(path)}


def test_every_output_of_the_deployment_is_told_of_in_the_readme() -> None:
    told = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "azure.yaml").read_text(encoding="utf-8")
    assert [output for output in outputs(MAIN) if output not in told] == []


def test_the_parameter_file_sets_what_must_be_set_and_knows_no_other() -> None:
    given = set(json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"])
    assert given <= {each.name for each in parameters(MAIN)}
    assert given >= NAMES_THE_DEPLOYMENT


def test_every_variable_the_parameter_file_reads_is_told_of_in_the_readme() -> None:
    read = re.findall(r"\$\{(\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in read if name not in told and name not in ("AZURE_ENV_NAME", "AZURE_LOCATION")] == []


def test_azd_finds_the_resources_by_their_tags() -> None:
    assert "services:\n  api:" in (ROOT / "azure.yaml").read_text(encoding="utf-8")
    assert "'azd-service-name': 'api'" in MODULES["api"].read_text(encoding="utf-8")
    assert "'azd-env-name': environmentName" in MAIN.read_text(encoding="utf-8")
