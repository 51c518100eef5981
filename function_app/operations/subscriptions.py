"""Subscriptions of webhooks: list those of an instance, end one."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired
from urllib.parse import urlsplit

from pydantic import Field, RootModel
from typing_extensions import TypedDict

from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import path
from function_app.api.parameter_types import text
from function_app.domain.access import Role
from function_app.domain.instant import format_duration, format_instant
from function_app.domain.subscription import EventKind, Subscription
from function_app.operations.shapes import Instant, PrincipalShape, principal_of

SUBSCRIPTION_ID = path("subscriptionId", "Subscription ID", "The id of the subscription.", text(64))


class SubscriptionInfo(TypedDict):
    """A subscription. Its callback is not shown: often the address is all that protects it."""

    subscriptionId: Annotated[str, Field(title="Subscription ID", description="The id of the subscription.")]
    event: Annotated[EventKind, Field(title="Event", description="The kind of event.")]
    callbackHost: Annotated[str, Field(title="Callback Host", description="The host that events are sent to.")]
    within: NotRequired[Annotated[str | None, Field(title="Within", description="How early an expiry is announced.")]]
    subscriber: Annotated[
        PrincipalShape | None, Field(title="Subscriber", description="Who subscribed, and whose role is needed.")
    ]
    createdAt: Annotated[Instant, Field(title="Created At", description="When it was created, or replaced.")]
    state: Annotated[
        Literal["active", "failing"],
        Field(title="State", description="failing from the first failure to the next success, or while one waits."),
    ]
    lastDeliveredAt: NotRequired[
        Annotated[Instant | None, Field(title="Last Delivered At", description="When an event was last accepted.")]
    ]
    failingSince: NotRequired[
        Annotated[Instant | None, Field(title="Failing Since", description="The first failure since the last success.")]
    ]
    lastFailureAt: NotRequired[
        Annotated[Instant | None, Field(title="Last Failure At", description="When an event was last not accepted.")]
    ]
    lastFailure: NotRequired[
        Annotated[str | None, Field(title="Last Failure", description="Why an event was last not accepted.")]
    ]
    nextAttemptAt: NotRequired[
        Annotated[Instant | None, Field(title="Next Attempt At", description="When a failed event is sent again.")]
    ]


class SubscriptionCreated(SubscriptionInfo):
    """A new subscription."""

    secret: Annotated[
        str, Field(title="Secret", description="Signs its events, as Standard Webhooks say. It is shown only once.")
    ]


class SubscriptionList(RootModel[list[SubscriptionInfo]]):
    """Subscriptions."""


@operation(
    "GET",
    "instances/{instanceId}/subscriptions",
    id="ListSubscriptions",
    summary="List subscriptions",
    description="Returns the webhooks of the caller and their failures; those of all callers to an Administrator.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The subscriptions.", SubscriptionList)},
)
async def list_subscriptions(call: Call) -> Answer:
    instance_id, caller = call.model.instance.instance_id, call.principal
    role = await call.services.access.role_on(caller, instance_id, call.now)
    found = await call.services.webhooks.list(instance_id)
    return Answer(
        200,
        [
            info_of(each)
            for each in found
            if role is Role.ADMINISTRATOR or each.subscriber.principal_id == caller.principal_id
        ],
    )


@operation(
    "DELETE",
    "instances/{instanceId}/subscriptions/{subscriptionId}",
    id="EndSubscription",
    summary="End a subscription",
    description="Ends a webhook. It can be repeated. An Administrator may end those of other callers.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID, SUBSCRIPTION_ID),
    responses={204: Response("There is no such subscription any more.")},
)
async def end_subscription(call: Call) -> Answer:
    instance_id = call.model.instance.instance_id
    await call.services.webhooks.unsubscribe(instance_id, call[SUBSCRIPTION_ID], call.principal, call.now)
    return Answer(204)


def location_of(call: Call, subscription: Subscription) -> str:
    """Return the address of a subscription."""
    root = call.url.partition("/webhooks/")[0]
    return f"{root}/subscriptions/{subscription.subscription_id}"


def info_of(subscription: Subscription) -> SubscriptionInfo:
    """Return a subscription as callers see it."""
    progress, within = subscription.progress, subscription.within
    waits = [hold.retry_at for hold in progress.holds.values()]
    return {
        "subscriptionId": subscription.subscription_id,
        "event": subscription.event,
        "callbackHost": urlsplit(subscription.callback).hostname or "",
        "within": format_duration(within) if within else None,
        "subscriber": principal_of(subscription.subscriber),
        "createdAt": format_instant(subscription.created_at),
        "state": "failing" if waits or progress.failing_since else "active",
        "lastDeliveredAt": format_instant(progress.delivered_at) if progress.delivered_at else None,
        "failingSince": format_instant(progress.failing_since) if progress.failing_since else None,
        "lastFailureAt": format_instant(progress.failed_at) if progress.failed_at else None,
        "lastFailure": progress.failure,
        "nextAttemptAt": format_instant(min(waits)) if waits else None,
    }


OPERATIONS: tuple[Operation, ...] = (list_subscriptions, end_subscription)
