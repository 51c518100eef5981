"""Shapes of responses about customers and activities.

mypy checks the handlers against them, and the connector's definition is generated from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from function_app.api.paging import Page
from function_app.domain.access import Sender
from function_app.domain.activity import Activity
from function_app.domain.entity import CUSTOMER
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.domain.schema import Use

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]


def customer_fields(use: Use, title: str | None = None, description: str | None = None) -> Any:
    """Describe a record of Customer, which is known by its metadata only."""
    return Field(title=title, description=description, json_schema_extra={"x-attributes-of": CUSTOMER, "x-use": use})


INTERNAL: dict[str, Any] = {"x-ms-visibility": "internal"}
"""Hides a field from makers."""
UNTYPED: dict[str, Any] = {"x-untyped": True}
"""Marks an object with members that differ from customer to customer: without its type, formulas can read each."""


class PrincipalShape(TypedDict):
    """The principal that sent a write, as the service authenticated it."""

    id: Annotated[str, Field(title="ID", description="The object id in Entra, or the API key used.")]
    kind: Annotated[str, Field(title="Kind", description="Whether it is a user or an app.")]
    name: NotRequired[Annotated[str | None, Field(title="Name", description="Its name, if its token has one.")]]


SENDER: Any = Field(title="Sender", description="Who sent it.", json_schema_extra={"x-definition": "Sender"})
"""Describes the principal of a write. It is one definition, because some clients allow each title once."""


def principal_of(sender: Sender | None) -> PrincipalShape | None:
    """Return who sent a write; None if that is not known."""
    return {"id": sender.principal_id, "kind": sender.principal_type, "name": sender.name} if sender else None


class UpdateFacts(TypedDict):
    """When an update came and expires, and what its sender calls itself."""

    updateId: Annotated[str, Field(title="Update ID", description="The id of the update.")]
    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    receivedAt: Annotated[Instant, Field(title="Received At", description="When the update was received.")]
    occurredAt: Annotated[Instant, Field(title="Occurred At", description="When the change happened.")]
    validUntil: Annotated[Instant, Field(title="Valid Until", description="When the update expires or expired.")]
    caller: NotRequired[
        Annotated[str | None, Field(title="Caller", description="What the sender calls itself, if it does.")]
    ]


def facts_of(update: Update) -> UpdateFacts:
    """Return the facts of an update."""
    return {
        "updateId": update.update_id,
        "customerId": update.customer_id,
        "receivedAt": format_instant(update.received_at),
        "occurredAt": format_instant(update.occurred_at),
        "validUntil": format_instant(update.valid_until),
        "caller": update.caller,
    }


class Receipt(TypedDict):
    """The outcome of an update."""

    updateId: Annotated[str, Field(title="Update ID", description="The id of the update.")]
    outcome: Annotated[
        Literal["applied", "superseded", "duplicate"],
        Field(
            title="Outcome", description="Whether the update is applied, superseded by newer updates, or a duplicate."
        ),
    ]
    validUntil: Annotated[str, Field(title="Valid Until", description="When it expires.")]
    untilRefresh: NotRequired[
        Annotated[bool | None, Field(title="Until Refresh", description="True if the next refresh ends it before.")]
    ]
    attributes: Annotated[
        dict[str, Literal["applied", "superseded"]],
        Field(
            title="Outcomes",
            description="For each attribute, whether the update is applied or superseded.",
            json_schema_extra=UNTYPED,
        ),
    ]


class UpdatedCustomer(TypedDict):
    """The merged profile after an update, and the update's receipt."""

    customer: Annotated[dict[str, Any], customer_fields("profile", "Profile", "The merged profile.")]
    receipt: Annotated[Receipt, Field(title="Receipt", description="The outcome of the update.")]


@with_config(ConfigDict(json_schema_extra={"x-page-of": CUSTOMER}))
class CustomerList(Page):
    """One page of customers."""

    value: Annotated[
        list[Annotated[dict[str, Any], customer_fields("row")]],
        Field(title="Customers", description="The merged profiles."),
    ]


class UnifiedActivity(TypedDict):
    """An activity of a customer, or its selected fields."""

    CustomerId: NotRequired[Annotated[str, Field(title="Customer ID", description="The id of the customer.")]]
    ActivityId: NotRequired[Annotated[str, Field(title="Activity ID", description="The id of the activity.")]]
    ActivityTime: NotRequired[
        Annotated[Instant | None, Field(title="Activity Time", description="When the activity happened.")]
    ]
    ActivityType: NotRequired[Annotated[str, Field(title="Activity Type", description="The semantic type.")]]
    ActivityTypeDisplay: NotRequired[
        Annotated[str | None, Field(title="Type Display Name", description="The display name of the type.")]
    ]
    ActivityName: NotRequired[
        Annotated[str | None, Field(title="Activity Name", description="The name of the configured activity.")]
    ]
    Title: NotRequired[Annotated[str | None, Field(title="Title", description="The title of the activity.")]]
    Description: NotRequired[
        Annotated[str | None, Field(title="Description", description="The details of the activity.")]
    ]
    ExternalUrl: NotRequired[Annotated[str | None, Field(title="Web Address", description="A link to the activity.")]]
    EntityName: NotRequired[Annotated[str | None, Field(title="Entity Name", description="The source entity.")]]
    ActualActivityId: NotRequired[
        Annotated[str | None, Field(title="Source Key", description="The primary key of the source record.")]
    ]
    ActivityForeignKey: NotRequired[
        Annotated[str | None, Field(title="Customer Key", description="The source key of the customer.")]
    ]
    SemanticData: NotRequired[
        Annotated[str | None, Field(title="Semantic Data", description="The source record as JSON.")]
    ]
    RangeIndex: NotRequired[
        Annotated[str | None, Field(title="Range Index", description="The time of the activity as Unix time.")]
    ]


