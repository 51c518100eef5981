"""Rules on an operation's id, its revisions, its summary and its description."""

import re
from collections import Counter, defaultdict

from connector.lint.document import Document
from connector.lint.json_value import Json, as_object, as_text, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule
from connector.lint.text import PUNCTUATION, has_url

ADVISED_SUMMARY, MAX_SUMMARY = 80, 120

_PASCAL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")


@rule("OperationIdNotUnique")
def ids_are_unique(document: Document) -> Problems:
    count = Counter(operation.operation_id for operation in document.operations)
    for operation in document.operations:
        if count[operation.operation_id] > 1:
            message = f"{operation.operation_id!r} is the id of several operations; use unique ids."
            yield point(operation.where, "operationId"), message


@rule("OperationIdSanitized")
def ids_are_alphanumeric(document: Document) -> Problems:
    for operation in document.operations:
        clean = re.sub(r"^[^A-Za-z]+|[^A-Za-z0-9]", "", operation.operation_id)
        if clean != operation.operation_id:
            message = f"The platform changes {operation.operation_id!r} to {clean!r}; use that id."
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
        refers = node.kind.startswith("x-ms-dynamic-")
        if refers and isinstance(node.value, dict) and "operationId" in node.value:
            name = node.value["operationId"]
            if not document.operation(name):
                where = point(node.where, "operationId")
                yield where, f"There is no operation {name!r}; use the id of an operation in this file."


def _annotation(operation: Operation) -> Json:
    return as_object(operation.value.get("x-ms-api-annotation"))


@rule("OperationFamilyHasDuplicateRevisions")
def revisions_are_unique(document: Document) -> Problems:
    families: defaultdict[object, list[Operation]] = defaultdict(list)
    for operation in document.operations:
        if {"family", "revision"} <= set(_annotation(operation)):
            families[_annotation(operation)["family"]].append(operation)
    for family, members in families.items():
        count = Counter(_annotation(member)["revision"] for member in members)
        for member in members:
            if count[_annotation(member)["revision"]] > 1:
                where = point(member.where, "x-ms-api-annotation", "revision")
                yield where, f"The family {family!r} has this revision twice; use unique numbers."


@rule("OperationRevisionEmpty")
def members_have_revisions(document: Document) -> Problems:
    for operation in document.operations:
        if "family" in _annotation(operation) and "revision" not in _annotation(operation):
            where = point(operation.where, "x-ms-api-annotation")
            yield where, "An operation with a family needs a revision; start at 1."


@rule("OperationIdShouldEndWithRevision", level="warning")
def ids_end_with_the_revision(document: Document) -> Problems:
    for operation in document.operations:
        revision = _annotation(operation).get("revision", 1)
        if revision > 1 and not operation.operation_id.endswith(f"V{revision}"):
            where = point(operation.where, "operationId")
            yield where, f"{operation.operation_id!r} is revision {revision}; end it with V{revision}."


@rule("OperationSummaryRequired")
def operations_have_summaries(document: Document) -> Problems:
    for operation in document.operations:
        if not as_text(operation.value.get("summary")).strip():
            yield operation.where, "The operation has no summary; write one."


@rule("OperationSummaryTooLong")
def summaries_are_short(document: Document) -> Problems:
    for operation in document.operations:
        length = len(as_text(operation.value.get("summary")))
        if length > MAX_SUMMARY:
            message = f"The summary has {length} characters; at most {MAX_SUMMARY} are allowed."
            yield point(operation.where, "summary"), message


@rule("OperationSummaryLong", level="warning")
def summaries_are_readable(document: Document) -> Problems:
    for operation in document.operations:
        length = len(as_text(operation.value.get("summary")))
        if ADVISED_SUMMARY < length <= MAX_SUMMARY:
            message = f"The summary has {length} characters; up to {ADVISED_SUMMARY} are shown well."
            yield point(operation.where, "summary"), message


@rule("RestrictedCharactersInSummary")
def summaries_are_plain(document: Document) -> Problems:
    for operation in document.operations:
        other = re.sub(r"[A-Za-z0-9() ]", "", as_text(operation.value.get("summary")))
        if other:
            message = f"The summary contains {other!r}; use letters, digits and parentheses."
            yield point(operation.where, "summary"), message


@rule("OperationSummaryEndNotValid")
def summaries_end_with_a_word(document: Document) -> Problems:
    for operation in document.operations:
        summary = as_text(operation.value.get("summary"))
        if summary.strip() and not (summary[-1].isalnum() or summary[-1] == ")"):
            message = f"The summary ends with {summary[-1]!r}; end it with a word."
            yield point(operation.where, "summary"), message


@rule("OperationDescriptionRequired")
def operations_have_descriptions(document: Document) -> Problems:
    for operation in document.operations:
        if not as_text(operation.value.get("description")).strip():
            yield operation.where, "The operation has no description; write one."


@rule("OperationDescriptionNotSentence")
def descriptions_are_sentences(document: Document) -> Problems:
    for operation in document.operations:
        text = as_text(operation.value.get("description"))
        if text.strip() and not (text[0].isupper() and text.endswith(PUNCTUATION)):
            message = "The description is not a sentence; start with a capital and end with punctuation."
            yield point(operation.where, "description"), message


@rule("OperationDescriptionEqualsSummary")
def descriptions_say_more(document: Document) -> Problems:
    for operation in document.operations:
        summary, text = (as_text(operation.value.get(k)) for k in ("summary", "description"))
        if text.strip() and text.strip(" .!?").lower() == summary.strip(" .!?").lower():
            yield point(operation.where, "description"), "The description repeats the summary; say more."


@rule("OperationDescriptionHasUrl")
def descriptions_have_no_url(document: Document) -> Problems:
    for operation in document.operations:
        if has_url(as_text(operation.value.get("description"))):
            where = point(operation.where, "description")
            yield where, "The description contains a URL; put it into the readme."
