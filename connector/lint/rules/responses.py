"""Rules on what an operation gives back."""

from collections import Counter

from connector.lint.document import Document
from connector.lint.json_value import as_object, point
from connector.lint.operation import is_open, media_types
from connector.lint.rule import Problems, rule

MAY_BE_EMPTY = ("202", "204")
NEXT_LINKS = ("nextLink", "@odata.nextLink")


@rule("OperationMustHaveResponse")
def operations_have_responses(document: Document) -> Problems:
    for operation in document.operations:
        if not operation.responses:
            yield operation.where, "The operation has no response; describe at least the good one."


@rule("OperationShouldHaveSuccessfulResponse")
def operations_can_succeed(document: Document) -> Problems:
    for operation in document.operations:
        if operation.responses and not any(r.successful for r in operation.responses):
            where = point(operation.where, "responses")
            yield where, "No response is a success; add a 200, 201, 202 or 204."


@rule("ResponseMustBeDefaultOrHttpStatusCode")
def responses_are_under_status_codes(document: Document) -> Problems:
    for operation in document.operations:
        for code in (r.code for r in operation.responses):
            known = code.isdecimal() and 100 <= int(code) < 600  # noqa: PLR2004 - HTTP's own range
            if not known and code != "default":
                where = point(operation.where, "responses", code)
                yield where, f"{code!r} is no status code; use one, or 'default'."


@rule("SchemaDefinitionSetIncorrectly")
def outputs_are_on_200_or_201(document: Document) -> Problems:
    for operation in document.operations:
        codes = {r.code: r.has_schema for r in operation.responses}
        told = codes.get("200") or codes.get("201") or operation.notifies
        owed = {"200", "201"} & set(codes) or any(codes.values())
        if owed and not told:
            where = point(operation.where, "responses")
            yield where, "No output is declared; put its schema on the 200 or the 201."


@rule("OperationHasManyResponsesWithSchema")
def one_response_has_a_schema(document: Document) -> Problems:
    for operation in document.operations:
        codes = [r.code for r in operation.responses if r.has_schema and r.code != "default"]
        if len(codes) > 1:
            message = f"{', '.join(codes)} all have a schema; leave it on the successful one."
            yield point(operation.where, "responses"), message


@rule("DefaultResponseHasSchema")
def default_response_has_no_schema(document: Document) -> Problems:
    for operation in document.operations:
        for response in operation.responses:
            if response.code == "default" and response.has_schema:
                yield (
                    response.where,
                    "The default response has a schema; leave its description.",
                )


@rule("ResponseSchemaEmpty")
def outputs_have_fields(document: Document) -> Problems:
    for operation in document.operations:
        for output in (o for o in operation.outputs if o.path == ""):
            schema = output.schema
            is_object = schema.get("type", "object") == "object"
            if is_object and not schema.get("properties") and not is_open(schema):
                message = "The output declares no field; list its properties or make it dynamic."
                yield output.schema_where, message


@rule("ResponseHeadersAreNotUnique")
def headers_are_unique(document: Document) -> Problems:
    for node in document.of("response"):
        headers = as_object(node.value.get("headers"))
        for name, count in Counter(header.lower() for header in headers).items():
            if count > 1:
                where = point(node.where, "headers")
                yield where, f"The header {name!r} stands here {count} times; leave one."


@rule("ResponseExampleMustBeProducedByOperation")
def examples_are_of_produced_types(document: Document) -> Problems:
    for operation in document.operations:
        produced = media_types(operation, document.swagger, "produces")
        for response in operation.responses:
            for kind in as_object(response.value.get("examples")):
                if kind not in produced:
                    where = point(response.where, "examples", kind)
                    yield where, f"{operation.label} does not produce {kind!r}; remove the example."


@rule("InvalidNextLinkNameValue")
def next_link_has_a_known_name(document: Document) -> Problems:
    for node in document.of("x-ms-pageable"):
        name = node.value.get("nextLinkName")
        if name not in NEXT_LINKS:
            where = point(node.where, "nextLinkName")
            yield where, f"{name!r} is not followed; use {' or '.join(NEXT_LINKS)}."


@rule("PageableOutputNotValid")
def pages_hold_values_and_a_link(document: Document) -> Problems:
    for operation in document.operations:
        pageable = operation.value.get("x-ms-pageable")
        value = operation.output("value")
        link = operation.output(str(as_object(pageable).get("nextLinkName")))
        if pageable and not (value and value.schema.get("type") == "array" and link):
            message = "The output is no page; declare an array 'value' and the link beside it."
            yield point(operation.where, "x-ms-pageable"), message
