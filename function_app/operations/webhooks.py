"""Webhooks: subscribe a callback to events, which are sent to it when they happen.

Each kind of event is a separate trigger, because makers get its fields from its notification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.job import Job, Task
from function_app.domain.subscription import EventKind
from function_app.domain.wording import received
from function_app.errors import ServiceError
from function_app.operations.definition import Strict
from function_app.operations.refresh_info import job_info
from function_app.operations.shapes import SENDER, Instant, PrincipalShape, UnifiedActivity, customer_fields
from function_app.operations.subscriptions import SubscriptionCreated, info_of, location_of
from function_app.operations.triggers import (
    USUAL_WITHIN,
    WITHIN,
    ExpiredFacts,
    NamedFacts,
    activity_event,
    expired_event,
    parse_within,
    update_event,
)
from function_app.services.webhooks.subscriptions import Wanted

_CALLBACK: dict[str, Any] = {"x-ms-notification-url": True, "x-ms-visibility": "internal"}


class Callback(Strict):
    """Where events are sent."""

    callbackUrl: str = Field(
        title="Callback URL",
        description="The https address that events are sent to. The platform sets it.",
        json_schema_extra=_CALLBACK,
    )


class ExpiryCallback(Callback):
    """Where expiries are announced, and how early."""

    within: str = Field(USUAL_WITHIN, title="Within", description=f"{WITHIN.description} At once if it lives shorter.")


class _InInstance(TypedDict):
    instanceId: Annotated[str, Field(title="Instance ID", description="The id of the instance.")]


class UpdateData(NamedFacts, _InInstance):
    """A profile update."""

    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]
    fields: Annotated[
        dict[str, Any], customer_fields("changes", "Updated Fields", "The changed fields with their new values.")
    ]


class ExpiredData(ExpiredFacts, _InInstance):
    """A profile update that expired, and which of its values the source has."""

    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]
    fields: Annotated[
        dict[str, Any], customer_fields("changes", "Expired Fields", "The changed fields with their values.")
    ]


class ActivityData(UnifiedActivity, _InInstance):
    """An activity."""

    caller: NotRequired[
        Annotated[str | None, Field(title="Caller", description="What the sender calls itself, if it does.")]
    ]
    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]


class RefreshData(_InInstance):
    """A refresh that has ended."""

    jobId: Annotated[str, Field(title="Job ID", description="The id of the job.")]
    jobSubmissionKind: Annotated[str, Field(title="Submitted", description="onDemand or scheduled.")]
    jobStatus: Annotated[str, Field(title="Status", description="successful, failed, aborted or skipped.")]
    submittedTimestamp: Annotated[Instant, Field(title="Submitted At", description="When it was requested.")]
    endTimestamp: Annotated[Instant, Field(title="Ended At", description="When it ended.")]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, was cancelled, or was skipped.")]
    ]
    warnings: Annotated[list[str], Field(title="Warnings", description="Oddities that stopped nothing.")]
    written: Annotated[int, Field(title="Written", description="Rows that were new or changed.")]
    removed: Annotated[int, Field(title="Removed", description="Customers that were removed.")]
    rejected: Annotated[int, Field(title="Rejected", description="Rows that do not fit the definition.")]
    landed: Annotated[int, Field(title="Landed Values", description="Values of live updates that the source has now.")]


class Notice(TypedDict):
    """What is sent to a callback."""

    type: Annotated[str, Field(title="Event Type", description="The kind of event, like profile.updated.")]
    timestamp: Annotated[Instant, Field(title="Event Time", description="When the event happened.")]


class UpdateNotice(Notice):
    """An event of a profile update."""

    data: Annotated[UpdateData, Field(title="Change", description="The update.")]


class ExpiredNotice(Notice):
    """An event of a profile update that expired."""

    data: Annotated[ExpiredData, Field(title="Expiry", description="The update.")]


class ActivityNotice(Notice):
    """An event of an activity."""

    data: Annotated[ActivityData, Field(title="Entry", description="The activity.")]


class RefreshNotice(Notice):
    """An event of a refresh."""

    data: Annotated[RefreshData, Field(title="Refresh", description="The refresh.")]


def _within(call: Call) -> timedelta | None:
    """Return how early an expiry is announced, None for other events. Raises ServiceError if that is no span."""
    if not isinstance(call.body, ExpiryCallback):
        return None
    try:
        return parse_within(call.body.within)
    except ValueError as error:
        message = f"'within' must be {error}; received {received(call.body.within)}."
        raise ServiceError(error_codes.INVALID_SUBSCRIPTION(message, "/within")) from None


def _check_callback(call: Call) -> None:
    if call.body is not None:
        call.services.webhooks.check_callback(call.body.callbackUrl)


def _webhook(  # noqa: PLR0913  # what differs between the kinds of events
    event: EventKind,
    path: str,
    *,
    id: str,  # noqa: A002  # as of `operation`
    summary: str,
    when: str,
    notification: type,
    test: str,
    body: type[BaseModel] = Callback,
    visibility: Literal["none", "important"] = "none",
) -> Operation:
    async def subscribe(call: Call) -> Answer:
        wanted = Wanted(event, call.body.callbackUrl, _within(call))
        subscription = await call.services.webhooks.subscribe(call.model, wanted, call.principal, call.now)
        created: SubscriptionCreated = {**info_of(subscription), "secret": subscription.secret}
        return Answer(201, created, {"Location": location_of(call, subscription)})

    declare = operation(
        "POST",
        f"instances/{{instanceId}}/webhooks/{path}",
        id=id,
        summary=summary,
        description=f"This operation triggers when {when}, within seconds.",
        role=Role.VIEWER,
        visibility=visibility,
        parameters=(params.INSTANCE_ID,),
        body=Body("Where and when events are sent.", body, error_code=error_codes.INVALID_SUBSCRIPTION),
        responses={
            201: Response(
                "The subscription, with the secret that signs its events.",
                SubscriptionCreated,
                headers={"Location": "The address of the subscription; delete it to end the subscription."},
            )
        },
        checks=(_within, _check_callback),
        hint=f"To test the trigger, {test}.",
        notification=notification,
    )
    return declare(subscribe)


_TIMED = "update a customer profile with Valid For PT1M and wait a minute"
OPERATIONS: tuple[Operation, ...] = (
    _webhook(
        "profileUpdated",
        "updatedprofiles",
        id="SubscribeToProfileUpdates",
        summary="When a customer profile is updated (instant)",
        when="a profile update is accepted",
        notification=UpdateNotice,
        test="update a customer profile",
        visibility="important",
    ),
    _webhook(
        "activityCreated",
        "createdactivities",
        id="SubscribeToActivities",
        summary="When an activity is created (instant)",
        when="an activity is created by a request and its customer is known",
        notification=ActivityNotice,
        test="create an activity",
        visibility="important",
    ),
    _webhook(
        "updateExpired",
        "expiredupdates",
        id="SubscribeToExpiries",
        summary="When a profile update expires (instant)",
        when="a profile update expires",
        notification=ExpiredNotice,
        test=_TIMED,
    ),
    _webhook(
        "updateWillExpire",
        "expiringupdates",
        id="SubscribeToComingExpiries",
        summary="When a profile update will expire soon (instant)",
        when="a profile update comes near its expiry",
        notification=UpdateNotice,
        test=_TIMED,
        body=ExpiryCallback,
    ),
    _webhook(
        "refreshEnded",
        "endedrefreshes",
        id="SubscribeToRefreshes",
        summary="When a refresh ends (instant)",
        when="a refresh ends, however it ended",
        notification=RefreshNotice,
        test="start a refresh",
    ),
)


def _refresh(job: Job, tasks: Sequence[Task]) -> dict[str, Any]:
    """Return a job with its counts beside it: nested objects are hard to use in flows."""
    info = job_info(job, tasks, parts=False)
    flat: dict[str, Any] = {**info, **info["progress"]}
    return {name: flat[name] for name in RefreshData.__annotations__ if name in flat}


DATA_OF: Mapping[EventKind, Callable[[Any], Mapping[str, Any]]] = {
    "profileUpdated": update_event,
    "updateExpired": expired_event,
    "updateWillExpire": lambda update: update_event(update.counting),
    "activityCreated": activity_event,
    "refreshEnded": lambda ended: _refresh(*ended),
}
