"""Entities: the metadata of an instance, in the shape of the original API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import enum, text
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.entity import Attribute, Entity
from function_app.domain.instance_connector import kind_of_activity
from function_app.domain.instant import format_instant
from function_app.domain.schema import USES, entity_schema
from function_app.operations.entity_models import (
    ActivityEntities,
    ActivityEntity,
    AttributeInfo,
    EntityInfo,
    EntityModel,
    EntitySchema,
    FieldName,
    KeyEntities,
    Relationship,
)

ENTITIES = "instances/{instanceId}/manage/entities"
ENTITY = ENTITIES + "/{entityName}"
ANNOTATIONS = params.flag(
    "attributesAnnotations", "Annotations", "Whether to return which attributes are read-only or mandatory."
)
QUARANTINED = params.without_effect("includeQuarantined", "Quarantined")
SELF_CONFLATED = params.without_effect("includeSelfConflatedEntity", "Self-conflated")


def _also(path: str) -> tuple[str, ...]:
    """Return the path that today's documentation of the original API has."""
    return (path.replace("/entities", "/tables"),)


@operation(
    "GET",
    ENTITIES,
    aliases=_also(ENTITIES),
    id="ListEntities",
    summary="List entities",
    description="Returns the metadata of all entities of an instance: their keys and attributes. Use it to learn "
    "which entities and fields there are. Do not use it for values of customers or activities.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, ANNOTATIONS, QUARANTINED, SELF_CONFLATED),
    responses={200: Response("All entities with their attributes.", EntityModel)},
)
async def list_entities(call: Call) -> Answer:
    loaded = await _loaded(call)
    entities = [_entity(entity, loaded, annotated=call[ANNOTATIONS]) for entity in call.model.entities.values()]
    body: EntityModel = {"instanceId": call.model.instance.instance_id, "entities": entities}
    return Answer(200, body)


def _entity_of(call: Call) -> Entity:
    return call.model.entity(call[params.ENTITY_NAME])


@operation(
    "GET",
    ENTITY,
    aliases=_also(ENTITY),
    id="GetEntity",
    summary="Get an entity",
    description="Returns the metadata of one entity: its keys and attributes. Use it to learn the fields of one "
    "entity before a filter. Do not use it for values of customers or activities.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, params.ENTITY_NAME, ANNOTATIONS),
    checks=(_entity_of,),
    responses={200: Response("The entity with its attributes.", EntityInfo)},
)
async def get_entity(call: Call) -> Answer:
    return Answer(200, _entity(_entity_of(call), await _loaded(call), annotated=call[ANNOTATIONS]))


@operation(
    "GET",
    "instances/{instanceId}/manage/activityentities",
    id="ListActivityEntities",
    summary="List kinds of activities",
    description="Returns the entities that accept activities, with their display names.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The kinds of activities.", ActivityEntities)},
)
async def list_activity_entities(call: Call) -> Answer:
    mappings = [entity.activity for entity in call.model.instance.entities if entity.activity]
    types = {
        name: ", ".join(dict.fromkeys(each.activity_type_display for each in mappings if each.activity_type == name))
        for name in dict.fromkeys(mapping.activity_type for mapping in mappings)
    }
    body: ActivityEntities = {
        "value": [_kind(call.model.entities[name]) for name in call.model.records],
        "types": [{"activityType": name, "displayName": display} for name, display in types.items()],
    }
    return Answer(200, body)


DATA_SOURCE = query(
    "dataSourceName", "Data Source", "Returns only entities of this data source, like eCommerce.", text(200)
)


