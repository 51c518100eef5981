"""The JSON schema of an entity's attributes, for validation and for the connector's dynamic schemas."""

from __future__ import annotations

import sys
from typing import Any, Literal

from function_app.domain.activity import UNIFIED, required_in
from function_app.domain.entity import CLEAR, CUSTOMER, CUSTOMER_ID, Attribute, Entity

Use = Literal["input", "item", "changes", "output", "profile", "row", "page"]
USES: tuple[Use, ...] = ("input", "item", "changes", "output", "profile", "row", "page")
TYPES = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "an array",
    "object": "an object",
}
"""The types of JSON in words."""
FORMAT_HINTS = {
    "date": "a date like 1990-12-31",
    "date-time": "an instant with offset like 2026-11-24T09:30:00Z",
    "time": "a time of day like 09:30:00",
    "uuid": "a GUID like 6f9619ff-8b86-4d11-b42d-00c04fc964ff",
}

MAX_WHOLE = 2**53
"""The largest whole number that is stored exactly: Cosmos DB stores numbers as doubles."""
_MAX_TITLE = 80  # of the connector's rules
_MAX_DOUBLE = sys.float_info.max
EDM_TYPES: dict[str, dict[str, Any]] = {
    "Edm.String": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Int16": {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1},
    "Edm.Int32": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Edm.Int64": {"type": "integer", "format": "int64", "minimum": -MAX_WHOLE, "maximum": MAX_WHOLE},
    "Edm.Decimal": {"type": "number", "minimum": -_MAX_DOUBLE, "maximum": _MAX_DOUBLE},
    "Edm.Double": {"type": "number", "format": "double", "minimum": -_MAX_DOUBLE, "maximum": _MAX_DOUBLE},
    "Edm.Single": {"type": "number", "format": "float", "minimum": -_MAX_DOUBLE, "maximum": _MAX_DOUBLE},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time"},
    "Edm.TimeOfDay": {"type": "string", "format": "time"},
    "Edm.Guid": {"type": "string", "format": "uuid"},
}


def attribute_schema(attribute: Attribute) -> dict[str, Any]:
    """Return the JSON schema of an attribute's values, without null."""
    schema = dict(EDM_TYPES[attribute.data_type])
    if attribute.max_length is not None:
        schema["maxLength"] = attribute.max_length
    if attribute.allowed_values:
        schema["enum"] = list(attribute.allowed_values)
    return schema


def entity_schema(entity: Entity, use: Use) -> dict[str, Any]:
    """Return an entity's schema in the connector's dialect of Swagger 2.0.

    `input`: the attributes of an update or a new record; `item`: the same in a batch, where an update has a CustomerId;
    `changes`: the attributes of an update that was made; `output`: all attributes, and what a response of one record
    has on request; `profile`: all attributes within a response; `row`: those of one of several records, and what it
    has on request; `page`: a page of rows. Designers put the title of an object in front of the name of each field, so
    only an object within a response has one.
    """
    match use:
        case "page":
            return _page_of(entity_schema(entity, "row"))
        case "changes":
            return {**_attributes(entity, "input"), "title": "Changes"}
        case "profile":
            return {**_attributes(entity, "output"), "title": "Profile"}
        case "output" | "row":
            schema = _attributes(entity, "output")
            on_request = _ON_REQUEST[use] if entity.name == CUSTOMER else {}
            return {**schema, "properties": {**schema["properties"], **on_request}}
        case "input" | "item":
            return _attributes(entity, use)


def _attributes(entity: Entity, use: Literal["input", "item", "output"]) -> dict[str, Any]:
    required = () if use == "output" else required_in(entity)
    if entity.name == CUSTOMER:
        required = (CUSTOMER_ID,) if use == "item" else ()
    given = entity.key_names if use == "output" else required
    names = {a.name for a in entity.attributes if use == "output" or not a.read_only}
    if entity.name == CUSTOMER and use == "input":
        names -= entity.key_names
    schema: dict[str, Any] = {"type": "object"}
    schema["properties"] = {
        attribute.name: _property(attribute, is_given=attribute.name in given, is_shown=use == "input")
        for attribute in entity.attributes
        if attribute.name in names
    }
    if entity.name == CUSTOMER and use == "item":
        names_to_clear = described(
            "Fields to Clear", "The names of fields to clear.", type="array", items={"type": "string"}
        )
        schema["properties"][CLEAR] = {**names_to_clear, "x-ms-visibility": "advanced"}
    return schema | {"required": list(required)} if required else schema


def described(title: str, description: str, **schema: Any) -> dict[str, Any]:
    """Return a schema with the name and the description that makers see."""
    return {**schema, "title": title, "x-ms-summary": title, "description": description}


def _page_of(row: dict[str, Any]) -> dict[str, Any]:
    rows = described("Customers", "The merged profiles.", type="array", items=row)
    context = described("Context", "The kind of rows.", type="string")
    count = described("Count", "The number of all rows that match.", type="integer")
    link = described("Next Page", "The address of the next page, if there is one.", type="string")
    return {
        "type": "object",
        "properties": {"value": rows, "@odata.context": context, "@odata.count": count, "@odata.nextLink": link},
    }


def _property(attribute: Attribute, *, is_given: bool, is_shown: bool) -> dict[str, Any]:
    schema = attribute_schema(attribute)
    words = FORMAT_HINTS.get(schema.get("format", "")) or TYPES[schema["type"]]
    if attribute.allowed_values:
        words = "one of " + ", ".join(str(value) for value in attribute.allowed_values)
    elif attribute.max_length is not None:
        words += f" of up to {attribute.max_length} characters"
    title = attribute.friendly_name[:_MAX_TITLE]
    schema |= {"title": title, "description": f"{title}: {words}.", "x-ms-summary": title}
    if is_given or is_shown:  # designers hide other inputs until a maker ticks them
        schema["x-ms-visibility"] = "important"
    elif attribute.key_of:
        schema["x-ms-visibility"] = "advanced"
    return schema if is_given else schema | {"x-nullable": True}


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (),
    "integer": (int,),
    "number": (int, float),
}


def is_value_of(attribute: Attribute, value: Any) -> bool:
    """Return whether a value is null, or of the attribute's JSON type and stored exactly by every store."""
    expected = EDM_TYPES[attribute.data_type]["type"]
    if isinstance(value, bool):
        return bool(expected == "boolean")
    if isinstance(value, int) and not -MAX_WHOLE <= value <= MAX_WHOLE:
        return False
    return value is None or (isinstance(value, _JSON_TYPES[expected]) and "\0" not in str(value))


_ON_REQUEST: dict[Use, dict[str, Any]] = {
    "output": {
        "@explain": described(
            "Explanation", "For each updated field, the source's value and the update, if requested by Explain."
        )
    },
    "row": {
        UNIFIED.name: described(
            "Activities",
            "The newest activities, if requested by Expand.",
            type="array",
            items=_attributes(UNIFIED, "output"),
        ),
        f"{UNIFIED.name}@odata.nextLink": described(
            "Older Activities", "The address of older activities, if there are any.", type="string"
        ),
    },
}
"""What a response has of a customer besides its attributes."""
