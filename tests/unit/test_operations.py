from __future__ import annotations

import pytest

from function_app.api.operation import Operation
from function_app.bootstrap import OPERATIONS

VERBS = {
    "Assigns": "Assign",
    "Cancels": "Cancel",
    "Creates": "Create",
    "Deletes": "Delete",
    "Erases": "Erase",
    "Ends": "End",
    "Regenerates": "Regenerate",
    "Removes": "Remove",
    "Returns": "Get",
    "Reverts": "Revert",
    "Revokes": "Revoke",
    "Serves": "Serve",
    "Shows": "Show",
    "Starts": "Start",
    "Updates": "Update",
    "Withdraws": "Withdraw",
}
"""By the first word of a description: that of the summary."""
TRIGGERS = [operation for operation in OPERATIONS if operation.hint]
ACTIONS = [operation for operation in OPERATIONS if not operation.hint]
OTHER_SUMMARIES = {"Check": "Returns", "Define": "Creates", "Find": "Returns", "List": "Returns"}


@pytest.mark.parametrize("operation", ACTIONS, ids=lambda operation: operation.id)
def test_a_description_says_in_the_third_person_what_the_summary_commands(operation: Operation) -> None:
    command, verb = operation.summary.split()[0], operation.description.split()[0]
    assert verb in VERBS
    assert command == VERBS[verb] or OTHER_SUMMARIES.get(command) == verb


@pytest.mark.parametrize("operation", TRIGGERS, ids=lambda operation: operation.id)
def test_a_trigger_is_described_in_microsofts_form(operation: Operation) -> None:
    assert operation.summary.startswith(("When a ", "When an "))
    assert operation.description.startswith(("This operation triggers when a ", "This operation triggers when an "))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_text_of_an_operation_is_a_sentence(operation: Operation) -> None:
    texts = [operation.description, *(response.description for response in operation.responses.values())]
    texts += [parameter.description for parameter in operation.parameters]
    texts += [operation.body.description] if operation.body else []
    texts += [operation.hint] if operation.hint else []
    assert [text for text in texts if not (text[:1].isupper() and text.endswith("."))] == []