@operation(
    "GET",
    "instances/{instanceId}/manage/keyentities",
    id="ListKeyEntities",
    summary="List entities with keys of customers",
    description="Returns the data sources and entities that customers have keys of.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, DATA_SOURCE),
    responses={200: Response("The data sources and entities.", KeyEntities)},
)
async def list_key_entities(call: Call) -> Answer:
    found = [name.partition("_") for _, name in call.model.instance.key_ring]
    wanted = call[DATA_SOURCE]
    body: KeyEntities = {
        "dataSources": [{"name": source} for source in dict.fromkeys(source for source, _, _ in found)],
        "value": [{"name": name, "dataSourceName": source} for source, _, name in found if wanted in {None, source}],
    }
    return Answer(200, body)


def _kind(entity: Entity) -> ActivityEntity:
    return {"entityName": entity.qualified_name, "displayName": kind_of_activity(entity)}


USE = query(
    "use",
    "Use",
    "Where the fields are: in an input, an item of a batch, changes, an output, a profile in it, a row, or a page.",
    enum(*USES),
    required=True,
)


@operation(
    "GET",
    ENTITY + "/schema",
    aliases=_also(ENTITY + "/schema"),
    id="GetEntitySchema",
    summary="Get the fields of an entity",
    description="Returns a JSON schema of the fields of an entity. Designers create forms from it.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ENTITY_NAME, USE),
    checks=(_entity_of,),
    responses={200: Response("The schema.", EntitySchema)},
)
async def get_entity_schema(call: Call) -> Answer:
    schema = entity_schema(_entity_of(call), call[USE])
    fields: list[FieldName] = [{"name": name, "title": each["title"]} for name, each in schema["properties"].items()]
    body: EntitySchema = {"schema": schema, "fields": fields}
    return Answer(200, body)


JOBS_LOOKED_AT = 5


async def _loaded(call: Call) -> Mapping[str, datetime]:
    """Return when one of the newest refreshes loaded each entity, and each of its entities' activities."""
    jobs = await call.services.refresh.recent(call.model.instance.instance_id, JOBS_LOOKED_AT)
    found: dict[str, datetime] = {}
    for job in jobs:
        if job.status == "successful" and job.ended_at:
            for name in (*job.snapshots, UNIFIED.name):
                found.setdefault(name, job.ended_at)
    return found


def _entity(entity: Entity, loaded: Mapping[str, datetime], *, annotated: bool) -> EntityInfo:
    of_entity, mapping, source = loaded.get(entity.qualified_name), entity.activity, entity.data_source
    attributes = {name: _attribute(each, entity, annotated=annotated) for name, each in entity.by_name.items()}
    stamp = attributes.get(entity.timestamp_attribute or "")
    return {
        "name": entity.name,
        "qualifiedEntityName": entity.qualified_name,
        "dataSourceName": source,
        "datasourceId": str(uuid5(NAMESPACE_URL, source)) if source else None,
        "entityType": entity.entity_type,
        "attributes": list(attributes.values()),
        "keys": [[attributes[name] for name in key] for key in entity.keys],
        "relationships": _relationships(entity),
        "timestampAttribute": cast("dict[str, Any]", stamp) if stamp else None,
        "semanticType": mapping.activity_type if mapping else None,
        "refreshTime": format_instant(of_entity) if of_entity else None,
        "annotations": [],
    }


def _relationships(entity: Entity) -> list[Relationship]:
    mapping = entity.activity
    own = [(mapping.customer_attribute, mapping.customer_entity)] if mapping else []
    keys = [(attribute.name, attribute.key_of) for attribute in entity.attributes if attribute.key_of]
    return [{"name": name, "toEntity": other} for name, other in (*own, *keys)]


def _attribute(attribute: Attribute, entity: Entity, *, annotated: bool) -> AttributeInfo:
    text = attribute.data_type == "Edm.String"
    shape: AttributeInfo = {
        "name": attribute.name,
        "friendlyName": attribute.friendly_name,
        "baseName": attribute.column,
        "dataType": attribute.data_type,
        "semanticType": None,
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


OPERATIONS: tuple[Operation, ...] = (
    list_entities,
    get_entity,
    list_activity_entities,
    list_key_entities,
    get_entity_schema,
)
