"""Entities: the metadata of what an instance holds, in the original's shape."""

from __future__ import annotations

from typing import Any

from function_app.api import parameters as p
from function_app.api.auth import Role
from function_app.api.call import Answer, Call
from function_app.api.models import EntityInfo, EntityModel
from function_app.api.operation import Operation, Response, operation
from function_app.domain.entity import Attribute, Entity

ANNOTATIONS = p.flag("attributesAnnotations", "Annotations", "Whether to add hints such as ReadOnly and Mandatory.")
QUARANTINED = p.flag("includeQuarantined", "Quarantined", "Of the original's; only false.", p.only_false, "internal")
SELF_CONFLATED = p.flag(
    "includeSelfConflatedEntity", "Self-conflated", "Of the original's; only false.", p.only_false, "internal"
)


@operation(
    "GET",
    "instances/{instanceId}/manage/entities",
    id="ListEntities",
    summary="List entities",
    description="Read the metadata of every entity of an instance.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(p.INSTANCE_ID, ANNOTATIONS, QUARANTINED, SELF_CONFLATED),
    responses={200: Response("Every entity with its attributes.", EntityModel)},
)
async def list_entities(call: Call) -> Answer:
    model = await call.services.instances.get(call[p.INSTANCE_ID], call.now)
    entities = [_entity(entity, annotated=call[ANNOTATIONS]) for entity in model.entities.values()]
    return Answer(200, {"instanceId": model.instance.instance_id, "entities": entities})


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}",
    id="GetEntity",
    summary="Get an entity",
    description="Read the metadata of one entity: its keys and attributes.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(p.INSTANCE_ID, p.ENTITY_NAME, ANNOTATIONS),
    responses={200: Response("The entity with its attributes.", EntityInfo)},
)
async def get_entity(call: Call) -> Answer:
    model = await call.services.instances.get(call[p.INSTANCE_ID], call.now)
    return Answer(200, _entity(model.entity(call[p.ENTITY_NAME]), annotated=call[ANNOTATIONS]))


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


OPERATIONS: tuple[Operation, ...] = (list_entities, get_entity)
