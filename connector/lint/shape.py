"""The keys of each kind of object in the swagger.

These are the keys that the generator emits, not all of Swagger 2.0. When it emits another keyword, add it here, and a
rule if the platform restricts it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from connector.lint.node import VERBS

STRINGS = "array of strings"

# The name of a JSON type, `STRINGS`, the allowed words, or None for any value.
Allowed: TypeAlias = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Shape:
    """The keys of one kind of object; an open one may also have `x-` keys, except the platform's, `x-ms-`."""

    keys: Mapping[str, Allowed]
    required: tuple[str, ...] = ()
    open: bool = True
    one_of: tuple[str, ...] = ()


_VISIBILITY = ("important", "advanced", "internal")  # without one of them the key is absent

_TEXTS: dict[str, Allowed] = {"title": "string", "description": "string", "x-ms-summary": "string"}

_VALUE: dict[str, Allowed] = {
    **_TEXTS,
    "type": ("string", "number", "integer", "boolean", "array", "object"),
    "format": "string",
    "items": "object",
    "default": None,
    "enum": "array",
    "pattern": "string",
    **dict.fromkeys(("minimum", "maximum"), "number"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), "integer"),
    "x-ms-visibility": _VISIBILITY,
    "x-ms-enum-values": "array",
    "x-ms-test-value": None,
}

_SCHEMA: dict[str, Allowed] = {
    **_VALUE,
    "$ref": "string",
    "required": STRINGS,
    "properties": "object",
    "additionalProperties": None,
    "x-ms-notification-url": "boolean",
}

_PARAMETER: dict[str, Allowed] = {
    **_VALUE,
    "name": "string",
    "in": ("query", "header", "path", "body"),
    "required": "boolean",
    "schema": "object",
    "x-ms-url-encoding": ("single", "double"),
}

_OPERATION: dict[str, Allowed] = {
    "tags": STRINGS,
    **dict.fromkeys(("summary", "description", "operationId"), "string"),
    "parameters": "array",
    "responses": "object",
    "deprecated": "boolean",
    "x-ms-visibility": _VISIBILITY,
    "x-ms-trigger": ("single", "batch"),
    "x-ms-trigger-hint": "string",
    "x-ms-agentic-protocol": ("mcp-streamable-1.0",),
    "x-ms-require-user-confirmation": "boolean",
    "x-ms-openai-data": "object",
}

_ROOT: dict[str, Allowed] = {
    "swagger": "string",
    **dict.fromkeys(("host", "basePath"), "string"),
    **dict.fromkeys(("consumes", "produces", "schemes"), STRINGS),
    **dict.fromkeys(("security", "tags"), "array"),
    **dict.fromkeys(("info", "paths", "definitions", "securityDefinitions"), "object"),
    "x-ms-connector-metadata": "array",
    "x-ms-capabilities": "object",
}

_OLDER_CALL: dict[str, Allowed] = {"operationId": "string", "parameters": "object", "value-path": "string"}
_NEWER_CALL: dict[str, Allowed] = {"operationId": "string", "parameters": "object", "itemValuePath": "string"}
_CALLS = ("operationId", "parameters")

SHAPES: dict[str, Shape] = {
    "root": Shape(_ROOT, required=("swagger", "info", "paths")),
    "info": Shape(
        {**dict.fromkeys(("title", "version", "description"), "string"), "contact": "object", "x-ms-keywords": STRINGS},
        required=("title", "version", "description", "contact"),
    ),
    "contact": Shape(dict.fromkeys(("name", "url", "email"), "string"), required=("name", "url", "email")),
    "tag": Shape(dict.fromkeys(("name", "description"), "string"), required=("name",)),
    "metadata": Shape(
        dict.fromkeys(("propertyName", "propertyValue"), "string"),
        required=("propertyName", "propertyValue"),
        open=False,
    ),
    "pathItem": Shape({**dict.fromkeys(VERBS, "object"), "x-ms-notification-content": "object"}),
    "x-ms-notification-content": Shape({"description": "string", "schema": "object"}, open=False),
    "operation": Shape(_OPERATION),
    "parameter": Shape(_PARAMETER, required=("name", "in"), one_of=("type", "schema")),
    "response": Shape(
        {"description": "string", "schema": "object", "headers": "object"},
        required=("description",),
    ),
    "header": Shape(_VALUE, required=("type",)),
    "items": Shape(_VALUE),
    "schema": Shape(_SCHEMA),
    "x-ms-pageable": Shape({"nextLinkName": "string"}, required=("nextLinkName",), open=False),
    "x-ms-api-annotation": Shape(
        {"family": "string", "revision": "integer", "status": ("Production", "Preview")},
        open=False,
    ),
    "x-ms-enum-values": Shape({"value": None, "displayName": "string"}, required=("value", "displayName"), open=False),
    "x-ms-dynamic-values": Shape(
        {**_OLDER_CALL, "value-collection": "string", "value-title": "string"},
        required=(*_CALLS, "value-path"),
        open=False,
    ),
    "x-ms-dynamic-list": Shape(
        {**_NEWER_CALL, "itemsPath": "string", "itemTitlePath": "string"},
        required=(*_CALLS, "itemValuePath"),
        open=False,
    ),
    "x-ms-dynamic-schema": Shape(_OLDER_CALL, required=_CALLS, open=False),
    "x-ms-dynamic-properties": Shape(_NEWER_CALL, required=_CALLS, open=False),
}
