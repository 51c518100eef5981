"""Each rule finds exactly its violations, at the right place."""

from pathlib import Path

import pytest
from connector_lint import (
    cases_dynamic,
    cases_inputs,
    cases_metadata,
    cases_operations,
    cases_package,
    cases_schemas,
    cases_triggers,
    cases_webhooks,
)
from connector_lint.case import Case
from connector_lint.example import Example

from connector.lint.check import check_connector
from connector.lint.rule import RULES

CASES = (
    *cases_metadata.CASES,
    *cases_operations.CASES,
    *cases_inputs.CASES,
    *cases_schemas.CASES,
    *cases_dynamic.CASES,
    *cases_triggers.CASES,
    *cases_webhooks.CASES,
    *cases_package.CASES,
)
# The general validator finds many of the same faults; its findings are not compared.
GENERAL = "OpenApiInvalid"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_broken_connector_yields_the_finding_of_the_rule_it_breaks(case: Case, tmp_path: Path) -> None:
    example = Example()
    for where, value in case.edits.items():
        example.put(where, value)

    findings = check_connector(example.write(tmp_path))

    assert (case.rule, case.where) in {(finding.rule, finding.where) for finding in findings}
    assert {finding.rule for finding in findings} - {GENERAL} == {case.rule, *case.also}


def test_every_rule_has_a_case() -> None:
    assert {case.rule for case in CASES} == set(RULES)
