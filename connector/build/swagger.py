"""The connector's definition, generated from the operations: `python -m connector.build.swagger [--check]`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from connector.build.schemas import ENTITY_SCHEMA, Definitions, attributes_of, choices, words
from connector.lint.json_value import Json
from function_app.api.operation import NOT_MODIFIED, Body, Operation, Response
from function_app.api.parameter import Parameter
from function_app.api.sign_in.auth import KEY_HEADER
from function_app.api.sign_in.tokens import SCOPE
from function_app.bootstrap import OPERATIONS
from function_app.operations.shapes import INTERNAL, ErrorBody
from function_app.version import VERSION

FILE = Path(__file__).parent.parent / "apiDefinition.swagger.json"
NEXT_LINK = "@odata.nextLink"
TEST_CONNECTION = "ListInstances"
AGENTIC_PROTOCOL = "mcp-streamable-1.0"
UNSUBSCRIBE = "EndSubscription"
"""The platform calls it by the Location of a subscription."""
INFO: Json = {
    "title": "Real-time Customer Profiles",
    "description": (
        "Real-time layer on top of a customer data platform: update profiles and create activities between its "
        "refreshes, read merged profiles and timelines, and start a flow when a profile is updated, an activity is "
        "created, or an update expires."
    ),
    "version": VERSION,
    "x-ms-keywords": ["customer", "profile", "real-time", "activity", "timeline"],
    "contact": {
        "name": "Real-time Customer Profiles",
        "url": "https://realtime-customer-profiles.example.com/support",
        "email": "support@realtime-customer-profiles.example.com",
    },
}
HOST = "realtime-customer-profiles.azurewebsites.net"
SECURITY: Json = {
    "oauth2_auth": {
        "type": "oauth2",
        "flow": "accessCode",
        "authorizationUrl": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
        "tokenUrl": "https://login.microsoftonline.com/common/oauth2/v2.0/token",
        "scopes": {SCOPE: "Access customer profiles on your behalf."},
    },
    "api_key": {"type": "apiKey", "in": "header", "name": KEY_HEADER},
}
METADATA = {
    "Website": "https://realtime-customer-profiles.example.com",
    "Privacy policy": "https://realtime-customer-profiles.example.com/privacy",
    "Categories": "Sales and CRM;Data",
}
FAULTS = {
    400: "the request is not valid",
    401: "the credentials are missing or not valid",
    403: "the role does not permit the operation",
    404: "the resource does not exist",
    409: "the same id was sent before with other content",
    413: "the request is too large",
    415: "the body is not JSON",
    429: "too many requests",
    500: "the service failed",
    503: "the service is unavailable",
}
FAULT = (
    "An error with its code. "
    + "; ".join(f"{status}: {text}" for status, text in FAULTS.items())
    + ". After 429 and 503 wait the seconds in Retry-After."
)
"""Of the one response of all errors: clients type an error by the response of its status, and only one may have a
schema beside that of the output.
"""
BUDGET: Json = {
    "type": "string",
    "x-ms-summary": "Remaining Requests",
    "description": "The number of requests that remain in this minute (r), and the seconds until the next one (t).",
}
TEST_VALUES = {
    "instanceId": "11111111-1111-4111-8111-111111111111",
    "customerId": "786d214668eb5570aa982aa46957a507",
    "dataSourceName": "eCommerce",
    "key": "CNTID_1000",
    "$filter": "City eq 'Oslo'",
    "$search": "oslo",
}
"""Values of the sample instance."""


def definition(operations: Sequence[Operation]) -> Json:
    """Return the connector's definition."""
    definitions = Definitions()
    paths: dict[str, Json] = {}
    for operation in offered(operations):
        item = paths.setdefault(f"/{operation.path}", {})
        item[operation.verb.lower()] = _operation(operation, definitions)
        if operation.notification:
            item["x-ms-notification-content"] = {
                "description": "What is sent when it happens.",
                "schema": definitions.of_model(operation.notification),
            }
    return {
        "swagger": "2.0",
        "info": INFO,
        "host": HOST,
        "basePath": "/api",
        "schemes": ["https"],
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "paths": paths,
        "tags": [{"name": name} for name in sorted({operation.tag for operation in offered(operations)})],
        "definitions": dict(sorted(definitions.found.items())),
        "securityDefinitions": SECURITY,
        "security": [{"oauth2_auth": [SCOPE]}, {"api_key": []}],
        "x-ms-connector-metadata": [{"propertyName": name, "propertyValue": value} for name, value in METADATA.items()],
        "x-ms-capabilities": {"testConnection": {"operationId": TEST_CONNECTION, "parameters": {}}},
    }


def offered(operations: Sequence[Operation]) -> list[Operation]:
    """Return the operations of the connector: all except internal ones that no other operation refers to."""
    called = {TEST_CONNECTION, ENTITY_SCHEMA, UNSUBSCRIBE}
    called |= {p.choices.operation_id for operation in operations for p in operation.parameters if p.choices}
    return [operation for operation in operations if operation.visibility != "internal" or operation.id in called]


