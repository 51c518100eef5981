"""Triggers: events since the last poll.

One GET serves both ways of polling. Without a policy, 202 means that there are no events; `Location` is the address of
the next poll, and `Retry-After` its time. With the polling policy, the platform sends `state` with the next poll.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, NotRequired
from urllib.parse import urlencode, urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.opaque import decode, encode
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import Parameter, ParameterType, query
from function_app.api.parameter_types import text
from function_app.domain.access import Role
from function_app.domain.activity import Activity
from function_app.domain.instant import format_duration
from function_app.domain.lifetime import parse_span
from function_app.domain.profile import Update
from function_app.errors import ServiceError
from function_app.operations.refresh_info import job_info
from function_app.operations.refresh_models import JobInfo
from function_app.operations.shapes import (
    INTERNAL,
    SENDER,
    PrincipalShape,
    SentActivity,
    UpdateFacts,
    customer_fields,
    facts_of,
    principal_of,
)
from function_app.services.read_feed import FeedPage

POLL_AFTER = 60
MAX_WITHIN = timedelta(days=30)
_NOTHING: Mapping[str, str] = {}
STATE = query(
    "state",
    "State",
    "The position of the last poll. The platform stores and sends it.",
    text(4_000),
    visibility="internal",
)
_HEADERS = {
    "Location": "The address of the next poll.",
    "Retry-After": "Seconds until the next poll; 0 if there are more events.",
}


class NamedFacts(UpdateFacts):
    names: Annotated[list[str], Field(title="Field Names", description="The names of the changed fields.")]


class ExpiredFacts(NamedFacts):
    landedNames: Annotated[
        list[str],
        Field(title="Landed Field Names", description="The names of the fields whose values a refresh has brought."),
    ]
    expiredNames: Annotated[
        list[str],
        Field(
            title="Expired Field Names",
            description="The names of the fields that counted until the expiry: the source does not have their values.",
        ),
    ]


class UpdateEvent(NamedFacts):
    """A profile update that was accepted, or that will expire."""

    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]
    fields: Annotated[
        dict[str, Any], customer_fields("changes", "Changes", "The changed fields with their new values.")
    ]


class ExpiredUpdateEvent(ExpiredFacts):
    """A profile update that expired, and which of its values the source has."""

    principal: NotRequired[Annotated[PrincipalShape | None, SENDER]]
    fields: Annotated[
        dict[str, Any], customer_fields("changes", "Expired Changes", "The changed fields with their values.")
    ]


class Events(TypedDict):
    """Events since the last poll; makers see only the array, because the platform splits a trigger only then."""

    state: Annotated[
        str, Field(title="State", description="The position for the next poll.", json_schema_extra=INTERNAL)
    ]


class UpdateEvents(Events):
    """Profile updates."""

    value: Annotated[list[UpdateEvent], Field(title="Updates", description="The updates.")]


class ExpiredUpdateEvents(Events):
    """Profile updates that expired."""

    value: Annotated[list[ExpiredUpdateEvent], Field(title="Expired Updates", description="The updates.")]


class RefreshEvents(Events):
    """Refreshes that ended."""

    value: Annotated[list[JobInfo], Field(title="Ended Refreshes", description="The refreshes.")]


class ActivityEvents(Events):
    """Activities."""

    value: Annotated[list[SentActivity], Field(title="Activities", description="The activities.")]


def _position(call: Call) -> str | None:
    text = call[STATE]
    if text is None:
        return None
    match decode(text):
        case [call.operation_id, str(position)]:
            return position
    raise ServiceError(
        error_codes.INVALID_STATE("The state is not a state of this trigger; start again without a state.", STATE.name)
    )


def _responses(description: str, model: type) -> dict[int, Response]:
    nothing = Response("There are no events: the list is empty.", model, headers=_HEADERS)
    return {200: Response(description, model, headers=_HEADERS), 202: nothing}


@operation(
    "GET",
    "instances/{instanceId}/triggers/updatedprofiles",
    id="WhenAProfileIsUpdated",
    summary="When a customer profile is updated in real time",
    description="This operation triggers when a profile update is accepted.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The updates, oldest first.", UpdateEvents),
    checks=(_position,),
    hint="To test the trigger, update a customer profile and wait a minute.",
)
async def when_a_profile_is_updated(call: Call) -> Answer:
    page = await call.services.read_feed.received(call.model, _position(call), call.now)
    return _answer(call, page, [update_event(update) for update in page.items])


@operation(
    "GET",
    "instances/{instanceId}/triggers/createdactivities",
    id="WhenAnActivityIsCreated",
    summary="When an activity is created",
    description="This operation triggers when an activity is created by a request and its customer is known.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The activities, oldest first.", ActivityEvents),
    checks=(_position,),
    hint="To test the trigger, create an activity and wait a minute.",
)
async def when_an_activity_is_created(call: Call) -> Answer:
    page = await call.services.read_feed.created(call.model, _position(call), call.now)
    return _answer(call, page, [activity_event(activity) for activity in page.items])


@operation(
    "GET",
    "instances/{instanceId}/triggers/expiredupdates",
    id="WhenAnUpdateExpires",
    summary="When a profile update expires",
    description="This operation triggers when a profile update expires, and says which values the source has by then.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The updates, in the order of their expiry.", ExpiredUpdateEvents),
    checks=(_position,),
    hint="To test the trigger, update a customer profile with Valid For PT1M and wait two minutes.",
)
async def when_an_update_expires(call: Call) -> Answer:
    page = await call.services.read_feed.ended(call.model, _position(call), call.now)
    return _answer(call, page, [expired_event(update) for update in page.items])


def parse_within(text: str) -> timedelta:
    """Return how long before an expiry an event happens. Raises ValueError with what is expected."""
    span = parse_span(text)
    if span is None or span > MAX_WITHIN:
        msg = f"a span up to {MAX_WITHIN.days} days, like 1 hour, 3 days or PT90M"
        raise ValueError(msg)
    return span


USUAL_WITHIN = "1 hour"
WITHIN = Parameter[timedelta](
    "within",
    "query",
    "Within",
    "How long before the expiry the flow starts, like 1 hour. It can be 3 days or PT90M; at most 30 days.",
    ParameterType(parse_within),
    default=parse_within(USUAL_WITHIN),
    sent=USUAL_WITHIN,
)


@operation(
    "GET",
    "instances/{instanceId}/triggers/expiringupdates",
    id="WhenAnUpdateWillExpire",
    summary="When a profile update will expire",
    description="This operation triggers when a profile update will expire within a span, and may still be extended.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, WITHIN, STATE),
    responses=_responses("The updates, in the order of their expiry.", UpdateEvents),
    checks=(_position,),
    hint="To test the trigger with Within 1 hour, update a customer profile with Valid For PT5M and wait a minute.",
)
async def when_an_update_will_expire(call: Call) -> Answer:
    within = call[WITHIN]
    page = await call.services.read_feed.expiring(call.model, within, _position(call), call.now)
    return _answer(call, page, [update_event(update) for update in page.items], {WITHIN.name: format_duration(within)})


@operation(
    "GET",
    "instances/{instanceId}/triggers/endedrefreshes",
    id="WhenARefreshEnds",
    summary="When a refresh ends",
    description="This operation triggers when a refresh ends, whether it is successful or not.",
    role=Role.VIEWER,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The refreshes, oldest first.", RefreshEvents),
    checks=(_position,),
    hint="To test the trigger, start a refresh and wait until it has ended.",
)
async def when_a_refresh_ends(call: Call) -> Answer:
    page = await call.services.read_feed.refreshed(call.model, _position(call))
    tasks, instance_id = call.services.refresh.tasks, call.model.instance.instance_id
    return _answer(call, page, [job_info(job, await tasks(instance_id, job.job_id), parts=False) for job in page.items])


def update_event(update: Update) -> UpdateEvent:
    """Return an event of an update."""
    return {
        **facts_of(update),
        "principal": principal_of(update.principal),
        "names": sorted(update.attributes),
        "fields": dict(update.attributes),
    }


def expired_event(update: Update) -> ExpiredUpdateEvent:
    """Return the event of an update that has ended, by expiry or by landing."""
    landed = sorted(name for name in update.attributes if name in update.ends and update.ends[name].landed)
    return {**update_event(update), "landedNames": landed, "expiredNames": sorted(update.counting.attributes)}


def activity_event(activity: Activity) -> dict[str, Any]:
    """Return the event of a new activity."""
    sent = {"caller": activity.caller, "principal": principal_of(activity.principal)}
    return {**activity.attributes, **sent}


def _answer(call: Call, page: FeedPage[Any], events: Sequence[Any], also: Mapping[str, str] = _NOTHING) -> Answer:
    """Return events; `also` are the parameters of the next poll besides the state."""
    state = encode([call.operation_id, page.position])
    location = urlsplit(call.url)._replace(query=urlencode({**also, STATE.name: state})).geturl()
    headers = {"Location": location, "Retry-After": "0" if page.more else str(POLL_AFTER)}
    return Answer(200 if events else 202, {"value": events, "state": state}, headers)


OPERATIONS: tuple[Operation, ...] = (
    when_a_profile_is_updated,
    when_an_activity_is_created,
    when_an_update_expires,
    when_an_update_will_expire,
    when_a_refresh_ends,
)
