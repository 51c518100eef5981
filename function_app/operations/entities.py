"""Entities: the metadata of what an instance holds, in the original's shape."""

from __future__ import annotations

from typing import Any

from function_app.api import parameters as p
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import ONLY_FALSE, enum
from function_app.domain.access import Role
from function_app.domain.entity import Attribute, Entity
from function_app.domain.schema import USES, entity_schema
from function_app.operations.entity_models import ActivityEntities, EntityInfo, EntityModel, EntitySchema

ANNOTATIONS = p.flag("attributesAnnotations", "Annotations", "Whether to say which attributes are read-only.")
QUARANTINED = p.flag("includeQuarantined", "Quarantined", "Of the original's; only false.", ONLY_FALSE, "internal")
SELF_CONFLATED = p.flag(
    "includeSelfConflatedEntity", "Self-conflated", "Of the original's; only false.", ONLY_FALSE, "internal"
)


@operation(
    "GET",
    "instances/{instanceId}/manage/entities",
    id="ListEntities",
    summary="List entities",
    description="Describes every entity of an instance: its keys and attributes.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(p.INSTANCE_ID, ANNOTATIONS, QUARANTINED, SELF_CONFLATED),
    responses={200: Response("Every entity with its attributes.", EntityModel)},
)
async def list_entities(call: Call) -> Answer:
    entities = [_entity(entity, annotated=call[ANNOTATIONS]) for entity in call.model.entities.values()]
    return Answer(200, {"instanceId": call.model.instance.instance_id, "entities": entities})


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}",
    id="GetEntity",
    summary="Get an entity",
    description="Describes one entity: its keys and attributes.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(p.INSTANCE_ID, p.ENTITY_NAME, ANNOTATIONS),
    responses={200: Response("The entity with its attributes.", EntityInfo)},
)
async def get_entity(call: Call) -> Answer:
    return Answer(200, _entity(call.model.entity(call[p.ENTITY_NAME]), annotated=call[ANNOTATIONS]))


@operation(
    "GET",
    "instances/{instanceId}/manage/activityentities",
    id="ListActivityEntities",
    summary="List kinds of activities",
    description="Lists the entities whose records are taken as activities, with their names for people.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(p.INSTANCE_ID,),
    responses={200: Response("The kinds of activities.", ActivityEntities)},
)
async def list_activity_entities(call: Call) -> Answer:
    return Answer(200, {"value": [_kind(call.model.entities[name]) for name in call.model.records]})


def _kind(entity: Entity) -> dict[str, str]:
    display = entity.activity.activity_type_display if entity.activity else "Any activity"
    return {"entityName": entity.qualified_name, "displayName": f"{display} ({entity.qualified_name})"}


USE = query(
    "use",
    "Use",
    "Whether the fields are for input, for an item of a batch, or for output.",
    enum(*USES),
    default="output",
)


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}/schema",
    id="GetEntitySchema",
    summary="Get the fields of an entity",
    description="Describes the fields of an entity by a schema that designers draw forms from.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(p.INSTANCE_ID, p.ENTITY_NAME, USE),
    responses={200: Response("The schema.", EntitySchema)},
)
async def get_entity_schema(call: Call) -> Answer:
    return Answer(200, entity_schema(call.model.entity(call[p.ENTITY_NAME]), call[USE]))


def _entity(entity: Entity, *, annotated: bool) -> dict[str, Any]:
    return {
        "name": entity.name,
        "qualifiedEntityName": entity.qualified_name,
        "dataSourceName": entity.data_source,
        "entityType": entity.entity_type,
        "attributes": [_attribute(attribute, entity, annotated=annotated) for attribute in entity.attributes],
        "keys": [
            [_attribute(entity.by_name[name], entity, annotated=annotated) for name in key] for key in entity.keys
        ],
        "timestampAttribute": entity.timestamp_attribute,
    }


def _attribute(attribute: Attribute, entity: Entity, *, annotated: bool) -> dict[str, Any]:
    text = attribute.data_type == "Edm.String"
    shape: dict[str, Any] = {
        "name": attribute.name,
        "friendlyName": attribute.friendly_name,
        "dataType": attribute.data_type,
        "searchProperties": {
            "isSearchable": text,
            "isFilterable": True,
            "isFacetable": False,
            "isSortable": True,
        },
    }
    if annotated:
        is_key = attribute.name in entity.key_names
        hints = {"ReadOnly": attribute.read_only or is_key, "Mandatory": is_key}
        shape["annotations"] = [{"name": name, "value": str(value).lower()} for name, value in hints.items()]
    return shape


OPERATIONS: tuple[Operation, ...] = (list_entities, get_entity, list_activity_entities, get_entity_schema)
