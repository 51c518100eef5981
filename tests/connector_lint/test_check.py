"""The check of a folder: valid, invalid, unreadable or unusual."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from connector_lint.case import BOOK, CREATE, DELETE, GENRE, LIST, SHELF_ID
from connector_lint.example import PROPERTIES, REMOVED, Example, part, png

from connector.lint import rules
from connector.lint.check import check_connector, check_document, main
from connector.lint.document import Document
from connector.lint.json_value import point
from connector.lint.rule import RULES, rule
from connector.lint.rules import SUBJECTS

TITLE = f"{BOOK}/properties/title"
NEVER_EMITTED = (
    *((f"{TITLE}/{key}", {}, "ExtensionNameNotValid") for key in ("allOf", "oneOf", "anyOf", "not", "const")),
    *((f"{TITLE}/{key}", 1, "ExtensionNameNotValid") for key in ("discriminator", "readOnly", "example", "xml")),
    *((f"{TITLE}/{key}", 1, "ExtensionNameNotValid") for key in ("multipleOf", "uniqueItems", "exclusiveMinimum")),
    *((f"{GENRE}/{key}", 1, "ExtensionNameNotValid") for key in ("$ref", "allowEmptyValue", "collectionFormat")),
    *((f"{LIST}/{key}", [], "ExtensionNameNotValid") for key in ("consumes", "produces", "schemes", "security")),
    *((f"/{key}", {}, "ExtensionNameNotValid") for key in ("parameters", "responses", "scriptOperations")),
    *((f"/paths/~1books/{key}", {}, "ExtensionNameNotValid") for key in ("parameters", "$ref", "head")),
    (f"{LIST}/x-ms-notification", {}, "ExtensionNameNotValid"),
    (f"{GENRE}/in", "formData", "JsonValueNotInEnum"),
    (f"{GENRE}/type", "file", "JsonValueNotInEnum"),
    (f"{TITLE}/format", "binary", "UnrecognizedTypeFormat"),
    ("/definitions/Book/properties/copy", {"$ref": "#/definitions/Copy"}, "OpenApiInvalid"),
    ("/swagger", "3.0", "OpenApiInvalid"),
)
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


def test_where_a_json_type_is_wrong_only_the_types_are_reported() -> None:
    example = Example()
    example.put("/paths", ["books"])
    example.put("/info/title", "API")

    findings = check_document(Document(example.swagger, example.properties))

    assert [(f.rule, f.where) for f in findings] == [("JsonTypeIncorrect", "/paths")]


def test_the_general_validator_is_asked_too() -> None:
    example = Example()
    example.put("/paths", {})
    example.put("/info/version", REMOVED)

    findings = check_document(Document(example.swagger, example.properties))

    assert ("OpenApiInvalid", "/info") in {(f.rule, f.where) for f in findings}


def test_a_reference_the_general_validator_can_not_follow_is_a_finding() -> None:
    example = Example()
    example.put(f"{CREATE}/responses/201/schema/$ref", "http://[books")

    findings = check_document(Document(example.swagger, example.properties))

    assert "OpenApiInvalid" in {f.rule for f in findings}


def test_schemas_that_hold_themselves_are_walked_once(tmp_path: Path) -> None:
    example = Example()
    sequel = {"$ref": "#/definitions/Sequel"}
    fields = {"next": sequel, "all": {**part(f"{LIST}/responses/200/schema/properties/value"), "title": "Sequels"}}
    sequels = {"type": "object", "x-ms-summary": "Sequel", "description": "What follows."}
    example.put("/definitions/Sequel", {**sequels, "properties": {**fields}})
    example.put("/definitions/Sequel/properties/all/items", sequel)
    example.put("/definitions/Book/properties/sequel", sequel)

    assert check_connector(example.write(tmp_path)) == []


def test_parameters_need_no_set_around_them(tmp_path: Path) -> None:
    example = Example()
    parameters = deepcopy(example.properties["properties"]["connectionParameterSets"]["values"][0]["parameters"])
    example.put("apiProperties.json#/properties/connectionParameterSets", REMOVED)
    example.put("apiProperties.json#/properties/connectionParameters", parameters)
    assert check_connector(example.write(tmp_path)) == []

    parameters["token"]["oAuthSettings"]["redirectMode"] = "Global"
    assert [f.where for f in check_connector(example.write(tmp_path))] == [
        "apiProperties.json#/properties/connectionParameters/token/oAuthSettings/redirectMode"
    ]


def test_errors_may_be_described_once_for_all_operations(tmp_path: Path) -> None:
    example = Example()
    for operation in (CREATE, LIST, DELETE):
        example.put(f"{operation}/responses/default", {"description": "An error.", "schema": part(BOOK)})

    assert check_connector(example.write(tmp_path)) == []


def test_another_success_may_have_the_schema_of_the_output(tmp_path: Path) -> None:
    example = Example()
    example.put(f"{CREATE}/responses/202", part(f"{CREATE}/responses/201"))

    assert check_connector(example.write(tmp_path)) == []


@pytest.mark.parametrize(("where", "value", "rule_id"), NEVER_EMITTED, ids=lambda value: str(value)[:40])
def test_what_the_generator_never_emits_is_found_without_a_separate_rule(
    where: str, value: object, rule_id: str, tmp_path: Path
) -> None:
    example = Example()
    example.put(where, value)

    assert rule_id in {finding.rule for finding in check_connector(example.write(tmp_path))}


def test_a_fault_that_several_operations_share_is_one_finding(tmp_path: Path) -> None:
    example = Example()
    for form in ("x-ms-dynamic-values", "x-ms-dynamic-list"):
        example.put(f"{TITLE}/{form}", part(f"{SHELF_ID}/{form}"))
    example.put(f"{TITLE}/x-ms-dynamic-list/itemValuePath", "key")
    invoked = RULES["InvokedOperationShouldProduceProperty"]

    assert len(list(invoked.check(Document(example.swagger, example.properties)))) > 1
    assert len(check_connector(example.write(tmp_path))) == 1


def test_every_module_of_rules_is_in_the_order_once() -> None:
    assert sorted(SUBJECTS) == sorted(module.name for module in iter_modules(rules.__path__))


def test_a_rule_can_not_be_registered_twice() -> None:
    with pytest.raises(ValueError, match="two rules have the id OperationIdNotUnique"):
        rule("OperationIdNotUnique")(RULES["OperationIdNotUnique"].check)


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
    example.put(f"{PROPERTIES}/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplate-operationName", [])

    assert main([str(example.write(tmp_path))]) == 0
    assert "warning: " in capsys.readouterr().out


def test_the_command_expects_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_a_damaged_icon_is_a_finding_wherever_it_is_cut(tmp_path: Path) -> None:
    whole, example = png(), Example()
    header = len(b"\x89PNG\r\n\x1a\n") + 25
    for length in range(1, header):
        example.put("icon.png", whole[:length])

        assert [f.rule for f in check_connector(example.write(tmp_path))] == ["IconNotPng"]
