"""Swagger 2.0 schemas of models: pydantic's JSON schemas have keywords that connectors do not support."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from connector.lint.json_value import Json
from function_app.api.parameter import Choices
from function_app.domain.schema import Use

ENTITY_SCHEMA = "GetEntitySchema"
_REF = "#/definitions/"


class Definitions:
    """The definitions of a document, collected while its schemas are generated."""

    def __init__(self) -> None:
        self.found: dict[str, Json] = {}

    def of_model(self, model: type) -> Json:
        """Add the schema of a TypedDict or model to the definitions, with its references; return a reference to it."""
        schema = TypeAdapter(model).json_schema(ref_template=_REF + "{model}")
        nested = schema.pop("$defs", {})
        for name, definition in {**nested, model.__name__: schema}.items():
            self.found[name] = {**_swagger(definition), "title": words(name)}
        return {"$ref": _REF + model.__name__}


def _swagger(schema: Mapping[str, Any]) -> Json:
    """Return a schema in Swagger 2.0. Raises ValueError if Swagger 2.0 can not express it."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}  # other keys beside it are not allowed
    if "anyOf" in schema:
        return _swagger(_optional(schema))
    if "x-attributes-of" in schema:
        texts = {key: schema[key] for key in ("title", "description") if key in schema}
        return {**attributes_of(schema["x-attributes-of"], "output", is_parameter=False), **texts}
    said = {key: value for key, value in schema.items() if (key, value) != ("additionalProperties", True)}
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if "properties" in said:
        said["properties"] = {name: _swagger(each) for name, each in said["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in said:
            said[key] = _swagger(said[key])
    if "default" in said and said["default"] is None:
        del said["default"]
    return said


def words(name: str) -> str:
    """Return the name of a model as separate words."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name)


def _optional(schema: Mapping[str, Any]) -> Json:
    values = [option for option in schema["anyOf"] if option != {"type": "null"}]
    if len(values) != 1:
        raise ValueError(f"A connector supports one type for each value: {schema}")
    return {**values[0], **{key: value for key, value in schema.items() if key != "anyOf"}, "x-nullable": True}


def attributes_of(entity: str, use: Use, *, is_parameter: bool) -> Json:
    """Return the schema of a record of an entity; `entity` is its name, or the parameter with its name."""
    given: dict[str, str | None] = {"instanceId": None, "entityName": None if is_parameter else entity, "use": use}
    older = {name: {"parameter": name} if value is None else value for name, value in given.items()}
    newer = {name: {"parameterReference": name} if value is None else {"value": value} for name, value in given.items()}
    return {
        "type": "object",
        "x-ms-dynamic-schema": {"operationId": ENTITY_SCHEMA, "parameters": older},
        "x-ms-dynamic-properties": {"operationId": ENTITY_SCHEMA, "parameters": newer},
    }


def choices(source: Choices) -> Json:
    """Return a dynamic list in the older and the newer form."""
    older = {
        "operationId": source.operation_id,
        "parameters": {name: {"parameter": name} for name in source.given},
        "value-collection": source.items,
        "value-path": source.value,
        "value-title": source.title,
    }
    newer = {
        "operationId": source.operation_id,
        "parameters": {name: {"parameterReference": name} for name in source.given},
        "itemsPath": source.items,
        "itemValuePath": source.value,
        "itemTitlePath": source.title,
    }
    forms = {"x-ms-dynamic-values": older, "x-ms-dynamic-list": newer}
    return {name: {key: value for key, value in form.items() if value != ""} for name, form in forms.items()}
