"""Entities: the metadata of an instance, in the shape of the original API."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import enum, text
from function_app.domain.access import Role
from function_app.domain.entity import Attribute, Entity
from function_app.domain.instance_connector import kind_of_activity
from function_app.domain.schema import USES, entity_schema

ANNOTATIONS = params.flag(
    "attributesAnnotations", "Annotations", "Whether to return which attributes are read-only or mandatory."
)
QUARANTINED = params.unsupported("includeQuarantined", "Quarantined")
SELF_CONFLATED = params.unsupported("includeSelfConflatedEntity", "Self-conflated")


class SearchProperties(TypedDict):
    """How queries can use an attribute."""

    isSearchable: Annotated[bool, Field(title="Searchable", description="Whether searches include the attribute.")]
    isFilterable: Annotated[bool, Field(title="Filterable", description="Whether filters can use the attribute.")]
    isFacetable: Annotated[bool, Field(title="Facetable", description="Always false.")]
    isSortable: Annotated[bool, Field(title="Sortable", description="Whether rows can be sorted by the attribute.")]


class Annotation(TypedDict):
    """A property of an attribute for designers."""

    name: Annotated[str, Field(title="Name", description="ReadOnly or Mandatory.")]
    value: Annotated[str, Field(title="Value", description="true or false.")]


class AttributeInfo(TypedDict):
    """The metadata of an attribute."""

    name: Annotated[str, Field(title="Name", description="The attribute's name.")]
    friendlyName: Annotated[str, Field(title="Friendly Name", description="The display name.")]
    dataType: Annotated[str, Field(title="Data Type", description="An Edm primitive type.")]
    searchProperties: Annotated[SearchProperties, Field(title="Search", description="How queries can use it.")]
    annotations: NotRequired[
        Annotated[list[Annotation], Field(title="Annotations", description="ReadOnly and Mandatory, if requested.")]
    ]


class EntityInfo(TypedDict):
    """The metadata of an entity."""

    name: Annotated[str, Field(title="Name", description="The entity's name.")]
    qualifiedEntityName: Annotated[str, Field(title="Qualified Name", description="The name with its data source.")]
    dataSourceName: NotRequired[Annotated[str | None, Field(title="Data Source", description="The data source.")]]
    entityType: Annotated[str, Field(title="Type", description="profile, activity or source.")]
    keys: Annotated[list[list[AttributeInfo]], Field(title="Keys", description="The keys, each a list of attributes.")]
    timestampAttribute: NotRequired[
        Annotated[str | None, Field(title="Timestamp", description="The attribute with the time.")]
    ]
    attributes: Annotated[list[AttributeInfo], Field(title="Attributes", description="The attributes.")]


class EntityModel(TypedDict):
    """All entities of an instance."""

    instanceId: Annotated[str, Field(title="Instance ID", description="The instance's id.")]
    entities: Annotated[list[EntityInfo], Field(title="Entities", description="The entities.")]


class ActivityEntity(TypedDict):
    """A kind of activity."""

    entityName: Annotated[str, Field(title="Entity Name", description="The entity's name.")]
    displayName: Annotated[str, Field(title="Display Name", description="The display name.")]


class ActivityTypeName(TypedDict):
    """A type of activities."""

    activityType: Annotated[str, Field(title="Activity Type", description="The semantic type, like SalesOrder.")]
    displayName: Annotated[str, Field(title="Display Name", description="The display name.")]


class ActivityEntities(TypedDict):
    """The kinds and types of activities of an instance."""

    value: Annotated[
        list[ActivityEntity], Field(title="Kinds of Activities", description="Each with its display name.")
    ]
    types: Annotated[list[ActivityTypeName], Field(title="Types", description="Each with its display name.")]


class DataSource(TypedDict):
    """A source of keys of customers."""

    name: Annotated[str, Field(title="Name", description="The name of the data source.")]


class KeyEntity(TypedDict):
    """An entity with keys of customers."""

    name: Annotated[str, Field(title="Name", description="The name of the entity in its data source.")]
    dataSourceName: Annotated[str, Field(title="Data Source", description="The name of the data source.")]


class KeyEntities(TypedDict):
    """The entities that customers have keys of."""

    dataSources: Annotated[list[DataSource], Field(title="Data Sources", description="All data sources with keys.")]
    value: Annotated[list[KeyEntity], Field(title="Entities", description="The entities with keys.")]


class FieldName(TypedDict):
    """A field of an entity."""

    name: Annotated[str, Field(title="Name", description="The name of the field.")]
    title: Annotated[str, Field(title="Title", description="The display name of the field.")]


class EntitySchema(TypedDict):
    """The fields of an entity."""

    schema: Annotated[dict[str, Any], Field(title="Schema", description="The JSON schema of the fields.")]
    fields: Annotated[list[FieldName], Field(title="Fields", description="The names of the fields.")]


@operation(
    "GET",
    "instances/{instanceId}/manage/entities",
    id="ListEntities",
    summary="List entities",
    description="Returns the metadata of all entities of an instance: their keys and attributes.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, ANNOTATIONS, QUARANTINED, SELF_CONFLATED),
    responses={200: Response("All entities with their attributes.", EntityModel)},
)
async def list_entities(call: Call) -> Answer:
    entities = [_entity(entity, annotated=call[ANNOTATIONS]) for entity in call.model.entities.values()]
    body: EntityModel = {"instanceId": call.model.instance.instance_id, "entities": entities}
    return Answer(200, body)


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}",
    id="GetEntity",
    summary="Get an entity",
    description="Returns the metadata of one entity: its keys and attributes.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, params.ENTITY_NAME, ANNOTATIONS),
    responses={200: Response("The entity with its attributes.", EntityInfo)},
)
async def get_entity(call: Call) -> Answer:
    return Answer(200, _entity(call.model.entity(call[params.ENTITY_NAME]), annotated=call[ANNOTATIONS]))


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
    "Where the fields are: in an input, an item of a batch, changes, an output, a profile in it, or a page of records.",
    enum(*USES),
    required=True,
)


@operation(
    "GET",
    "instances/{instanceId}/manage/entities/{entityName}/schema",
    id="GetEntitySchema",
    summary="Get the fields of an entity",
    description="Returns a JSON schema of the fields of an entity. Designers create forms from it.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ENTITY_NAME, USE),
    responses={200: Response("The schema.", EntitySchema)},
)
async def get_entity_schema(call: Call) -> Answer:
    schema = entity_schema(call.model.entity(call[params.ENTITY_NAME]), call[USE])
    fields: list[FieldName] = [{"name": name, "title": each["title"]} for name, each in schema["properties"].items()]
    body: EntitySchema = {"schema": schema, "fields": fields}
    return Answer(200, body)


def _entity(entity: Entity, *, annotated: bool) -> EntityInfo:
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


def _attribute(attribute: Attribute, entity: Entity, *, annotated: bool) -> AttributeInfo:
    text = attribute.data_type == "Edm.String"
    shape: AttributeInfo = {
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


OPERATIONS: tuple[Operation, ...] = (
    list_entities,
    get_entity,
    list_activity_entities,
    list_key_entities,
    get_entity_schema,
)
