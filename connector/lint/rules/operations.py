"""Rules on an operation's id, summary, description and visibility."""

import re
from collections import Counter

from connector.lint.document import Document
from connector.lint.json_value import as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import PUNCTUATION, holds_url

SUMMARY_ADVISED = 80
SUMMARY_LENGTH = 120

_PASCAL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


@rule("OperationIdRequired")
def operations_have_ids(document: Document) -> Problems:
    for operation in document.operations:
        if not operation.operation_id:
            yield operation.where, "The operation has no operationId; give it one."


@rule("OperationIdNotUnique")
def ids_are_unique(document: Document) -> Problems:
    count = Counter(operation.operation_id for operation in document.operations)
    for operation in document.operations:
        if operation.operation_id and count[operation.operation_id] > 1:
            message = f"{operation.operation_id!r} names several operations; give each its own."
            yield point(operation.where, "operationId"), message


@rule("OperationIdSanitized")
def ids_are_alphanumeric(document: Document) -> Problems:
    for operation in document.operations:
        clean = re.sub(r"^[^A-Za-z]+|[^A-Za-z0-9]", "", operation.operation_id)
        if clean != operation.operation_id:
            message = f"{operation.operation_id!r} will be read as {clean!r}; call it that."
            yield point(operation.where, "operationId"), message


@rule("OperationIdNotPascalCase", level="warning")
def ids_are_in_pascal_case(document: Document) -> Problems:
    for operation in document.operations:
        name = operation.operation_id
        if name.isalnum() and not _PASCAL_CASE.fullmatch(name):
            where = point(operation.where, "operationId")
            yield where, f"{name!r} is not in PascalCase; write it like 'GetItem'."


@rule("OperationIdNotFound")
def references_find_their_operation(document: Document) -> Problems:
    for node in document.nodes:
        refers = node.kind.startswith("x-ms-dynamic-") or node.kind == "x-ms-notification"
        if refers and isinstance(node.value, dict) and "operationId" in node.value:
            name = node.value["operationId"]
            if not document.operation(name):
                where = point(node.where, "operationId")
                yield where, f"There is no operation {name!r}; name one of this file."


@rule("OperationSummaryRequired")
def operations_have_summaries(document: Document) -> Problems:
    for operation in document.operations:
        if not as_text(operation.value.get("summary")).strip():
            yield operation.where, "The operation has no summary; name what it does."


@rule("OperationSummaryTooLong")
def summaries_are_short(document: Document) -> Problems:
    for operation in document.operations:
        length = len(as_text(operation.value.get("summary")))
        if length > SUMMARY_LENGTH:
            message = f"The summary has {length} characters; {SUMMARY_LENGTH} is the most."
            yield point(operation.where, "summary"), message


@rule("OperationSummaryLong", level="warning")
def summaries_are_readable(document: Document) -> Problems:
    for operation in document.operations:
        length = len(as_text(operation.value.get("summary")))
        if SUMMARY_ADVISED < length <= SUMMARY_LENGTH:
            message = f"The summary has {length} characters; up to {SUMMARY_ADVISED} read well."
            yield point(operation.where, "summary"), message


@rule("RestrictedCharactersInSummary")
def summaries_are_plain(document: Document) -> Problems:
    for operation in document.operations:
        strange = re.sub(r"[A-Za-z0-9() ]", "", as_text(operation.value.get("summary")))
        if strange:
            message = f"The summary holds {strange!r}; use letters, digits and parentheses."
            yield point(operation.where, "summary"), message


@rule("OperationSummaryEndNotValid")
def summaries_end_cleanly(document: Document) -> Problems:
    for operation in document.operations:
        summary = as_text(operation.value.get("summary"))
        if summary.strip() and not (summary[-1].isalnum() or summary[-1] == ")"):
            message = f"The summary ends with {summary[-1]!r}; end with the last word."
            yield point(operation.where, "summary"), message


@rule("OperationDescriptionRequired")
def operations_have_descriptions(document: Document) -> Problems:
    for operation in document.operations:
        if not as_text(operation.value.get("description")).strip():
            yield (
                operation.where,
                "The operation has no description; tell what it does.",
            )


@rule("OperationDescriptionNotSentence")
def descriptions_are_sentences(document: Document) -> Problems:
    for operation in document.operations:
        text = as_text(operation.value.get("description"))
        if text.strip() and not (text[0].isupper() and text.endswith(PUNCTUATION)):
            message = "The description is no full sentence; start with a capital, end with a stop."
            yield point(operation.where, "description"), message


@rule("OperationDescriptionEqualsSummary")
def descriptions_say_more(document: Document) -> Problems:
    for operation in document.operations:
        summary, text = (as_text(operation.value.get(k)) for k in ("summary", "description"))
        if text.strip() and text.strip(" .!?").lower() == summary.strip(" .!?").lower():
            message = "The description repeats the summary; say more, or say it otherwise."
            yield point(operation.where, "description"), message


@rule("OperationDescriptionHasUrl")
def descriptions_hold_no_address(document: Document) -> Problems:
    for operation in document.operations:
        if holds_url(as_text(operation.value.get("description"))):
            where = point(operation.where, "description")
            yield where, "The description holds an address; put it in externalDocs or the readme."


@rule("OperationVisibilityMissing")
def operations_state_their_visibility(document: Document) -> Problems:
    for operation in document.operations:
        if "x-ms-visibility" not in operation.value:
            message = "x-ms-visibility is missing; say none, important, advanced or internal."
            yield operation.where, message
