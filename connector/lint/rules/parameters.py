"""Rules on inputs: names, labels, visibility."""

from collections import Counter

from connector.lint.document import Document
from connector.lint.json_value import as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import is_title_case

MAX_SUMMARY = 80
# Clients ignore header parameters with these names, as the OpenAPI specification requires.
RESERVED_HEADERS = ("accept", "authorization", "content-type")


@rule("ConnectionIdParameterNotAllowed")
def none_is_called_connection_id(document: Document) -> Problems:
    for node in document.of("parameter"):
        if as_text(node.value.get("name")).lower() == "connectionid":
            yield node.where, "The platform uses the name 'connectionId' itself; choose another."


@rule("ReservedParameterIsUsed")
def none_is_a_reserved_header(document: Document) -> Problems:
    for node in document.of("parameter"):
        name = as_text(node.value.get("name"))
        if node.value.get("in") == "header" and name.lower() in RESERVED_HEADERS:
            yield node.where, f"The platform sets the header {name!r} itself; remove the parameter."


@rule("BodyOrFormDataParameterInFetchOperationNotAllowed")
def gets_have_no_body(document: Document) -> Problems:
    for operation in document.operations:
        for parameter in operation.parameters:
            if operation.verb == "get" and parameter.place == "body":
                yield parameter.where, "A GET has no body; use query parameters."


@rule("OperationParametersContainDuplicateParameter")
def parameters_are_unique(document: Document) -> Problems:
    for operation in document.operations:
        count = Counter((p.path, p.place) for p in operation.parameters)
        for (name, place), number in count.items():
            if number > 1:
                message = f"The {place} parameter {name!r} is declared {number} times; keep one."
                yield point(operation.where, "parameters"), message


@rule("OperationParameterNameIsAmbiguous")
def parameters_are_not_named_like_body_fields(document: Document) -> Problems:
    for operation in document.operations:
        for parameter in operation.parameters:
            if parameter.place != "body" and operation.body_input(parameter.path):
                message = f"{parameter.path!r} is also a field of the body; rename one."
                yield parameter.where, message


@rule("ParameterSummaryRequired")
def parameters_have_summaries(document: Document) -> Problems:
    for node in document.of("parameter"):
        if not as_text(node.value.get("x-ms-summary")).strip():
            yield node.where, "x-ms-summary is missing; add the name that makers see."


@rule("ParameterDescriptionRequired")
def parameters_have_descriptions(document: Document) -> Problems:
    for node in document.of("parameter"):
        if not as_text(node.value.get("description")).strip():
            yield node.where, "The description is missing; describe what makers enter."


@rule("ParameterSummaryTooLong")
def summaries_are_short(document: Document) -> Problems:
    for node in document.of("parameter", "schema"):
        length = len(as_text(node.value.get("x-ms-summary")))
        if length > MAX_SUMMARY:
            where = point(node.where, "x-ms-summary")
            yield where, f"The summary has {length} characters; at most {MAX_SUMMARY} are allowed."


@rule("ParameterSummaryNotTitleCase", level="warning")
def summaries_are_in_title_case(document: Document) -> Problems:
    for node in document.of("parameter"):
        summary = as_text(node.value.get("x-ms-summary"))
        if not is_title_case(summary):
            where = point(node.where, "x-ms-summary")
            yield where, f"{summary!r} is not in title case; begin its words with capitals."


@rule("InternalRequiredHasNoDefault")
def hidden_inputs_have_a_value(document: Document) -> Problems:
    for operation in document.operations:
        for field in operation.inputs:
            own = field.value.get("x-ms-visibility") == "internal"
            needs_default = own and field.required and not field.value.get("x-ms-notification-url")
            has_fields = bool(field.schema.get("properties"))
            if needs_default and not has_fields and "default" not in field.value:
                yield field.where, f"{field.path!r} is internal and required; add a default."


@rule("PropertyMustBeRequired")
def hidden_defaults_are_sent(document: Document) -> Problems:
    """Find optional internal inputs of actions: the platform sends no default of them, and Power Fx shows them."""
    for operation in document.operations:
        for field in () if operation.trigger else operation.inputs:
            if field.value.get("x-ms-visibility") == "internal" and not field.required:
                yield (
                    field.where,
                    f"{field.path!r} is internal and optional; leave it out, or require it.",
                )
