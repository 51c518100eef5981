"""The JSON schema of instance definitions, by which editors complete and check a definition.json.

It refuses nothing that the service takes. Rules between members far apart, like attributes that keys name, are checked
by the service only.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID
from function_app.domain.formats import NUMBER_FORMATS
from function_app.operations.definition import InstanceDefinition

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TEMPORAL = ["Edm.Date", "Edm.DateTimeOffset", "Edm.TimeOfDay"]
_NUMBERS = ["Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Decimal", "Edm.Double", "Edm.Single"]
_Schema = dict[str, Any]


@operation(
    "GET",
    "definition.schema.json",
    id="GetDefinitionSchema",
    summary="Get the definition schema",
    description="Returns the JSON schema of instance definitions. Editors use it to complete and check a definition.",
    role=None,
    visibility="internal",
    responses={200: Response("The schema, of draft 2020-12.")},
)
async def get_definition_schema(_: Call) -> Answer:
    return Answer(200, definition_schema())


@cache
def definition_schema() -> _Schema:
    """Return the JSON schema of an instance definition."""
    schema = InstanceDefinition.model_json_schema()
    parts = schema["$defs"]
    parts["AttributeDefinition"]["allOf"] = _rules_of_attributes()
    parts["EntityDefinition"]["allOf"] = _rules_of_entities()
    return {"$schema": _DRAFT, **schema, "title": "Instance definition"}


def _rules_of_attributes() -> list[_Schema]:
    return [
        _if(_one_of("dataType", _NUMBERS), {"format": {"enum": [*NUMBER_FORMATS, None]}}),
        _if(_one_of("dataType", _TEMPORAL), {"format": {"type": ["string", "null"], "pattern": "%[YHI]"}}),
        _if(
            _one_of("dataType", ["Edm.Boolean"]),
            {"format": {"type": ["string", "null"], "pattern": "^[^/]+/[^/]+$", "examples": ["Yes/No", "1/0"]}},
        ),
        _if(_one_of("dataType", ["Edm.String", "Edm.Guid"]), {"format": {"type": "null"}}),
    ]


def _rules_of_entities() -> list[_Schema]:
    needed = ["dataSourceName", "timestampAttribute", "activity"]
    activity = {"keys": {"maxItems": 1}, **{member: {"not": {"type": "null"}} for member in needed}}
    customer = {"keys": {"const": [[CUSTOMER_ID]]}, "dataSourceName": {"type": "null"}}
    return [
        _if(_one_of("entityType", ["activity"]), activity) | {"else": {"properties": {"activity": {"type": "null"}}}},
        {"if": _one_of("entityType", ["activity"]), "then": {"required": needed}},
        _if(_one_of("entityType", ["profile"]), {"name": {"const": CUSTOMER}, **customer}),
    ]


def _one_of(member: str, values: list[str]) -> _Schema:
    return {"properties": {member: {"enum": values}}, "required": [member]}


def _if(condition: _Schema, properties: _Schema) -> _Schema:
    return {"if": condition, "then": {"properties": properties}}


OPERATIONS: tuple[Operation, ...] = (get_definition_schema,)