class SentActivity(UnifiedActivity):
    """An activity of a customer and, if it came in real time, who sent it."""

    caller: NotRequired[
        Annotated[str | None, Field(title="Caller", description="What the sender calls itself, if it does.")]
    ]
    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]


def sent_activity(activity: Activity) -> SentActivity:
    """Return an activity and who sent it; one that a refresh loaded without these members."""
    shown = cast("SentActivity", {**activity.attributes})
    if activity.caller is not None:
        shown["caller"] = activity.caller
    if activity.principal is not None:
        shown["principal"] = principal_of(activity.principal)
    return shown


class Timeline(Page):
    """One page of a customer's activities."""

    value: Annotated[list[SentActivity], Field(title="Activities", description="The activities.")]


class ActivityList(Page):
    """One page of activities."""

    value: Annotated[list[UnifiedActivity], Field(title="Activities", description="The activities.")]


class ActivityReceipt(TypedDict):
    """The outcome of a created activity."""

    activityId: Annotated[str, Field(title="Activity ID", description="The id of the activity.")]
    customerId: Annotated[
        str | None, Field(title="Customer ID", description="The id of the customer; null while the activity is parked.")
    ]
    outcome: Annotated[
        Literal["created", "duplicate", "parked"],
        Field(
            title="Outcome",
            description="Whether the activity is created, a duplicate, or parked until its customer is loaded.",
        ),
    ]
    validUntil: Annotated[str | None, Field(title="Valid Until", description="When it expires.")]


class CreatedActivity(TypedDict):
    """An accepted activity, and its address."""

    location: Annotated[str, Field(title="Location", description="The address of the activity.")]
    value: Annotated[ActivityReceipt, Field(title="Activity Receipt", description="The outcome.")]
    statusCode: Annotated[int, Field(title="Status Code", description="201, or 202 if the activity is parked.")]


class Detail(TypedDict):
    """One error."""

    errorCode: Annotated[str, Field(title="Error Code", description="The code of the error.")]
    message: Annotated[str, Field(title="Message", description="What is wrong, and what is expected.")]
    target: NotRequired[
        Annotated[str | None, Field(title="Target", description="The field or parameter that is wrong.")]
    ]


class ErrorBody(TypedDict):
    """An error: why a request was rejected, or that the service failed."""

    errorCode: Annotated[str, Field(title="Error Code", description="The code of the first error.")]
    message: Annotated[str, Field(title="Message", description="What was wrong, and how to correct it.")]
    target: NotRequired[Annotated[str | None, Field(title="Target", description="Where the error is.")]]
    details: Annotated[list[Detail], Field(title="Details", description="All errors of the request.")]
    httpStatusCode: Annotated[str, Field(title="Status Code", description="The HTTP status.")]
    exceptionCulprit: Annotated[
        Literal["user", "system"], Field(title="Culprit", description="user for a wrong request, system for a failure.")
    ]
    resultSeverity: Annotated[Literal["error"], Field(title="Severity", description="Always error.")]


class ItemResult(TypedDict):
    """The result of one item: an outcome, or an error code."""

    index: Annotated[int, Field(title="Index", description="The position of the item, from 0.")]
    outcome: NotRequired[Annotated[str | None, Field(title="Outcome", description="The outcome.")]]
    updateId: NotRequired[Annotated[str | None, Field(title="Update ID", description="The id of the update.")]]
    activityId: NotRequired[Annotated[str | None, Field(title="Activity ID", description="The id of the activity.")]]
    customerId: NotRequired[
        Annotated[str | None, Field(title="Customer ID", description="The id of the activity's customer.")]
    ]
    validUntil: NotRequired[Annotated[str | None, Field(title="Valid Until", description="When it expires.")]]
    untilRefresh: NotRequired[
        Annotated[bool | None, Field(title="Until Refresh", description="Whether the next refresh ends it before.")]
    ]
    attributes: NotRequired[
        Annotated[
            dict[str, str] | None,
            Field(
                title="Outcomes",
                description="For each attribute of an update, whether it is applied or superseded.",
                json_schema_extra=UNTYPED,
            ),
        ]
    ]
    errorCode: NotRequired[Annotated[str | None, Field(title="Error Code", description="The code of the error.")]]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="What is wrong, and what is expected.")]
    ]
    details: NotRequired[Annotated[list[Detail] | None, Field(title="Details", description="All errors of the item.")]]


class BatchResult(TypedDict):
    """One result for each item."""

    value: Annotated[list[ItemResult], Field(title="Results", description="The results, in order.")]


class ActivityType(TypedDict):
    """A type of activities, with the number of activities."""

    activityType: Annotated[str, Field(title="Activity Type", description="The semantic type.")]
    activityTypeDisplay: NotRequired[
        Annotated[str | None, Field(title="Type Display Name", description="The display name of the type.")]
    ]
    icon: NotRequired[
        Annotated[
            str | None, Field(title="Icon", description="The name of the icon in the definition of the instance.")
        ]
    ]
    count: Annotated[int, Field(title="Count", description="The number of activities of this type.")]


class ActivityTypes(TypedDict):
    """The activity types of a customer, with counts."""

    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    activityTypes: Annotated[list[ActivityType], Field(title="Types", description="The types, most frequent first.")]