def _operation(operation: Operation, definitions: Definitions) -> Json:
    model = next((response.model for response in operation.responses.values() if response.model), None)
    parameters = [_parameter(p) for p in operation.parameters if _is_offered(p, operation)]
    if operation.body and not operation.body.optional:
        parameters.append(_body(operation, operation.body, definitions))
    described: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "tags": [operation.tag],
    }
    if operation.visibility != "none":
        described["x-ms-visibility"] = operation.visibility
    if operation.hint:
        kind = "single" if operation.notification else "batch"
        described |= {"x-ms-trigger": kind, "x-ms-trigger-hint": operation.hint}
    if model and NEXT_LINK in model.__annotations__:
        described["x-ms-pageable"] = {"nextLinkName": NEXT_LINK}
    described |= _for_agents(operation)
    return described | {"parameters": parameters, "responses": _responses(operation, definitions)}


def _for_agents(operation: Operation) -> Json:
    """Return what agents and later versions need: writes ask the user first, and a revision has a family."""
    if operation.visibility == "internal":
        return {}
    if operation.agentic:  # the agent asks the user itself, by the annotations of the tools
        return {"x-ms-agentic-protocol": AGENTIC_PROTOCOL}
    described: Json = {"x-ms-api-annotation": {"family": operation.id, "revision": 1}}
    if operation.hint is None:
        described["x-ms-openai-data"] = {"openai-enabled": True}
    if operation.verb != "GET" and operation.hint is None:
        described["x-ms-require-user-confirmation"] = True
    return described


def _is_offered(parameter: Parameter[Any], operation: Operation) -> bool:
    """Return whether a parameter is in the definition: Power Fx shows makers internal ones that are optional.

    The position of a trigger is internal too, but triggers are not called from formulas.
    """
    return parameter.visibility != "internal" or parameter.required or operation.hint is not None


def _parameter(parameter: Parameter[Any]) -> Json:
    described: Json = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.required,
        **parameter.schema,
        "x-ms-summary": parameter.summary,
        "description": parameter.description,
        **parameter.extensions,
    }
    if parameter.visibility != "none":
        described["x-ms-visibility"] = parameter.visibility
    if "enum" in described:
        described["x-ms-enum-values"] = [{"value": word, "displayName": _in_words(word)} for word in described["enum"]]
    if parameter.name in TEST_VALUES:
        described["x-ms-test-value"] = TEST_VALUES[parameter.name]
    return described | (choices(parameter.choices) if parameter.choices else {})


def _in_words(word: str) -> str:
    spaced = re.sub("(?<=[a-z])(?=[A-Z])", " ", word)
    return spaced[:1].upper() + spaced[1:]


def _body(operation: Operation, body: Body, definitions: Definitions) -> Json:
    if body.items_of:
        items = _record(operation, body.items_of, "item")
        items |= {"title": f"{operation.tag} Item", "description": body.description}
        field = {"type": "array", "title": "Items", "description": body.description, "items": items}
        batch = {"type": "object", "required": ["items"], "properties": {"items": field}}
        summary, schema = "Batch", definitions.define(f"{operation.id}Batch", batch)
    elif body.attributes_of:
        record = _record(operation, body.attributes_of, "input")
        summary, schema = "Fields", definitions.define(f"{operation.id}Fields", record)
    elif body.model:
        summary, schema = words(body.model.__name__), definitions.of_model(body.model)
    described = {"name": "body", "in": "body", "required": True, "x-ms-summary": summary}
    return described | {"description": body.description, "schema": schema}


def _record(operation: Operation, entity: str, use: Any) -> Json:
    return attributes_of(entity, use, is_parameter=any(p.name == entity for p in operation.parameters))


def _responses(operation: Operation, definitions: Definitions) -> Json:
    responses: dict[str, Json] = {}
    for status, response in sorted(operation.responses.items()):
        if response is NOT_MODIFIED:  # the definition offers no If-None-Match
            continue
        described: Json = {"description": response.description}
        schema = _schema(operation, response, definitions)
        if schema and not operation.notification:  # the outputs of such a trigger are its notification
            described["schema"] = schema
        headers = _headers(operation, status, response)
        if headers:
            described["headers"] = headers
        responses[str(status)] = described
    responses["default"] = {"description": FAULT, "schema": definitions.of_model(ErrorBody)}
    return responses


def _headers(operation: Operation, status: int, response: Response) -> Json:
    """Return the headers of a response; those of a poll are for the platform, which reads them on 202.

    Makers see those of triggers only: for those of actions the Logic Apps designer writes an expression that is wrong.
    """
    named = response.headers if status in {202, 204} else {}
    described = {
        name: {"type": "string", "x-ms-summary": _title_of(name), "description": text} for name, text in named.items()
    }
    if operation.role is not None and status != HTTPStatus.ACCEPTED:
        described["RateLimit"] = BUDGET
    return {name: header | ({} if operation.hint else INTERNAL) for name, header in described.items()}


def _title_of(header: str) -> str:
    return re.sub(r"\bId\b", "ID", header.removeprefix("x-ms-").replace("-", " ").title())


def _schema(operation: Operation, response: Response, definitions: Definitions) -> Json | None:
    if response.attributes_of:
        return _record(operation, response.attributes_of, "output")
    return definitions.of_model(response.model) if response.model else None


def text_of(document: Json) -> str:
    """Return the text of a definition's file."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write the definition; with `--check` only return 1 if the file differs."""
    made = text_of(definition(OPERATIONS))
    if arguments != ["--check"]:
        FILE.write_text(made, encoding="utf-8", newline="\n")
        return 0
    if FILE.exists() and FILE.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"{FILE.name} is stale; run make connector.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
