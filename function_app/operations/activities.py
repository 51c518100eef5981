"""Activities: create one or many, get one, list a timeline, list by condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.batch import answer_batch, check_items, items_of
from function_app.api.call import Answer, Call
from function_app.api.operation import NOT_MODIFIED, Body, Operation, Response, operation
from function_app.api.parameter import Choices, path, query
from function_app.api.parameter_types import INSTANT, integer, text
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.addresses import MAX_ID_LENGTH
from function_app.domain.instant import format_instant
from function_app.domain.query import ActivityQuery, Equals
from function_app.domain.validity import RequestedValidity
from function_app.errors import Rejected
from function_app.operations.shapes import (
    ActivityReceipt,
    ActivityType,
    ActivityTypes,
    BatchResult,
    CreatedActivity,
    SentActivity,
    Timeline,
    sent_activity,
)
from function_app.services.create_activities import ActivityRequest, Created, check_activities
from function_app.services.withdraw_activity import Mistake

_IMMUTABLE = "Activities can not be changed or deleted; they expire, or an Administrator withdraws them."


def _request(call: Call, records: Sequence[Any]) -> ActivityRequest:
    timing = RequestedValidity(call[params.VALID_UNTIL], call[params.ACTIVITY_VALID_FOR])
    return ActivityRequest(call[params.ENTITY_NAME], records, timing, call[params.CALLER], call.principal.sender)


def _check_activity(call: Call) -> None:
    records = [] if call.body is None else [call.body]
    check_activities(call.model, _request(call, records), call.now)


def _check_entity_and_timing(call: Call) -> None:
    check_activities(call.model, _request(call, []), call.now)


@operation(
    "POST",
    "instances/{instanceId}/data/{entityName}",
    id="CreateActivity",
    summary="Create an activity",
    description="Creates an activity, like a purchase or a support ticket, on the timeline of its customer. Use it to "
    "record one event that has happened. Do not use it to change the profile, or for many events (use "
    "Create activities).",
    role=Role.CONTRIBUTOR,
    visibility="important",
    parameters=(
        params.INSTANCE_ID,
        params.ACTIVITY_ENTITY,
        params.VALID_UNTIL,
        params.ACTIVITY_VALID_FOR,
        params.CALLER,
        params.DRY_RUN,
    ),
    body=Body("The activity, with its key, its time and the key of its customer.", attributes_of="entityName"),
    responses={
        201: Response(
            "The activity is on the timeline.", CreatedActivity, headers={"Location": "The address of the activity."}
        ),
        202: Response("The activity is parked until a refresh loads its customer.", CreatedActivity),
    },
    checks=(_check_activity,),
)
async def create_activity(call: Call) -> Answer:
    (created,) = await call.writes.create_activities(call.model, _request(call, [call.body]), call.now)
    if isinstance(created, Rejected):
        raise created.as_error()
    root = call.url.split("?", 1)[0].rsplit("/", 1)[0]
    location = f"{root}/{UNIFIED.name}/{quote(created.activity.activity_id, safe='')}"
    status = 202 if created.is_parked else 201
    body: CreatedActivity = {"location": location, "value": _receipt(created), "statusCode": status}
    return Answer(status, body, {} if created.is_parked else {"Location": location})


@operation(
    "POST",
    "instances/{instanceId}/data/{entityName}/batch",
    id="CreateActivities",
    summary="Create activities",
    description="Creates up to 500 activities in one request. A rejected item does not affect the others. Use it for "
    "many events of one kind. Do not use it for one: Create an activity has its fields.",
    role=Role.CONTRIBUTOR,
    parameters=(
        params.INSTANCE_ID,
        params.ACTIVITY_ENTITY,
        params.VALID_UNTIL,
        params.ACTIVITY_VALID_FOR,
        params.CALLER,
        params.DRY_RUN,
    ),
    body=Body("The activities, each with its key, its time and the key of its customer.", items_of="entityName"),
    responses={200: Response("One result for each item, in order.", BatchResult)},
    checks=(_check_entity_and_timing, check_items),
)
async def create_activities(call: Call) -> Answer:
    request = replace(_request(call, items_of(call.body)), may_begin=call.allowance.may_begin)
    results = await call.writes.create_activities(call.model, request, call.now)
    return answer_batch(call, [each if isinstance(each, Rejected) else _receipt(each) for each in results])


def _receipt(created: Created) -> ActivityReceipt:
    activity = created.activity
    return {
        "activityId": activity.activity_id,
        "customerId": activity.customer_id or None,
        "outcome": created.outcome,
        "validUntil": format_instant(activity.valid_until) if activity.valid_until else None,
    }


ENTITY_ID = path(
    "entityId",
    "Activity ID",
    "The id of the activity, or for a source entity the primary key of its record, like E-100001.",
    text(1_000),
)


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}/{entityId}",
    id="GetActivity",
    summary="Get an activity",
    description="Returns one activity by its id or by the primary key of its source record. Use it when the id of the "
    "activity is known. For the activities of a customer, use List activities (timeline).",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, params.ACTIVITY_ENTITY, ENTITY_ID),
    responses={200: Response("The activity.", SentActivity)},
    refuses={"PATCH": _IMMUTABLE, "PUT": _IMMUTABLE, "DELETE": _IMMUTABLE},
)
async def get_activity(call: Call) -> Answer:
    activity = await call.services.read_activities.one(call.model, call[params.ENTITY_NAME], call[ENTITY_ID], call.now)
    return Answer(200, sent_activity(activity))


OF_CUSTOMER = query(
    "customerId",
    "Customer ID",
    "The customer of the activity. Needed only if activities of several customers have this id.",
    text(MAX_ID_LENGTH),
)


@operation(
    "POST",
    "instances/{instanceId}/data/{entityName}/{entityId}/withdraw",
    id="WithdrawActivity",
    summary="Withdraw an activity",
    description="Withdraws an activity from its timeline. Its id can not be used again.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ACTIVITY_ENTITY, ENTITY_ID, OF_CUSTOMER, params.DRY_RUN),
    responses={204: Response("The activity is withdrawn.")},
)
async def withdraw_activity(call: Call) -> Answer:
    mistake = Mistake(call[params.ENTITY_NAME], call[ENTITY_ID], call[OF_CUSTOMER])
    await call.writes.withdraw_activity(call.model, mistake, call.principal.principal_id, call.now)
    return Answer(204)


CUSTOMER = query("customerId", "Customer ID", params.CUSTOMER_ID.description, text(MAX_ID_LENGTH), required=True)
ACTIVITY_TYPE = query(
    "activityType",
    "Activity Type",
    "Returns only activities of this type, like SalesOrder.",
    text(200),
    visibility="important",
    choices=Choices(
        "ListActivityEntities", items="types", value="activityType", title="displayName", given=("instanceId",)
    ),
)
FROM = query(
    "from",
    "From",
    "Returns only activities at or after this time, like 2026-11-01T00:00:00Z.",
    INSTANT,
    visibility="important",
)
TO = query(
    "to", "To", "Returns only activities before this time, like 2026-12-01T00:00:00Z.", INSTANT, visibility="important"
)
PAGE = query(
    "$top",
    "Top Count",
    "The number of activities on a page, from 1 to 1000; 50 if empty.",
    integer(1, 1000),
    default=50,
)


@operation(
    "GET",
    "instances/{instanceId}/profile/timeline",
    id="ListActivities",
    summary="List activities (timeline)",
    description="Returns the activities of a customer, newest first: the timeline. Use it for what one customer did. "
    "Do not use it across customers: use List activities by condition.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, CUSTOMER, ACTIVITY_TYPE, FROM, TO, PAGE, options.SKIPTOKEN, params.IF_NONE_MATCH),
    responses={200: Response("One page of the timeline.", Timeline), 304: NOT_MODIFIED},
)
async def list_activities(call: Call) -> Answer:
    query = timeline_query(call, call[CUSTOMER])
    page = await call.services.read_activities.timeline(call.model, query, call.now, top=call[PAGE])
    following = [page.following] if page.following else None
    body: Timeline = {
        **paging.page_head(call, paging.context(call, UNIFIED.name), following),
        "value": [sent_activity(activity) for activity in page.activities],
    }
    return Answer(200, body)


def timeline_query(call: Call, customer_id: str) -> ActivityQuery:
    """Return the query of a page of a customer's timeline, by the type and the times that a call asks for."""
    kind = call[ACTIVITY_TYPE]
    condition = Equals("ActivityType", (kind,)) if kind is not None else None
    return ActivityQuery(customer_id, condition, call[FROM], call[TO], after=paging.read_sort(call))


@operation(
    "GET",
    "instances/{instanceId}/profile/activityresponsemetadata",
    id="ListActivityTypes",
    summary="List activity types of a customer",
    description="Returns the types of activities that a customer has, with the number of each. Use it to learn which "
    "types a timeline can be narrowed to. Do not use it for the activities themselves.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, CUSTOMER),
    responses={200: Response("The types with their counts.", ActivityTypes)},
)
async def list_activity_types(call: Call) -> Answer:
    counts = await call.services.read_activities.types(call.model, call[CUSTOMER], call.now)
    icons = {
        (mapping.activity_type, mapping.activity_type_display): mapping.icon
        for entity in call.model.instance.entities
        if (mapping := entity.activity)
    }
    types: list[ActivityType] = [
        {"activityType": kind, "activityTypeDisplay": display, "icon": icons.get((kind, display)), "count": count}
        for (kind, display), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    body: ActivityTypes = {"customerId": call[CUSTOMER], "activityTypes": types}
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (
    create_activity,
    create_activities,
    get_activity,
    withdraw_activity,
    list_activities,
    list_activity_types,
)
