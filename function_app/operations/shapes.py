"""Shapes of answers about customers and activities.

mypy holds the handlers to them, and the connector's definition is made of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from function_app.api.options import Page
from function_app.domain.entity import CUSTOMER

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
CustomerFields = Annotated[dict[str, Any], Field(json_schema_extra={"x-attributes-of": CUSTOMER})]


class Receipt(TypedDict):
    """What became of an update."""

    updateId: Annotated[str, Field(title="Update ID", description="The update's id.")]
    outcome: Annotated[
        Literal["applied", "superseded", "duplicate"],
        Field(title="Outcome", description="Whether it shows, is superseded by newer updates, or is a repeat."),
    ]
    validUntil: Annotated[str, Field(title="Valid Until", description="When it disappears.")]
    attributes: Annotated[
        dict[str, Literal["applied", "superseded"]],
        Field(title="Attributes", description="For each attribute whether this update shows."),
    ]


class UpdatedCustomer(TypedDict):
    """The merged profile after an update, and the update's receipt."""

    customer: Annotated[CustomerFields, Field(title="Customer", description="The merged profile.")]
    receipt: Annotated[Receipt, Field(title="Receipt", description="What became of the update.")]


class CustomerList(Page):
    """One page of customers."""

    value: Annotated[list[CustomerFields], Field(title="Customers", description="The merged profiles.")]


class UnifiedActivity(TypedDict):
    """One event of a customer, or what of it was selected."""

    CustomerId: NotRequired[Annotated[str, Field(title="Customer ID", description="The unified customer.")]]
    ActivityId: NotRequired[Annotated[str, Field(title="Activity ID", description="The activity's id.")]]
    ActivityTime: NotRequired[Annotated[Instant | None, Field(title="Activity Time", description="When it happened.")]]
    ActivityType: NotRequired[Annotated[str, Field(title="Activity Type", description="Its semantic type.")]]
    ActivityTypeDisplay: NotRequired[
        Annotated[str | None, Field(title="Type for People", description="The type's name for people.")]
    ]
    ActivityName: NotRequired[
        Annotated[str | None, Field(title="Activity Name", description="The configured activity's name.")]
    ]
    Title: NotRequired[Annotated[str | None, Field(title="Title", description="The event.")]]
    Description: NotRequired[Annotated[str | None, Field(title="Description", description="Its details.")]]
    ExternalUrl: NotRequired[Annotated[str | None, Field(title="Web Address", description="A link to it.")]]
    EntityName: NotRequired[Annotated[str | None, Field(title="Entity Name", description="The source entity.")]]
    ActualActivityId: NotRequired[
        Annotated[str | None, Field(title="Source Key", description="The source record's primary key.")]
    ]
    ActivityForeignKey: NotRequired[
        Annotated[str | None, Field(title="Customer Key", description="The customer's source key.")]
    ]
    SemanticData: NotRequired[
        Annotated[str | None, Field(title="Semantic Data", description="The source record as JSON.")]
    ]
    RangeIndex: NotRequired[Annotated[str | None, Field(title="Range Index", description="Unix time of the activity.")]]


class ActivityList(Page):
    """One page of activities."""

    value: Annotated[list[UnifiedActivity], Field(title="Activities", description="The activities.")]


class ActivityReceipt(TypedDict):
    """What became of an activity."""

    activityId: Annotated[str, Field(title="Activity ID", description="The activity's id.")]
    customerId: Annotated[str | None, Field(title="Customer ID", description="Its customer, once known.")]
    outcome: Annotated[
        Literal["created", "duplicate", "parked"],
        Field(title="Outcome", description="Whether it is new, came before, or waits for its customer."),
    ]
    validUntil: Annotated[str | None, Field(title="Valid Until", description="When it disappears.")]


class CreatedActivity(TypedDict):
    """An activity that is taken, and where it stands."""

    location: Annotated[str, Field(title="Location", description="The activity's address.")]
    value: Annotated[ActivityReceipt, Field(title="Receipt", description="What became of it.")]
    statusCode: Annotated[int, Field(title="Status Code", description="201, or 202 for one that waits.")]


class Detail(TypedDict):
    """One fault."""

    errorCode: Annotated[str, Field(title="Error Code", description="What was wrong.")]
    message: Annotated[str, Field(title="Message", description="What would be right.")]
    target: NotRequired[Annotated[str | None, Field(title="Target", description="Where it was wrong.")]]


class ItemResult(TypedDict):
    """What became of one item: an outcome, or an error code."""

    index: Annotated[int, Field(title="Index", description="The item's place, from 0.")]
    outcome: NotRequired[Annotated[str | None, Field(title="Outcome", description="What became of it.")]]
    updateId: NotRequired[Annotated[str | None, Field(title="Update ID", description="The update's id.")]]
    activityId: NotRequired[Annotated[str | None, Field(title="Activity ID", description="The activity's id.")]]
    customerId: NotRequired[Annotated[str | None, Field(title="Customer ID", description="The activity's customer.")]]
    validUntil: NotRequired[Annotated[str | None, Field(title="Valid Until", description="When it disappears.")]]
    attributes: NotRequired[
        Annotated[dict[str, str] | None, Field(title="Attributes", description="What shows of an update.")]
    ]
    errorCode: NotRequired[Annotated[str | None, Field(title="Error Code", description="What was wrong.")]]
    message: NotRequired[Annotated[str | None, Field(title="Message", description="What would be right.")]]
    details: NotRequired[Annotated[list[Detail] | None, Field(title="Details", description="Every fault.")]]


class BatchResult(TypedDict):
    """One result for each item."""

    value: Annotated[list[ItemResult], Field(title="Results", description="The results, in order.")]


class ActivityType(TypedDict):
    """A type of activities, with its count."""

    activityType: Annotated[str, Field(title="Activity Type", description="The semantic type.")]
    activityTypeDisplay: NotRequired[
        Annotated[str | None, Field(title="Type for People", description="Its name for people.")]
    ]
    icon: NotRequired[
        Annotated[str | None, Field(title="Icon", description="The icon's name, as the definition gives it.")]
    ]
    count: Annotated[int, Field(title="Count", description="How many the customer has.")]


class ActivityTypes(TypedDict):
    """A customer's activity types with counts."""

    customerId: Annotated[str, Field(title="Customer ID", description="The customer.")]
    activityTypes: Annotated[
        list[ActivityType], Field(title="Activity Types", description="The types, most frequent first.")
    ]
