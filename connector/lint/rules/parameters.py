"""Rules on single inputs: names, labels, visibility."""

from collections import Counter

from connector.lint.document import Document
from connector.lint.json_value import as_text, point
from connector.lint.rule import Problems, rule
from connector.lint.text import is_title_case

SUMMARY_LENGTH = 80
# The OpenAPI specification has clients ignore header parameters of these names.
RESERVED_HEADERS = ("accept", "authorization", "content-type")
COLLECTION_FORMATS = ("csv", "ssv", "tsv", "pipes")


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


@rule("OperationParametersContainDuplicateParameter")
def parameters_are_unique(document: Document) -> Problems:
    for operation in document.operations:
        count = Counter((p.path, p.place) for p in operation.parameters)
        for (name, place), number in count.items():
            if number > 1:
                message = f"The {place} parameter {name!r} stands here {number} times; leave one."
                yield point(operation.where, "parameters"), message


@rule("OperationParameterNameIsAmbiguous")
def parameters_are_not_named_like_body_fields(document: Document) -> Problems:
    for operation in document.operations:
        for parameter in operation.parameters:
            if parameter.place != "body" and operation.body_input(parameter.path):
                message = f"{parameter.path!r} is also a path in the body; rename one."
                yield parameter.where, message


@rule("ParameterSummaryRequired")
def parameters_have_summaries(document: Document) -> Problems:
    for node in document.of("parameter"):
        if "$ref" not in node.value and not as_text(node.value.get("x-ms-summary")).strip():
            yield node.where, "x-ms-summary is missing; name the parameter for makers."


@rule("ParameterDescriptionRequired")
def parameters_have_descriptions(document: Document) -> Problems:
    for node in document.of("parameter"):
        if "$ref" not in node.value and not as_text(node.value.get("description")).strip():
            yield node.where, "The description is missing; tell makers what to give."


@rule("ParameterSummaryTooLong")
def summaries_are_short(document: Document) -> Problems:
    for node in document.of("parameter", "schema"):
        length = len(as_text(node.value.get("x-ms-summary")))
        if length > SUMMARY_LENGTH:
            where = point(node.where, "x-ms-summary")
            yield where, f"The summary has {length} characters; {SUMMARY_LENGTH} is the most."


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
            needs_default = own and field.required and not field.is_notification_url
            holds_fields = bool(field.schema.get("properties"))
            if needs_default and not holds_fields and "default" not in field.value:
                message = f"{field.path!r} is internal and required; give it a default."
                yield field.where, message


@rule("InternalPropertyWithDefaultOptional")
def hidden_parameters_are_sent(document: Document) -> Problems:
    yield from _unsent(document, in_body=False)


@rule("PropertyMustBeRequired")
def hidden_properties_are_sent(document: Document) -> Problems:
    yield from _unsent(document, in_body=True)


def _unsent(document: Document, *, in_body: bool) -> Problems:
    for operation in document.operations:
        for field in operation.inputs:
            hidden = field.value.get("x-ms-visibility") == "internal" and "default" in field.value
            if hidden and not field.required and (field.place == "body") == in_body:
                message = f"{field.path!r} is internal and optional, so never sent; require it."
                yield field.where, message


@rule("AllowEmptyValueOnlyValidForQueryFormData")
def only_queries_and_forms_allow_empty_values(document: Document) -> Problems:
    for node in document.of("parameter"):
        place = node.value.get("in")
        if "allowEmptyValue" in node.value and place not in ("query", "formData"):
            where = point(node.where, "allowEmptyValue")
            yield where, f"A {place} parameter can not allow an empty value; remove the keyword."


@rule("CollectionFormatValueNotSupported")
def collection_formats_are_known(document: Document) -> Problems:
    for node in document.of("parameter", "header", "items"):
        form = node.value.get("collectionFormat", "csv")
        multi = form == "multi" and node.value.get("in") in ("query", "formData")
        if form not in COLLECTION_FORMATS and not multi:
            message = f"{form!r} is not supported here; use {', '.join(COLLECTION_FORMATS)}."
            yield point(node.where, "collectionFormat"), message
