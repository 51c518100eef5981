"""Rules on the responses of an operation."""

from connector.lint.document import Document
from connector.lint.field import is_open
from connector.lint.json_value import as_object, point
from connector.lint.rule import Problems, rule
from connector.lint.rules.webhooks import webhooks

NEXT_LINKS = ("nextLink", "@odata.nextLink")


@rule("OperationShouldHaveSuccessfulResponse")
def operations_can_succeed(document: Document) -> Problems:
    for operation in document.operations:
        if not any(response.successful for response in operation.responses):
            yield point(operation.where, "responses"), "No response is a success; add a 200, 201, 202 or 204."


@rule("SchemaDefinitionSetIncorrectly")
def outputs_are_on_200_or_201(document: Document) -> Problems:
    for operation in set(document.operations) - set(webhooks(document)):  # whose output is the notification
        codes = {r.code: r.has_schema for r in operation.responses if r.successful}
        declared = codes.get("200") or codes.get("201")
        needed = {"200", "201"} & set(codes) or any(codes.values())
        if needed and not declared:
            yield point(operation.where, "responses"), "No output is declared; put its schema on the 200 or the 201."


@rule("OperationHasManyResponsesWithSchema")
def one_schema_describes_the_output(document: Document) -> Problems:
    """Find responses with a second output, because a designer shows the output of one response.

    Another success may have the same schema, because clients drop a body without a schema.
    """
    for operation in document.operations:
        described = [r for r in operation.responses if r.has_schema and r.code != "default"]
        successes = [r.value["schema"] for r in described if r.successful]
        others = [r.code for r in described if not r.successful or r.value["schema"] != successes[0]]
        if others:
            message = f"{', '.join(others)} must not have a schema other than the output's; remove it."
            yield point(operation.where, "responses"), message


@rule("DefaultResponseNotError")
def default_responses_describe_one_error(document: Document) -> Problems:
    """Find `default` responses without the schema of errors, which is the same in all operations.

    Microsoft's older rule DefaultResponseHasSchema allows no schema there. But generated clients need one to read the
    code and message of an error, and more than a thousand operations of certified connectors have it.
    """
    defaults = [(o, r) for o in document.operations for r in o.responses if r.code == "default"]
    shared = defaults[0][1].value.get("schema") if defaults else None
    for operation, response in defaults:
        schema = response.value.get("schema")
        if schema is None:
            yield response.where, "The default response has no schema; refer to that of errors."
        elif any(r.successful and r.value.get("schema") == schema for r in operation.responses):
            yield response.where, "The default response has the schema of the output; refer to that of errors."
        elif schema != shared:
            yield response.where, "The default response differs from that of other operations; use one for all."


@rule("ActionHeaderVisible")
def actions_show_no_headers(document: Document) -> Problems:
    """Find headers of actions that makers see: the Logic Apps designer writes wrong expressions for them."""
    for operation in document.operations:
        for response in operation.responses if not operation.trigger else ():
            for name, header in as_object(response.value.get("headers")).items():
                if as_object(header).get("x-ms-visibility") != "internal":
                    where = point(response.where, "headers", name)
                    yield where, "The header of an action has no right expression in the designer; make it internal."


@rule("ResponseSchemaEmpty")
def outputs_have_fields(document: Document) -> Problems:
    for operation in document.operations:
        for output in (o for o in operation.outputs if o.path == ""):
            schema = output.schema
            is_object = schema.get("type", "object") == "object"
            if is_object and not schema.get("properties") and not is_open(schema):
                message = "The output declares no field; list its properties or make it dynamic."
                yield output.schema_where, message


@rule("InvalidNextLinkNameValue")
def next_link_has_a_known_name(document: Document) -> Problems:
    for node in document.of("x-ms-pageable"):
        name = node.value.get("nextLinkName")
        if name not in NEXT_LINKS:
            where = point(node.where, "nextLinkName")
            yield where, f"The platform does not follow {name!r}; use {' or '.join(NEXT_LINKS)}."


@rule("PageableOutputNotValid")
def pages_hold_values_and_a_link(document: Document) -> Problems:
    for operation in document.operations:
        pageable = operation.value.get("x-ms-pageable")
        value = operation.output("value")
        link = operation.output(str(as_object(pageable).get("nextLinkName")))
        if pageable and not (value and value.schema.get("type") == "array" and link):
            message = "The output is not a page; declare an array 'value' and the link beside it."
            yield point(operation.where, "x-ms-pageable"), message
