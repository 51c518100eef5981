"""Swagger 2.0 schemas of models: pydantic's JSON schemas have keywords that connectors do not support."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from connector.lint.json_value import Json
from function_app.api.parameter import Choices
from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.schema import Use

ENTITY_SCHEMA, SCHEMA_PATH = "GetEntitySchema", "schema"
_REF = "#/definitions/"


class Definitions:
    """The definitions of a document, gathered while its schemas are made.

    A definition has no title, because designers put it in front of the name of each field. It is described by its
    name, which designers give to the whole object. That of a field (`x-definition`) has the title of the field, for
    which it is right.
    """

    def __init__(self) -> None:
        self.found: dict[str, Json] = {}
        self._models: dict[str, Json] = {}

    def of_model(self, model: type) -> Json:
        """Return a reference to the schema of a TypedDict or model, which is defined here with all it refers to."""
        schema = TypeAdapter(model).json_schema(ref_template=_REF + "{model}")
        self._models |= schema.pop("$defs", {})
        return self._define(model.__name__, schema)

    def define(self, name: str, schema: Json) -> Json:
        """Define a schema under a name, and return a reference to it."""
        self.found[name] = schema
        return {"$ref": _REF + name}

    def _define(self, name: str, schema: Json) -> Json:
        if name not in self.found:
            self.found[name] = {}  # in case it refers to itself
            described = self._swagger(schema)
            described.pop("title", None)
            self.found[name] = {**described, "description": words(name)}
        return {"$ref": _REF + name}

    def _swagger(self, schema: Mapping[str, Any]) -> Json:
        """Express a schema in Swagger 2.0; ValueError for what Swagger 2.0 can not express."""
        if "$ref" in schema:
            return self._in_place(schema)
        if "anyOf" in schema:
            return self._swagger(_optional(schema))
        if "x-attributes-of" in schema:
            texts = {key: schema[key] for key in ("title", "description") if key in schema}
            return {**attributes_of(schema["x-attributes-of"], schema["x-use"], is_parameter=False), **texts}
        left_out = {"x-page-of", "x-untyped"} | ({"type", "additionalProperties"} if "x-untyped" in schema else set())
        said = {key: value for key, value in schema.items() if key not in left_out}
        if isinstance(said.get("additionalProperties"), bool):
            del said["additionalProperties"]
        if "const" in said:
            said["enum"] = [said.pop("const")]
        if "properties" in said:
            said["properties"] = {name: self._swagger(each) for name, each in said["properties"].items()}
        if "items" in said:
            said["items"] = self._row(said["items"])
        if "additionalProperties" in said:
            said["additionalProperties"] = self._swagger(said["additionalProperties"])
        if "default" in said and said["default"] is None:
            del said["default"]
        return said | (_dynamic(schema["x-page-of"], "page", is_parameter=False) if "x-page-of" in schema else {})

    def _in_place(self, schema: Mapping[str, Any]) -> Json:
        """Return the object that a field refers to, with the title of the field: nothing may stand beside $ref."""
        texts = {key: value for key, value in schema.items() if key not in {"$ref", "x-definition"}}
        described = {**self._swagger(self._models[schema["$ref"].removeprefix(_REF)]), **texts}
        return self.define(schema["x-definition"], described) if "x-definition" in schema else described

    def _row(self, schema: Mapping[str, Any]) -> Json:
        """Express the items of a list: a record is an object with its key, because Power Fx reads no untyped rows."""
        if "$ref" in schema:
            name = schema["$ref"].removeprefix(_REF)
            return self._define(name, self._models[name])
        described = self._swagger(schema)
        if "x-attributes-of" not in schema:
            return described
        key = {"type": "string", "title": "Customer ID", "description": "The id of the customer."}
        return {"type": "object", "properties": {CUSTOMER_ID: key}, **described}


def words(name: str) -> str:
    """Return the name of a model as separate words."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", name)


def _optional(schema: Mapping[str, Any]) -> Json:
    values = [option for option in schema["anyOf"] if option != {"type": "null"}]
    if len(values) != 1:
        raise ValueError(f"A connector supports one type for each value: {schema}")
    return {**values[0], **{key: value for key, value in schema.items() if key != "anyOf"}, "x-nullable": True}


def attributes_of(entity: str, use: Use, *, is_parameter: bool) -> Json:
    """Return the schema of a record of an entity, known by its name or by the parameter that holds it.

    The record of a response has no type: as an object without properties it would be an empty record in Power Fx.
    """
    return ({"type": "object"} if use in {"input", "item"} else {}) | _dynamic(entity, use, is_parameter=is_parameter)


def _dynamic(entity: str, use: Use, *, is_parameter: bool) -> Json:
    """Return both forms of the call for the schema of an entity."""
    given: dict[str, str | None] = {"instanceId": None, "entityName": None if is_parameter else entity, "use": use}
    older = {name: {"parameter": name} if value is None else value for name, value in given.items()}
    newer = {name: {"parameterReference": name} if value is None else {"value": value} for name, value in given.items()}
    return {
        "x-ms-dynamic-schema": {"operationId": ENTITY_SCHEMA, "parameters": older, "value-path": SCHEMA_PATH},
        "x-ms-dynamic-properties": {"operationId": ENTITY_SCHEMA, "parameters": newer, "itemValuePath": SCHEMA_PATH},
    }


def choices(source: Choices) -> Json:
    """Return both forms of a dynamic list."""
    older = {
        "operationId": source.operation_id,
        "parameters": {**{name: {"parameter": name} for name in source.given}, **source.fixed},
        "value-collection": source.items,
        "value-path": source.value,
        "value-title": source.title,
    }
    fixed = {name: {"value": value} for name, value in source.fixed.items()}
    newer = {
        "operationId": source.operation_id,
        "parameters": {**{name: {"parameterReference": name} for name in source.given}, **fixed},
        "itemsPath": source.items,
        "itemValuePath": source.value,
        "itemTitlePath": source.title,
    }
    forms = {"x-ms-dynamic-values": older, "x-ms-dynamic-list": newer}
    return {name: {key: value for key, value in form.items() if value != ""} for name, form in forms.items()}
