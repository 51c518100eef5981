"""A folder is checked: good, bad, unreadable or strange."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from connector_lint.case import CREATE, LIST, SHELF_ID
from connector_lint.example import GONE, Example, part, png

from connector.lint.check import check_connector, check_document, main
from connector.lint.document import Document
from connector.lint.json_value import point
from connector.lint.rule import RULES, rule

ODD_VALUES: tuple[object, ...] = (None, 7, "", [], {}, [None], {"$ref": "#/definitions/Book"})


def test_a_good_connector_yields_no_finding(tmp_path: Path) -> None:
    findings = check_connector(Example().write(tmp_path))

    assert [str(finding) for finding in findings] == []


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    (Example().write(tmp_path) / "apiProperties.json").unlink()

    assert [(f.rule, f.where) for f in check_connector(tmp_path)] == [("FileMissing", "apiProperties.json")]


@pytest.mark.parametrize("text", ["{", "[]", "\ufeff{}"])
def test_a_file_that_holds_no_json_object_is_a_finding(text: str, tmp_path: Path) -> None:
    (Example().write(tmp_path) / "apiDefinition.swagger.json").write_text(text, "utf-8")

    assert [f.rule for f in check_connector(tmp_path)] == ["JsonNotValid"]


def test_where_a_json_type_is_wrong_only_the_types_are_told() -> None:
    example = Example()
    example.put("/paths", ["books"])
    example.put("/info/title", "API")

    findings = check_document(Document(example.swagger, example.properties))

    assert [(f.rule, f.where) for f in findings] == [("JsonTypeIncorrect", "/paths")]


def test_the_general_validator_is_asked_too() -> None:
    example = Example()
    example.put("/paths", {})
    example.put("/info/version", GONE)

    findings = check_document(Document(example.swagger, example.properties))

    assert ("OpenApiInvalid", "/info") in {(f.rule, f.where) for f in findings}


def test_a_reference_the_general_validator_can_not_follow_is_a_finding() -> None:
    example = Example()
    example.put(f"{CREATE}/responses/201/schema/$ref", "http://[books")

    findings = check_document(Document(example.swagger, example.properties))

    assert "OpenApiInvalid" in {f.rule for f in findings}


def test_parameters_of_a_path_belong_to_its_operations(tmp_path: Path) -> None:
    example = Example()
    path = CREATE.removesuffix("/post")
    example.put(f"{path}/parameters", [{"$ref": "#/parameters/ShelfId"}])
    example.put(f"{CREATE}/parameters", [part(f"{CREATE}/parameters/1")])

    assert check_connector(example.write(tmp_path)) == []


def test_schemas_that_hold_themselves_are_walked_once(tmp_path: Path) -> None:
    example = Example()
    sequel = {"$ref": "#/definitions/Sequel"}
    fields = {"next": sequel, "all": {**part(f"{LIST}/responses/200/schema/properties/value")}}
    sequels = {"type": "object", "title": "Sequel", "description": "What follows."}
    example.put("/definitions/Sequel", {**sequels, "properties": {**fields}})
    example.put("/definitions/Sequel/properties/all/items", sequel)
    example.put("/definitions/Book/properties/sequel", sequel)

    assert check_connector(example.write(tmp_path)) == []


def test_parameters_need_no_set_around_them(tmp_path: Path) -> None:
    example = Example()
    parameters = deepcopy(example.properties["properties"]["connectionParameterSets"]["values"][0]["parameters"])
    example.put("apiProperties.json#/properties/connectionParameterSets", GONE)
    example.put("apiProperties.json#/properties/connectionParameters", parameters)
    assert check_connector(example.write(tmp_path)) == []

    parameters["token"]["oAuthSettings"]["redirectMode"] = "Global"
    assert [f.where for f in check_connector(example.write(tmp_path))] == [
        "apiProperties.json#/properties/connectionParameters/token/oAuthSettings/redirectMode"
    ]


def test_the_same_fault_met_by_several_operations_is_told_once(tmp_path: Path) -> None:
    example = Example()
    example.put(f"{SHELF_ID}/x-ms-dynamic-values/value-path", "key")

    assert len(check_connector(example.write(tmp_path))) == 1


def test_a_rule_can_not_be_registered_twice() -> None:
    with pytest.raises(ValueError, match="two rules are called OperationIdRequired"):
        rule("OperationIdRequired")(RULES["OperationIdRequired"].check)


def _places(value: object, where: str = "") -> Iterator[str]:
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, below in pairs:
        yield point(where, key)
        yield from _places(below, point(where, key))


@pytest.mark.parametrize("odd", ODD_VALUES, ids=repr)
def test_no_odd_value_anywhere_makes_a_rule_fail(odd: object) -> None:
    for where in _places(Example().swagger):
        example = Example()
        example.put(where, odd)
        document = Document(example.swagger, example.properties)
        mistyped = list(RULES["JsonTypeIncorrect"].findings(document))
        for each in RULES.values() if not mistyped else ():
            list(each.findings(document))


def test_the_command_prints_a_finding_a_line_and_fails_on_errors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Example()
    example.put("/info/title", "Book Club API")

    assert main([str(example.write(tmp_path))]) == 1
    finding, summary = capsys.readouterr().out.splitlines()
    assert finding.startswith("error: /info/title: ")
    assert finding.endswith(" [ValueContainsRestrictedWords]")
    assert summary.startswith("1 error, 0 warnings")


def test_the_command_succeeds_on_warnings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = Example()
    example.put(f"{LIST}/operationId", "listBooks")
    example.put("apiProperties.json#/properties/policyTemplateInstances/0/parameters", {})

    assert main([str(example.write(tmp_path))]) == 0
    assert "warning: " in capsys.readouterr().out


def test_the_command_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_damaged_icon_is_a_finding_wherever_it_is_cut(tmp_path: Path) -> None:
    whole, example = png(), Example()
    header = len(b"\x89PNG\r\n\x1a\n") + 25
    for length in range(1, header):
        example.put("icon.png", whole[:length])

        assert [f.rule for f in check_connector(example.write(tmp_path))] == ["IconNotPng"]
