"""Changes that break existing flows are found by comparison with the released swagger."""

import pytest
from connector_lint.case import BOOK, CREATE, GENRE, LIST, NEW_BOOK, POLL, Case, case
from connector_lint.definitions import text
from connector_lint.example import REMOVED, Example, part
from connector_lint.swagger import swagger

from connector.lint.breaking import BREAKING_RULES, breaking_changes

PAGE = f"{LIST}/responses/200/schema"

CASES = (
    case("OperationDeleted", CREATE, {CREATE: REMOVED}),
    case("OperationIdChanged", CREATE, {f"{CREATE}/operationId": "AddBook"}),
    case("ParameterRemoved", GENRE, {f"{LIST}/parameters": []}),
    case(
        "ParameterRemoved",
        f"{NEW_BOOK}/properties/details",
        {f"{NEW_BOOK}/properties/details": REMOVED},
    ),
    case(
        "RequiredInputAdded",
        f"{LIST}/parameters/1",
        {f"{LIST}/parameters/-": part(GENRE, {"name": "sort", "required": True})},
    ),
    case("RequiredInputAdded", GENRE, {f"{GENRE}/required": True, f"{GENRE}/default": "poem"}),
    case(
        "RequiredInputAdded",
        f"{NEW_BOOK}/properties/author",
        {
            f"{NEW_BOOK}/properties/author": text("Author", "Who wrote it."),
            f"{NEW_BOOK}/required/-": "author",
        },
    ),
    case("InputTypeChanged", f"{NEW_BOOK}/properties/title", {f"{NEW_BOOK}/properties/title/type": "object"}),
    case(
        "InputEnumAdded",
        f"{NEW_BOOK}/properties/title",
        {f"{NEW_BOOK}/properties/title/enum": ["Emma"]},
    ),
    case("InputEnumValueRemoved", GENRE, {f"{GENRE}/enum": ["novel"]}),
    case(
        "OutputTypeChanged",
        f"{BOOK}/properties/pages",
        {f"{BOOK}/properties/pages/type": "string"},
    ),
    case("OutputTypeChanged", PAGE, {PAGE: {"type": "array", "items": part(BOOK)}}),
    case(
        "OutputFieldRemoved",
        f"{BOOK}/properties/title",
        {f"{BOOK}/properties/title": REMOVED},
    ),
)

HARMLESS = (
    {f"{LIST}/parameters/-": part(GENRE, {"name": "sort"})},
    {f"{GENRE}/enum/-": "essay"},
    {f"{BOOK}/properties/author": text("Author", "Who wrote it.")},
    {f"{NEW_BOOK}/required": ["title"]},
    {"/paths/~1more": {"get": part(LIST, {"operationId": "ListMore"})}},
    {"/paths/~1volumes": {"get": part(LIST)}, LIST: REMOVED},
    {f"{POLL}/description": "This operation triggers when all is well."},
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.where}")
def test_a_breaking_change_is_found_where_it_is(case: Case) -> None:
    example = Example()
    for where, value in case.edits.items():
        example.put(where, value)

    findings = breaking_changes(swagger(), example.swagger)

    assert (case.rule, case.where) in {(finding.rule, finding.where) for finding in findings}


@pytest.mark.parametrize("case", CASES[:10], ids=lambda case: f"{case.rule} {case.where}")
def test_a_changed_input_is_found_once_and_as_nothing_else(case: Case) -> None:
    example = Example()
    for where, value in case.edits.items():
        example.put(where, value)

    assert [finding.rule for finding in breaking_changes(swagger(), example.swagger)] == [case.rule]


@pytest.mark.parametrize("edits", HARMLESS, ids=lambda edits: next(iter(edits)))
def test_a_harmless_change_is_not_found(edits: dict[str, object]) -> None:
    example = Example()
    for where, value in edits.items():
        example.put(where, value)

    assert breaking_changes(swagger(), example.swagger) == []


def test_the_same_swagger_breaks_nothing() -> None:
    assert breaking_changes(swagger(), swagger()) == []


def test_every_breaking_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(BREAKING_RULES)


def test_what_is_inlined_or_put_behind_a_reference_is_the_same() -> None:
    example = Example()
    example.put(f"{CREATE}/parameters/1/schema", part(NEW_BOOK))

    assert breaking_changes(swagger(), example.swagger) == []
    assert breaking_changes(example.swagger, swagger()) == []
