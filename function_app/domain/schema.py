"""The JSON schema of an entity's attributes: for checking values and for the connector's designer."""

from __future__ import annotations

import sys
from typing import Any

from function_app.domain.entity import Attribute

_LARGEST = sys.float_info.max
EDM_TYPES: dict[str, dict[str, Any]] = {
    "Edm.String": {"type": "string"},
    "Edm.Boolean": {"type": "boolean"},
    "Edm.Int16": {"type": "integer", "minimum": -(2**15), "maximum": 2**15 - 1},
    "Edm.Int32": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Edm.Int64": {"type": "integer", "format": "int64", "minimum": -(2**63), "maximum": 2**63 - 1},
    "Edm.Decimal": {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST},
    "Edm.Double": {"type": "number", "format": "double", "minimum": -_LARGEST, "maximum": _LARGEST},
    "Edm.Single": {"type": "number", "format": "float", "minimum": -_LARGEST, "maximum": _LARGEST},
    "Edm.Date": {"type": "string", "format": "date"},
    "Edm.DateTimeOffset": {"type": "string", "format": "date-time"},
    "Edm.TimeOfDay": {"type": "string", "format": "time"},
    "Edm.Guid": {"type": "string", "format": "uuid"},
}


def attribute_schema(attribute: Attribute) -> dict[str, Any]:
    """Return the JSON schema of an attribute's values other than null."""
    schema = dict(EDM_TYPES[attribute.data_type])
    if attribute.max_length is not None:
        schema["maxLength"] = attribute.max_length
    if attribute.allowed_values:
        schema["enum"] = list(attribute.allowed_values)
    return schema


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (),
    "integer": (int,),
    "number": (int, float),
}


def is_value_of(attribute: Attribute, value: Any) -> bool:
    """Say whether a value is null or of the attribute's JSON type."""
    wanted = EDM_TYPES[attribute.data_type]["type"]
    if isinstance(value, bool):
        return bool(wanted == "boolean")
    return value is None or isinstance(value, _JSON_TYPES[wanted])
