"""The connector's definition for one instance: its id in the paths, its fields in responses, its kinds of activity.

Fields are written out in responses only: in a request, Power Fx would drop fields and values that the definition does
not have, where the service answers what is wrong with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from function_app.domain.activity import UNIFIED
from function_app.domain.entity import CUSTOMER, Entity, Instance
from function_app.domain.schema import described, entity_schema

Json = dict[str, Any]
_INSTANCE, _KINDS = "instanceId", "ListActivityEntities"
_DYNAMIC = ("x-ms-dynamic-schema", "x-ms-dynamic-properties", "x-ms-dynamic-values", "x-ms-dynamic-list")
_TITLE = re.compile(r"(?!.*\b(api|connector|power|logic|copilot)\b)[A-Z][A-Z0-9 ]{0,29}", re.ASCII | re.IGNORECASE)
"""A title that connectors may have: English, short, without words of the platform."""
_ROW = f"{CUSTOMER}Row"
_REF = "#/definitions/"


def kind_of_activity(entity: Entity) -> str:
    """Return the display name of an entity that accepts activities."""
    display = entity.activity.activity_type_display if entity.activity else "Any activity"
    return f"{display} ({entity.qualified_name})"


def definition_of(instance: Instance, general: Mapping[str, Any]) -> Json:
    """Return the definition for an instance, made from the one for all instances."""
    written: Json = _Writer(instance).write(general)
    title = f"{instance.name} Profiles"
    if _TITLE.fullmatch(title):  # else it stays the general one
        written["info"]["title"] = title
    written["paths"] = {
        path.replace(f"{{{_INSTANCE}}}", instance.instance_id): operations
        for path, operations in written["paths"].items()
    }
    definitions = written["definitions"]
    definitions[CUSTOMER] = {**entity_schema(instance.customer, "output"), "description": CUSTOMER}
    definitions[_ROW] = _row(instance.customer)
    definitions["KeyRing"]["properties"]["keyRing"] |= _keys(instance)
    written["definitions"] = dict(sorted(definitions.items()))
    return written


class _Writer:
    """Rewrites a definition; what is not of an instance stays as it is."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        kinds = [entity for entity in instance.entities if entity.activity]
        self._kinds = {entity.qualified_name: kind_of_activity(entity) for entity in (*kinds, UNIFIED)}

    def write(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.write(each) for each in node if not (isinstance(each, dict) and each.get("name") == _INSTANCE)]
        if not isinstance(node, dict):
            return node
        call = node.get("x-ms-dynamic-schema") or node.get("x-ms-dynamic-values")
        members = {name: self.write(each) for name, each in node.items() if name != "x-ms-test-value"}
        return self._called(members, call) if call and "operationId" in call else members

    def _called(self, members: Json, call: Mapping[str, Any]) -> Json:
        """Return what has a dynamic schema or list: written out in a response, for the instance in a request."""
        plain = {name: each for name, each in members.items() if name not in _DYNAMIC}
        if call["operationId"] == _KINDS and call["value-collection"] == "value":
            named = [{"value": name, "displayName": display} for name, display in self._kinds.items()]
            return {**plain, "enum": list(self._kinds), "x-ms-enum-values": named}
        match call["parameters"].get("use"):
            case "page":
                return plain
            case "output":
                return {"$ref": _REF + CUSTOMER}
            case "row":
                return {"$ref": _REF + _ROW}
            case "profile" | "changes" as use:  # a field with a title: nothing may stand beside $ref
                return {**entity_schema(self._instance.customer, use), **plain}
        for name in _DYNAMIC:
            if name in members:
                members[name]["parameters"].pop(_INSTANCE, None)
        return members


def _row(entity: Entity) -> Json:
    schema = entity_schema(entity, "row")
    fields = schema["properties"]
    activities = {**fields[UNIFIED.name], "items": {"$ref": _REF + UNIFIED.name}}
    return {**schema, "description": "Customer Row", "properties": {**fields, UNIFIED.name: activities}}


def _keys(instance: Instance) -> Json:
    names = {each.key_of: each.friendly_name for each in instance.customer.attributes if each.key_of}
    keys = {name: described(title, f"The key in {name}.", type="string") for name, title in names.items()}
    return {"type": "object", "properties": keys}
