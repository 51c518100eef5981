"""Activities: create one or many, get one, list a timeline, list by condition."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.batch import answer_batch, items_of
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
    ActivityList,
    ActivityReceipt,
    ActivityType,
    ActivityTypes,
    BatchResult,
    CreatedActivity,
    UnifiedActivity,
)
from function_app.services.create_activities import ActivityRequest, Created

_IMMUTABLE = "Activities can not be changed or deleted; they expire, or an Administrator withdraws them."


@operation(
    "POST",
    "instances/{instanceId}/data/{entityName}",
    id="CreateActivity",
    summary="Create an activity",
    description="Creates an activity, like a purchase or a support ticket, on the timeline of its customer.",
    role=Role.CONTRIBUTOR,
    visibility="important",
    parameters=(
        params.INSTANCE_ID,
        params.ACTIVITY_ENTITY,
        params.VALID_UNTIL,
        params.ACTIVITY_VALID_FOR,
        params.CALLER,
    ),
    body=Body("The activity, with its key, its time and the key of its customer.", attributes_of="entityName"),
    responses={
        201: Response(
            "The activity is on the timeline.", CreatedActivity, headers={"Location": "The address of the activity."}
        ),
        202: Response("The activity is parked until a refresh loads its customer.", CreatedActivity),
    },
)
async def create_activity(call: Call) -> Answer:
    timing = RequestedValidity(call[params.VALID_UNTIL], call[params.ACTIVITY_VALID_FOR])
    request = ActivityRequest(call[params.ENTITY_NAME], [call.body], timing, call[params.CALLER], call.principal.sender)
    (created,) = await call.services.create_activities(call.model, request, call.now)
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
    description="Creates up to 500 activities in one request. A rejected item does not affect the others.",
    role=Role.CONTRIBUTOR,
    parameters=(
        params.INSTANCE_ID,
        params.ACTIVITY_ENTITY,
        params.VALID_UNTIL,
        params.ACTIVITY_VALID_FOR,
        params.CALLER,
    ),
    body=Body("The activities, each with its key, its time and the key of its customer.", items_of="entityName"),
    responses={200: Response("One result for each item, in order.", BatchResult)},
)
async def create_activities(call: Call) -> Answer:
    timing, records = RequestedValidity(call[params.VALID_UNTIL], call[params.ACTIVITY_VALID_FOR]), items_of(call.body)
    request = ActivityRequest(call[params.ENTITY_NAME], records, timing, call[params.CALLER], call.principal.sender)
    results = await call.services.create_activities(call.model, request, call.now)
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
    description="Returns one activity by its id or by the primary key of its source record.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, params.ACTIVITY_ENTITY, ENTITY_ID),
    responses={200: Response("The activity.", UnifiedActivity)},
    refuses={"PATCH": _IMMUTABLE, "PUT": _IMMUTABLE, "DELETE": _IMMUTABLE},
)
async def get_activity(call: Call) -> Answer:
    activity = await call.services.read_activities.one(call.model, call[params.ENTITY_NAME], call[ENTITY_ID], call.now)
    return Answer(200, activity.attributes)


@operation(
    "POST",
    "instances/{instanceId}/data/{entityName}/{entityId}/withdraw",
    id="WithdrawActivity",
    summary="Withdraw an activity",
    description="Withdraws an activity from its timeline. Its id can not be used again.",
    role=Role.ADMINISTRATOR,
    visibility="internal",
    parameters=(params.INSTANCE_ID, params.ACTIVITY_ENTITY, ENTITY_ID),
    responses={204: Response("The activity is withdrawn.")},
)
async def withdraw_activity(call: Call) -> Answer:
    by, entity_name = call.principal.principal_id, call[params.ENTITY_NAME]
    await call.services.withdraw_activity(call.model, entity_name, call[ENTITY_ID], by, call.now)
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
    description="Returns the activities of a customer, newest first: the timeline.",
    role=Role.VIEWER,
    visibility="important",
    parameters=(params.INSTANCE_ID, CUSTOMER, ACTIVITY_TYPE, FROM, TO, PAGE, options.SKIPTOKEN, params.IF_NONE_MATCH),
    responses={200: Response("One page of the timeline.", ActivityList), 304: NOT_MODIFIED},
)
async def list_activities(call: Call) -> Answer:
    kind = call[ACTIVITY_TYPE]
    condition = Equals("ActivityType", (kind,)) if kind is not None else None
    query = ActivityQuery(call[CUSTOMER], condition, call[FROM], call[TO], after=paging.read_sort(call))
    page = await call.services.read_activities.timeline(call.model, query, call.now, top=call[PAGE])
    following = [page.following] if page.following else None
    body: ActivityList = {
        **paging.page_head(call, paging.context(call, UNIFIED.name), following),
        "value": cast("list[UnifiedActivity]", page.rows),
    }
    return Answer(200, body)


@operation(
    "GET",
    "instances/{instanceId}/profile/activityresponsemetadata",
    id="ListActivityTypes",
    summary="List activity types of a customer",
    description="Returns the types of activities that a customer has, with the number of each.",
    role=Role.VIEWER,
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
