"""Bodies of fixed shape, as pydantic models: checked on the way in, described in the connector."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel

from function_app.domain.entity import CUSTOMER
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


class RefreshDefinition(Strict):
    mostRejected: Annotated[float, Field(ge=0, le=1, strict=False)] = Field(
        0.01, title="Most Rejected", description="The share of rejected rows above which a refresh removes nobody."
    )


class InstanceDefinition(Strict):
    """An instance: its name, validity and entities."""

    name: Label = Field(title="Name", description="The instance's name.")
    validity: ValidityDefinition | None = Field(None, title="Validity", description="Defaults and maximum.")
    refresh: RefreshDefinition | None = Field(None, title="Refresh", description="When a refresh is too bad to trust.")
    entities: Annotated[list[EntityDefinition], Field(min_length=1, max_length=200)]


class InstanceInfo(BaseModel):
    """An instance's name and id."""

    instanceId: str = Field(title="Instance ID", description="The instance's id.")
    name: str = Field(title="Name", description="The instance's name.")
    instanceType: str = Field(title="Type", description="Always production.")


class InstanceList(RootModel[list[InstanceInfo]]):
    """Every instance."""


CustomerFields = Annotated[dict[str, Any], Field(json_schema_extra={"x-attributes-of": CUSTOMER})]


class Receipt(BaseModel):
    """What became of an update."""

    updateId: str = Field(title="Update ID", description="The update's id.")
    outcome: Literal["applied", "superseded", "duplicate"] = Field(
        title="Outcome", description="Whether it shows, is hidden by newer updates, or came before."
    )
    validUntil: str = Field(title="Valid Until", description="When it disappears.")
    attributes: dict[str, Literal["applied", "superseded"]] = Field(
        title="Attributes", description="For each attribute whether this update shows."
    )


class UpdatedCustomer(BaseModel):
    """The merged profile after an update, and the update's receipt."""

    customer: CustomerFields = Field(title="Customer", description="The merged profile.")
    receipt: Receipt = Field(title="Receipt", description="What became of the update.")


class Page(BaseModel):
    """One page of rows."""

    context: str = Field(alias="@odata.context", title="Context", description="What the rows are.")
    count: int | None = Field(None, alias="@odata.count", title="Count", description="How many match in all.")
    nextLink: str | None = Field(
        None, alias="@odata.nextLink", title="Next Page", description="The address of the next page, if there is one."
    )


class CustomerList(Page):
    """One page of customers."""

    value: list[CustomerFields] = Field(title="Customers", description="The merged profiles.")


class UnifiedActivity(BaseModel):
    """One event of a customer, or what of it was selected."""

    CustomerId: str = Field("", title="Customer ID", description="The unified customer.")
    ActivityId: str = Field("", title="Activity ID", description="The activity's id.")
    ActivityTime: datetime | None = Field(None, title="Activity Time", description="When it happened.")
    ActivityType: str = Field("", title="Activity Type", description="Its semantic type.")
    ActivityTypeDisplay: str | None = Field(None, title="Type for People", description="The type's name for people.")
    ActivityName: str | None = Field(None, title="Activity Name", description="The configured activity's name.")
    Title: str | None = Field(None, title="Title", description="The event.")
    Description: str | None = Field(None, title="Description", description="Its details.")
    ExternalUrl: str | None = Field(None, title="Web Address", description="A link to it.")
    EntityName: str | None = Field(None, title="Entity Name", description="The source entity.")
    ActualActivityId: str | None = Field(None, title="Source Key", description="The source record's primary key.")
    ActivityForeignKey: str | None = Field(None, title="Customer Key", description="The customer's source key.")
    SemanticData: str | None = Field(None, title="Semantic Data", description="The source record as JSON.")
    RangeIndex: str | None = Field(None, title="Range Index", description="Unix time of the activity.")


class ActivityList(Page):
    """One page of activities."""

    value: list[UnifiedActivity] = Field(title="Activities", description="The activities.")


class ActivityReceipt(BaseModel):
    """What became of an activity."""

    activityId: str = Field(title="Activity ID", description="The activity's id.")
    customerId: str | None = Field(title="Customer ID", description="Its customer, once known.")
    outcome: Literal["created", "duplicate", "parked"] = Field(
        title="Outcome", description="Whether it is new, came before, or waits for its customer."
    )
    validUntil: str | None = Field(title="Valid Until", description="When it disappears.")


class CreatedActivity(BaseModel):
    """An activity that is taken, and where it stands."""

    location: str = Field(title="Location", description="The activity's address.")
    value: ActivityReceipt = Field(title="Receipt", description="What became of it.")
    statusCode: int = Field(title="Status Code", description="201, or 202 for one that waits.")


class Detail(BaseModel):
    """One fault."""

    errorCode: str = Field(title="Error Code", description="What was wrong.")
    message: str = Field(title="Message", description="What would be right.")
    target: str | None = Field(None, title="Target", description="Where it was wrong.")


class ItemResult(BaseModel):
    """What became of one item: an outcome, or an error code."""

    index: int = Field(title="Index", description="The item's place, from 0.")
    outcome: str | None = Field(None, title="Outcome", description="What became of it.")
    updateId: str | None = Field(None, title="Update ID", description="The update's id.")
    activityId: str | None = Field(None, title="Activity ID", description="The activity's id.")
    customerId: str | None = Field(None, title="Customer ID", description="The activity's customer.")
    validUntil: str | None = Field(None, title="Valid Until", description="When it disappears.")
    attributes: dict[str, str] | None = Field(None, title="Attributes", description="What shows of an update.")
    errorCode: str | None = Field(None, title="Error Code", description="What was wrong.")
    message: str | None = Field(None, title="Message", description="What would be right.")
    details: list[Detail] | None = Field(None, title="Details", description="Every fault.")


class BatchResult(BaseModel):
    """One result for each item."""

    value: list[ItemResult] = Field(title="Results", description="The results, in order.")


class ActivityType(BaseModel):
    """A type of activities, with its count."""

    activityType: str = Field(title="Activity Type", description="The semantic type.")
    activityTypeDisplay: str | None = Field(None, title="Type for People", description="Its name for people.")
    icon: str | None = Field(None, title="Icon", description="The icon's name, as the definition gives it.")
    count: int = Field(title="Count", description="How many the customer has.")


class ActivityTypes(BaseModel):
    """A customer's activity types with counts."""

    customerId: str = Field(title="Customer ID", description="The customer.")
    activityTypes: list[ActivityType] = Field(title="Activity Types", description="The types, most frequent first.")


class KeyRing(BaseModel):
    """A customer's keys in the source entities."""

    instanceId: str = Field(title="Instance ID", description="The instance's id.")
    customerId: str = Field(title="Customer ID", description="The customer.")
    keyRing: dict[str, str] = Field(title="Key Ring", description="The key in each source entity.")


class Health(BaseModel):
    """That the service and its store answer."""

    status: Literal["healthy"] = Field(title="Status", description="Always healthy.")
