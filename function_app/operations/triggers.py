"""Triggers: events since the last poll.

One GET serves both ways of polling. Without a policy, 202 means that there are no events; `Location` is the address of
the next poll, and `Retry-After` its time. With the polling policy, the platform sends `state` with the next poll.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Annotated, Any, NotRequired
from urllib.parse import urlencode, urlsplit

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import text
from function_app.domain.access import Role
from function_app.domain.activity import Activity
from function_app.domain.profile import Update
from function_app.errors import ServiceError
from function_app.operations.shapes import (
    PrincipalShape,
    UnifiedActivity,
    UpdateFacts,
    customer_fields,
    facts_of,
    principal_of,
)
from function_app.services.read_feed import FeedPage

POLL_AFTER = 60
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


class UpdateEvent(UpdateFacts):
    """A profile update that was accepted, or that expired."""

    principal: NotRequired[
        Annotated[PrincipalShape | None, Field(title="Update Principal", description="Who sent the update.")]
    ]
    names: Annotated[list[str], Field(title="Field Names", description="The names of the changed fields.")]
    fields: Annotated[
        dict[str, Any], customer_fields("changes", "Changes", "The changed fields with their new values.")
    ]


INTERNAL: dict[str, Any] = {"x-ms-visibility": "internal"}
"""Hides a field from makers: the platform splits a trigger only if the array is the one visible field."""


class ActivityEvent(UnifiedActivity):
    """An activity that was created, and who sent it."""

    caller: NotRequired[
        Annotated[str | None, Field(title="Caller", description="What the sender calls itself, if it does.")]
    ]
    principal: NotRequired[
        Annotated[PrincipalShape | None, Field(title="Activity Principal", description="Who sent the activity.")]
    ]


class Events(TypedDict):
    """Events since the last poll."""

    state: Annotated[
        str, Field(title="State", description="The position for the next poll.", json_schema_extra=INTERNAL)
    ]


class UpdateEvents(Events):
    """Profile updates."""

    value: Annotated[list[UpdateEvent], Field(title="Updates", description="The updates.")]


class ActivityEvents(Events):
    """Activities."""

    value: Annotated[list[ActivityEvent], Field(title="Activities", description="The activities.")]


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
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The updates, oldest first.", UpdateEvents),
    hint="To test the trigger, update a customer profile and wait a minute.",
)
async def when_a_profile_is_updated(call: Call) -> Answer:
    page = await call.services.read_feed.received(call.model, _position(call), call.now)
    return _answer(call, page, [_event(update) for update in page.items])


@operation(
    "GET",
    "instances/{instanceId}/triggers/createdactivities",
    id="WhenAnActivityIsCreated",
    summary="When an activity is created",
    description="This operation triggers when an activity is created by a request and its customer is known.",
    role=Role.VIEWER,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The activities, oldest first.", ActivityEvents),
    hint="To test the trigger, create an activity and wait a minute.",
)
async def when_an_activity_is_created(call: Call) -> Answer:
    page = await call.services.read_feed.created(call.model, _position(call), call.now)
    return _answer(call, page, [_activity(activity) for activity in page.items])


@operation(
    "GET",
    "instances/{instanceId}/triggers/expiredupdates",
    id="WhenAnUpdateExpires",
    summary="When a profile update expires",
    description="This operation triggers when a profile update expires.",
    role=Role.VIEWER,
    visibility="important",
    parameters=(params.INSTANCE_ID, STATE),
    responses=_responses("The updates, in the order of their expiry.", UpdateEvents),
    hint="To test the trigger, update a customer profile with Valid For PT1M and wait two minutes.",
)
async def when_an_update_expires(call: Call) -> Answer:
    page = await call.services.read_feed.ended(call.model, _position(call), call.now)
    return _answer(call, page, [_event(update) for update in page.items])


def _event(update: Update) -> UpdateEvent:
    return {
        **facts_of(update),
        "principal": principal_of(update.principal),
        "names": sorted(update.attributes),
        "fields": dict(update.attributes),
    }


def _activity(activity: Activity) -> dict[str, Any]:
    sent = {"caller": activity.caller, "principal": principal_of(activity.principal)}
    return {**activity.attributes, **sent}


def _answer(call: Call, page: FeedPage[Any], events: Sequence[Any]) -> Answer:
    held = json.dumps([call.operation_id, page.position]).encode()
    state = base64.urlsafe_b64encode(held).decode().rstrip("=")
    location = urlsplit(call.url)._replace(query=urlencode({STATE.name: state})).geturl()
    headers = {"Location": location, "Retry-After": "0" if page.more else str(POLL_AFTER)}
    return Answer(200 if events else 202, {"value": events, "state": state}, headers)


def _position(call: Call) -> str | None:
    text = call[STATE]
    if text is None:
        return None
    try:
        held = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        held = None
    match held:
        case [call.operation_id, str(position)]:
            return position
    raise ServiceError(
        error_codes.INVALID_STATE("The state is not a state of this trigger; start again without a state.", STATE.name)
    )


OPERATIONS: tuple[Operation, ...] = (when_a_profile_is_updated, when_an_activity_is_created, when_an_update_expires)
