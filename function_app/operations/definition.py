"""The form of an instance definition in a request. The domain validates the definition as a whole."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from function_app.domain.instant import parse_duration
from function_app.domain.schema import EDM_TYPES

_LONGEST_NAME, _NAME = 100, re.compile("[A-Za-z][A-Za-z0-9_]*")


def _name(text: str) -> str:
    if len(text) > _LONGEST_NAME or not _NAME.fullmatch(text):
        msg = f"must be a letter, then letters, digits and underscores, up to {_LONGEST_NAME} characters"
        raise ValueError(msg)
    return text


def _plain(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        msg = "must be a text or a number"  # said once, and not for each type that it might have been
        raise ValueError(msg)  # noqa: TRY004  # pydantic reports only this one
    return value


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


_DURATION = {
    "type": "string",
    "pattern": r"^P(?=.*[1-9])(\d{1,6}W|(\d{1,6}D)?(T(?=\d)(\d{1,6}H)?(\d{1,8}M)?(\d{1,9}S)?)?)$",
    "examples": ["PT4H", "P30D"],
}
_DELIMITER = {
    "type": "string",
    "pattern": r"^[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x7f]$",
    "examples": [",", ";", "\t", "|"],
}
Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$", "maxLength": _LONGEST_NAME}),
]
Duration = Annotated[str, AfterValidator(_duration), WithJsonSchema(_DURATION)]
EdmType = Annotated[str, AfterValidator(_edm_type), WithJsonSchema({"type": "string", "enum": list(EDM_TYPES)})]
Delimiter = Annotated[str, WithJsonSchema(_DELIMITER)]
PlainValue = Annotated[str | int | float, BeforeValidator(_plain)]
Share = Annotated[float, Field(ge=0, le=1)]
Label = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    """A request body; unknown members are rejected."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ValidityDefinition(Strict):
    update: Duration | None = Field(None, title="Update", description="The default lifetime of a profile update: PT4H.")
    activity: Duration | None = Field(None, title="Activity", description="The default lifetime of an activity: P30D.")
    maximum: Duration | None = Field(
        None, title="Maximum", description="The longest lifetime of updates and activities: P30D."
    )


class AttributeDefinition(Strict):
    name: Name = Field(title="Name", description="The attribute's name.")
    dataType: EdmType = Field(title="Data Type", description="An Edm primitive type.")
    friendlyName: Label | None = Field(None, title="Friendly Name", description="The display name.")
    maxLength: Annotated[int, Field(ge=1, le=65_536)] | None = Field(
        None, title="Maximum Length", description="The maximum number of characters."
    )
    allowedValues: Annotated[list[PlainValue], Field(min_length=1, max_length=500)] | None = Field(
        None, title="Allowed Values", description="The only values that are accepted."
    )
    readOnly: bool = Field(False, title="Read Only", description="Whether updates of the attribute are rejected.")
    keyOf: Name | None = Field(
        None, title="Key Of", description="The source entity of the customer's key that the attribute holds."
    )
    column: Label | None = Field(None, title="Column", description="The column of the snapshot with its values.")
    format: Label | None = Field(
        None, title="Format", description="The format of its values in the snapshot, like %d.%m.%Y, 1.234,56 or Yes/No."
    )


class CustomerReference(Strict):
    attribute: Name = Field(title="Attribute", description="The attribute that holds the customer's source key.")
    entity: Name = Field(title="Entity", description="The source entity of that key.")


class ActivityDefinition(Strict):
    activityType: Label = Field(title="Activity Type", description="The semantic type, like SalesOrder.")
    activityTypeDisplay: Label | None = Field(None, title="Type Display Name", description="The display name.")
    icon: Label | None = Field(None, title="Icon", description="The name of the icon on the customer card.")
    showInTimeline: bool = Field(
        True, title="Show in Timeline", description="Whether reads return the activities; if not, they are hidden."
    )
    customer: CustomerReference = Field(title="Customer", description="How the customer of an activity is found.")
    title: Name | None = Field(None, title="Title", description="The attribute with the title of the activity.")
    description: Name | None = Field(
        None, title="Description", description="The attribute with the details of the activity."
    )
    externalUrl: Name | None = Field(
        None, title="Web Address", description="The attribute with a link to the activity."
    )


class EntityDefinition(Strict):
    name: Name = Field(title="Name", description="The entity's name.")
    dataSourceName: Name | None = Field(None, title="Data Source", description="The data source of the entity.")
    entityType: Literal["profile", "activity", "source"] = Field(
        title="Type", description="The kind of entity: profile, activity or source."
    )
    keys: Annotated[
        list[Annotated[list[Name], Field(min_length=1, max_length=8)]], Field(min_length=1, max_length=8)
    ] = Field(title="Keys", description="Alternative keys, each a list of attributes.")
    timestampAttribute: Name | None = Field(
        None, title="Timestamp", description="The attribute with the time of the activity."
    )
    attributes: Annotated[list[AttributeDefinition], Field(min_length=1, max_length=500)] = Field(
        title="Attributes", description="The attributes of the entity."
    )
    activity: ActivityDefinition | None = Field(None, title="Activity", description="How a record becomes an activity.")
    delimiter: Delimiter | None = Field(None, title="Delimiter", description="The delimiter of its CSV files.")
    encoding: Label | None = Field(
        None,
        title="Encoding",
        description="The encoding of its CSV files without a byte order mark.",
        examples=["UTF-8", "UTF-16", "windows-1252", "ISO-8859-1"],
    )
    unknownColumns: Literal["warn", "error"] = Field(
        "warn", title="Unknown Columns", description="Whether columns without an attribute are a warning or an error."
    )


class RefreshDefinition(Strict):
    mostRejected: Share = Field(
        0.01, title="Most Rejected", description="The share of rejected rows above which a refresh removes no customer."
    )
    mostRemoved: Share = Field(
        0.1, title="Most Removed", description="The share of customers above which a refresh removes no customer."
    )
    graceDays: Annotated[int, Field(ge=0, le=30)] = Field(
        7, title="Days of Grace", description="How long updates and activities of a removed customer are kept."
    )


class InstanceDefinition(Strict):
    """The definition of an instance: name, validity and entities."""

    schema_: str | None = Field(
        None, alias="$schema", title="Schema", description="The JSON schema for completion in editors."
    )
    name: Label = Field(title="Name", description="The instance's name.")
    validity: ValidityDefinition | None = Field(
        None, title="Validity", description="Default lifetimes and the maximum."
    )
    timeZone: Label | None = Field(
        None, title="Time Zone", description="The IANA time zone in which days end, like Europe/Oslo; UTC if empty."
    )
    refresh: RefreshDefinition | None = Field(None, title="Refresh", description="When a refresh removes no customers.")
    apiKeyInQuery: bool = Field(
        False,
        title="API Key in Query",
        description="Whether reads below data accept an API key as the query parameter subscription-key.",
    )
    auditReads: bool = Field(
        False,
        title="Audit Reads",
        description="Whether each read of personal data leaves a trace of who read, for 30 days.",
    )
    entities: Annotated[list[EntityDefinition], Field(min_length=1, max_length=200)] = Field(
        title="Entities", description="Customer, and the kinds of activities."
    )

    def as_sent(self) -> dict[str, Any]:
        """Return the members that were sent, with their values."""
        return self.model_dump(exclude_unset=True, by_alias=True)
