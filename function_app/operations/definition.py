"""The instance definition as it is sent: its form; its rules as a whole are the domain's."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from function_app.domain.instant import parse_duration
from function_app.domain.schema import EDM_TYPES


def _edm_type(name: str) -> str:
    if name not in EDM_TYPES:
        msg = f"must be one of {', '.join(EDM_TYPES)}"
        raise ValueError(msg)
    return name


def _duration(text: str) -> str:
    if not parse_duration(text):
        msg = "must be an ISO 8601 duration above zero, like PT4H or P30D"
        raise ValueError(msg)
    return text


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]
Duration = Annotated[str, AfterValidator(_duration)]
EdmType = Annotated[str, AfterValidator(_edm_type)]
Share = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """A body from outside: unknown members are refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ValidityDefinition(Strict):
    update: Duration | None = Field(None, title="Update", description="Default life of a profile update, PT4H.")
    activity: Duration | None = Field(None, title="Activity", description="Default life of an activity, P30D.")
    maximum: Duration | None = Field(None, title="Maximum", description="The longest life of either, P30D.")


class AttributeDefinition(Strict):
    name: Name = Field(title="Name", description="The attribute's name.")
    dataType: EdmType = Field(title="Data Type", description="An Edm primitive type.")
    friendlyName: Label | None = Field(None, title="Friendly Name", description="Its name for people.")
    maxLength: Annotated[int, Field(ge=1, le=65_536)] | None = Field(
        None, title="Maximum Length", description="Longest text."
    )
    allowedValues: Annotated[list[str | int | float], Field(min_length=1, max_length=500)] | None = Field(
        None, title="Allowed Values", description="The only values it takes."
    )
    readOnly: bool = Field(False, title="Read Only", description="Whether only the source changes it.")
    keyOf: Name | None = Field(
        None, title="Key Of", description="The source entity whose key of the customer it holds."
    )
    column: Label | None = Field(None, title="Column", description="The column of the snapshot that holds it.")
    format: Label | None = Field(
        None, title="Format", description="How its texts are written in the snapshot: %d.%m.%Y, 1.234,56, Yes/No."
    )


class CustomerReference(Strict):
    attribute: Name = Field(title="Attribute", description="The attribute that holds the customer's source key.")
    entity: Name = Field(title="Entity", description="The source entity of that key.")


class ActivityDefinition(Strict):
    activityType: Label = Field(title="Activity Type", description="The semantic type, like SalesOrder.")
    activityTypeDisplay: Label | None = Field(None, title="Type for People", description="Its name for people.")
    icon: Label | None = Field(None, title="Icon", description="The icon's name.")
    showInTimeline: bool = Field(True, title="Show in Timeline", description="Whether readers see it.")
    customer: CustomerReference = Field(title="Customer", description="How its customer is found.")
    title: Name | None = Field(None, title="Title", description="The attribute that names the event.")
    description: Name | None = Field(None, title="Description", description="The attribute with details.")
    externalUrl: Name | None = Field(None, title="Web Address", description="The attribute with a link.")


class EntityDefinition(Strict):
    name: Name = Field(title="Name", description="The entity's name.")
    dataSourceName: Name | None = Field(None, title="Data Source", description="Where it comes from.")
    entityType: Literal["profile", "activity", "source"] = Field(title="Type", description="What it holds.")
    keys: Annotated[list[Annotated[list[Name], Field(min_length=1, max_length=8)]], Field(min_length=1, max_length=8)]
    timestampAttribute: Name | None = Field(None, title="Timestamp", description="The attribute that says when.")
    attributes: Annotated[list[AttributeDefinition], Field(min_length=1, max_length=500)]
    activity: ActivityDefinition | None = Field(None, title="Activity", description="How it becomes an activity.")
    delimiter: str | None = Field(None, title="Delimiter", description="What separates the values of its CSV files.")
    encoding: Label | None = Field(None, title="Encoding", description="The encoding of its CSV files.")
    unknownColumns: Literal["warn", "error"] = Field(
        "warn", title="Unknown Columns", description="Whether columns of no attribute are a warning or an error."
    )


class RefreshDefinition(Strict):
    mostRejected: Share = Field(
        0.01, title="Most Rejected", description="The share of rejected rows above which a refresh removes no customer."
    )
    mostRemoved: Share = Field(
        0.1, title="Most Removed", description="The share of customers above which a refresh removes none of them."
    )
    graceDays: Annotated[int, Field(ge=0, le=30)] = Field(
        7, title="Days of Grace", description="How long updates and activities of a removed customer are kept."
    )


class InstanceDefinition(Strict):
    """An instance: its name, validity and entities."""

    schema_: str | None = Field(
        None, alias="$schema", exclude=True, title="Schema", description="The JSON schema that editors complete by."
    )
    name: Label = Field(title="Name", description="The instance's name.")
    validity: ValidityDefinition | None = Field(None, title="Validity", description="Defaults and maximum.")
    refresh: RefreshDefinition | None = Field(None, title="Refresh", description="When a refresh is too bad to trust.")
    entities: Annotated[list[EntityDefinition], Field(min_length=1, max_length=200)]
