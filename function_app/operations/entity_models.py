"""Response bodies about entities: the metadata of the original API, and what designers need."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app.operations.shapes import UNTYPED, Instant


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
    baseName: Annotated[str, Field(title="Base Name", description="The column of the snapshot with its values.")]
    dataType: Annotated[str, Field(title="Data Type", description="An Edm primitive type.")]
    semanticType: NotRequired[
        Annotated[str | None, Field(title="Attribute Meaning", description="Always null: attributes have none here.")]
    ]
    searchProperties: Annotated[SearchProperties, Field(title="Search", description="How queries can use it.")]
    annotations: NotRequired[
        Annotated[list[Annotation], Field(title="Annotations", description="ReadOnly and Mandatory, if requested.")]
    ]


class Relationship(TypedDict):
    """A reference from an entity to another one."""

    name: Annotated[str, Field(title="Name", description="The attribute that refers to the other entity.")]
    toEntity: Annotated[str, Field(title="To Entity", description="The qualified name of the other entity.")]


class EntityInfo(TypedDict):
    """The metadata of an entity."""

    name: Annotated[str, Field(title="Name", description="The entity's name.")]
    qualifiedEntityName: Annotated[str, Field(title="Qualified Name", description="The name with its data source.")]
    dataSourceName: NotRequired[Annotated[str | None, Field(title="Data Source", description="The data source.")]]
    datasourceId: NotRequired[
        Annotated[
            str | None, Field(title="Data Source ID", description="A GUID that is made of the data source's name.")
        ]
    ]
    entityType: Annotated[str, Field(title="Type", description="profile, activity, source or unifiedActivity.")]
    keys: Annotated[list[list[AttributeInfo]], Field(title="Keys", description="The keys, each a list of attributes.")]
    timestampAttribute: NotRequired[
        Annotated[
            dict[str, Any] | None,
            Field(title="Timestamp", description="The attribute with the time.", json_schema_extra=UNTYPED),
        ]
    ]
    semanticType: NotRequired[
        Annotated[str | None, Field(title="Semantic Type", description="The type of its activities, like SalesOrder.")]
    ]
    refreshTime: NotRequired[
        Annotated[Instant | None, Field(title="Refresh Time", description="When a refresh last loaded it.")]
    ]
    attributes: Annotated[list[AttributeInfo], Field(title="Attributes", description="The attributes.")]
    relationships: Annotated[
        list[Relationship], Field(title="Relationships", description="The entities that its attributes refer to.")
    ]
    annotations: Annotated[
        list[Annotation], Field(title="Entity Annotations", description="Always empty: only attributes have them.")
    ]


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
