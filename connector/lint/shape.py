"""What each kind of object in the swagger may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

STRINGS = "array of strings"

# A JSON type's name, `STRINGS`, the words allowed, or None where anything is.
Allowed: TypeAlias = str | tuple[str, ...] | None


@dataclass(frozen=True)
class Shape:
    """The keys of one kind of object; an open one may hold `x-` keys besides."""

    keys: Mapping[str, Allowed]
    required: tuple[str, ...] = ()
    open: bool = True
    one_of: tuple[str, ...] = ()


_VISIBILITY = ("none", "important", "advanced", "internal")
_STATUS = ("Production", "Preview")

_TEXTS = {"title": "string", "description": "string", "x-ms-summary": "string"}

_VALUE: dict[str, Allowed] = {
    **_TEXTS,
    "type": ("string", "number", "integer", "boolean", "array", "object", "file"),
    "format": "string",
    "items": "object",
    "collectionFormat": "string",
    "default": None,
    "maximum": "number",
    "exclusiveMaximum": "boolean",
    "minimum": "number",
    "exclusiveMinimum": "boolean",
    "maxLength": "integer",
    "minLength": "integer",
    "pattern": "string",
    "maxItems": "integer",
    "minItems": "integer",
    "uniqueItems": "boolean",
    "enum": "array",
    "multipleOf": "number",
    "x-ms-visibility": _VISIBILITY,
    "x-ms-enum-values": "array",
    "x-ms-editor": "string",
    "x-ms-notification-url": "boolean",
}

# Keywords of newer JSON schemas have a rule of their own, so they pass here.
FOREIGN_KEYWORDS = (
    *("oneOf", "anyOf", "not", "const", "nullable", "deprecated", "examples", "contains"),
    *("patternProperties", "propertyNames", "dependencies", "if", "then", "else", "$schema", "$id"),
)

_SCHEMA: dict[str, Allowed] = {
    **_VALUE,
    "$ref": "string",
    "maxProperties": "integer",
    "minProperties": "integer",
    "required": STRINGS,
    "properties": "object",
    "additionalProperties": None,
    "allOf": "array",
    "discriminator": "string",
    "readOnly": "boolean",
    "xml": "object",
    "externalDocs": "object",
    "example": None,
    **dict.fromkeys(FOREIGN_KEYWORDS),
}

_OPERATION: dict[str, Allowed] = {
    "tags": STRINGS,
    "summary": "string",
    "description": "string",
    "externalDocs": "object",
    "operationId": "string",
    **dict.fromkeys(("consumes", "produces", "schemes"), STRINGS),
    "parameters": "array",
    "responses": "object",
    "deprecated": "boolean",
    "security": "array",
    "x-ms-visibility": _VISIBILITY,
    "x-ms-trigger": ("single", "batch"),
    "x-ms-trigger-hint": "string",
}

_PARAMETER: dict[str, Allowed] = {
    **_VALUE,
    "$ref": "string",
    "name": "string",
    "in": ("query", "header", "path", "formData", "body"),
    "required": "boolean",
    "schema": "object",
    "allowEmptyValue": "boolean",
    "x-ms-url-encoding": ("single", "double"),
}

_ROOT: dict[str, Allowed] = {
    **dict.fromkeys(("host", "basePath"), "string"),
    **dict.fromkeys(("consumes", "produces", "schemes"), STRINGS),
    **dict.fromkeys(("security", "tags"), "array"),
    **dict.fromkeys(("info", "paths", "definitions", "parameters", "responses"), "object"),
    **dict.fromkeys(("securityDefinitions", "externalDocs"), "object"),
    "swagger": None,
    "x-ms-connector-metadata": None,
    "scriptOperations": None,  # has a rule of its own
}

_VERBS = dict.fromkeys(("get", "put", "post", "delete", "options", "head", "patch"), "object")

_OLD_CALL: dict[str, Allowed] = {
    "operationId": "string",
    "parameters": "object",
    "value-path": "string",
}
_NEW_CALL: dict[str, Allowed] = {
    "operationId": "string",
    "parameters": "object",
    "itemValuePath": "string",
}
_CALLS = ("operationId", "parameters")

SHAPES: dict[str, Shape] = {
    "root": Shape(_ROOT, required=("swagger", "info", "paths")),
    "info": Shape(
        {
            **dict.fromkeys(("title", "version", "description", "termsOfService"), "string"),
            **dict.fromkeys(("contact", "license"), "object"),
        },
        required=("title", "version", "description", "contact"),
    ),
    "contact": Shape(dict.fromkeys(("name", "url", "email"), "string"), required=("name", "url", "email")),
    "license": Shape(dict.fromkeys(("name", "url"), "string"), required=("name",)),
    "tag": Shape({"name": "string", "description": "string", "externalDocs": "object"}, required=("name",)),
    "metadata": Shape(
        dict.fromkeys(("propertyName", "propertyValue"), "string"),
        required=("propertyName", "propertyValue"),
        open=False,
    ),
    "pathItem": Shape({**_VERBS, "parameters": "array", "$ref": "string"}),
    "operation": Shape(_OPERATION),
    "parameter": Shape(_PARAMETER, required=("name", "in"), one_of=("type", "schema")),
    "response": Shape(
        {
            "$ref": "string",
            "description": "string",
            **dict.fromkeys(("schema", "headers", "examples"), "object"),
        },
        required=("description",),
    ),
    "header": Shape(_VALUE, required=("type",)),
    "items": Shape({**_VALUE, "$ref": "string"}),
    "schema": Shape(_SCHEMA),
    "x-ms-notification-content": Shape(
        {"description": "string", "schema": "object"}, required=("description", "schema")
    ),
    "x-ms-notification": Shape({"operationId": "string"}, required=("operationId",)),
    "x-ms-pageable": Shape({"nextLinkName": "string"}, required=("nextLinkName",), open=False),
    "x-ms-api-annotation": Shape(
        {"family": "string", "revision": "integer", "status": _STATUS, "replacement": "object"},
        open=False,
    ),
    "replacement": Shape(dict.fromkeys(("api", "operationId"), "string"), open=False),
    "x-ms-enum-values": Shape({"value": None, "displayName": "string"}, required=("value",), open=False),
    "x-ms-dynamic-values": Shape(
        {**_OLD_CALL, "value-collection": "string", "value-title": "string"},
        required=(*_CALLS, "value-path"),
        open=False,
    ),
    "x-ms-dynamic-list": Shape(
        {**_NEW_CALL, "itemsPath": "string", "itemTitlePath": "string"},
        required=(*_CALLS, "itemValuePath"),
        open=False,
    ),
    "x-ms-dynamic-schema": Shape(_OLD_CALL, required=_CALLS, open=False),
    "x-ms-dynamic-properties": Shape(_NEW_CALL, required=_CALLS, open=False),
}
