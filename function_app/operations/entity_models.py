"""Bodies of metadata: entities, their attributes, and the schemas that designers draw forms from."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class SearchProperties(BaseModel):
    """What queries can do with an attribute."""

    isSearchable: bool = Field(title="Searchable", description="Whether a search looks at it.")
    isFilterable: bool = Field(title="Filterable", description="Whether a filter may name it.")
    isFacetable: bool = Field(title="Facetable", description="Always false.")
    isSortable: bool = Field(title="Sortable", description="Whether rows can be sorted by it.")


class Annotation(BaseModel):
    """A hint."""

    name: str = Field(title="Name", description="ReadOnly or Mandatory.")
    value: str = Field(title="Value", description="Whether it is true.")


class AttributeInfo(BaseModel):
    """An attribute's metadata."""

    name: str = Field(title="Name", description="The attribute's name.")
    friendlyName: str = Field(title="Friendly Name", description="Its name for people.")
    dataType: str = Field(title="Data Type", description="An Edm primitive type.")
    searchProperties: SearchProperties = Field(title="Search", description="What queries can do with it.")
    annotations: list[Annotation] = Field([], title="Annotations", description="Hints, if asked for.")


class EntityInfo(BaseModel):
    """An entity's metadata."""

    name: str = Field(title="Name", description="The entity's name.")
    qualifiedEntityName: str = Field(title="Qualified Name", description="The name with its data source.")
    dataSourceName: str | None = Field(None, title="Data Source", description="Where it comes from.")
    entityType: str = Field(title="Type", description="What it holds.")
    keys: list[list[AttributeInfo]] = Field(title="Keys", description="Alternative keys, each of attributes.")
    timestampAttribute: str | None = Field(None, title="Timestamp", description="The attribute that says when.")
    attributes: list[AttributeInfo] = Field(title="Attributes", description="Its attributes.")


class EntityModel(BaseModel):
    """Every entity of an instance."""

    instanceId: str = Field(title="Instance ID", description="The instance's id.")
    entities: list[EntityInfo] = Field(title="Entities", description="The entities.")


class ActivityEntity(BaseModel):
    """A kind of activity."""

    entityName: str = Field(title="Entity Name", description="The entity's name.")
    displayName: str = Field(title="Display Name", description="Its name for people.")


class ActivityEntities(BaseModel):
    """The kinds of activities of an instance."""

    value: list[ActivityEntity] = Field(title="Kinds of Activities", description="Each with its name for people.")


class EntitySchema(BaseModel):
    """An entity's fields, as a JSON schema."""

    type: Literal["object"] = Field(title="Type", description="Always object.")
    title: str = Field(title="Title", description="The entity's name.")
    properties: dict[str, Any] = Field(title="Properties", description="The schema of each field.")
    required: list[str] = Field([], title="Required", description="The fields that must have a value.")
