"""Lists of unified activities: by condition, and of one customer by its key, as OData has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.odata import parse_orderby
from function_app.api.odata_keys import key_condition, split_key
from function_app.api.operation import Check, Operation, Response, operation
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Entity
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, AllOf, Condition, Sorting
from function_app.errors import ServiceError
from function_app.operations.shapes import ActivityList, UnifiedActivity
from function_app.services.read_activities import customer_in

FILTER = replace(options.FILTER, description="Which activities to return, like ActivityType eq 'SalesOrder'.")
ORDERBY = replace(
    options.ORDERBY,
    description="The sort order: ActivityTime desc, or ActivityTime asc for oldest first.",
    choices=None,
)
SELECT = replace(
    options.SELECT,
    description="The fields to return, separated by commas, like CustomerId,Title.",
    choices=options.attributes_of(UNIFIED.name),
)


ROWS = (FILTER, options.SEARCH, ORDERBY, SELECT, options.COUNT, *options.PAGED, *options.WITHOUT_EFFECT)


def by_time(call: Call, entity: Entity) -> bool:
    """Return whether the newest come first. Raises ServiceError for an order by anything but the time."""
    orderby, time = call[options.ORDERBY], entity.timestamp_attribute or ""
    (sorting, *more) = parse_orderby(orderby, entity) if orderby is not None else (Sorting(time, descending=True),)
    if sorting.attribute != time or more:
        message = f"$orderby accepts only {time}, with asc or desc."
        raise ServiceError(error_codes.INVALID_QUERY(message, options.ORDERBY.name))
    return sorting.descending


def row_checks(entity_of: Callable[[Call], Entity]) -> tuple[Check, ...]:
    """Return the checks of the options of a list by time, given what returns the entity of a call."""
    return (*options.checks(entity_of), lambda call: by_time(call, entity_of(call)))


@operation(
    "GET",
    "instances/{instanceId}/data/UnifiedActivity",
    id="ListUnifiedActivities",
    summary="List activities by condition",
    description="Returns activities of all customers that match a filter or a search, newest first. Use it across "
    "customers, like all purchases of today. For one customer, use List activities (timeline).",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, *ROWS),
    responses={200: Response("One page of activities.", ActivityList)},
    checks=row_checks(lambda _: UNIFIED),
)
async def list_unified_activities(call: Call) -> Answer:
    return await list_by(call, options.condition(call, UNIFIED))


async def list_by(call: Call, condition: Condition | None) -> Answer:
    """Answer with the page of the activities that meet a condition, as the options of the call say."""
    names, part = options.selected(call, UNIFIED), paging.window(call)
    query = ActivityQuery(
        customer_in(condition), condition, descending=by_time(call, UNIFIED), after=paging.read_sort(call)
    )
    page = await call.services.read_activities.page(
        call.model, query, call.now, top=part.read, skip=call[options.SKIP], count=call[options.COUNT]
    )
    rows = [options.chosen(row, names) for row in page.rows[: part.rows]]
    following = [page.following] if page.following else None
    part = part.cut(len(rows))
    described = paging.context(call, UNIFIED.name, names or ())
    body: ActivityList = {
        **paging.page_head(call, described, following, page.count, part),
        "value": cast("list[UnifiedActivity]", rows),
    }
    return Answer(200, body, paging.preference_applied(call))


ROW = replace(
    params.ACTIVITY_ENTITY,
    description="The source entity, like eCommerce_eCommercePurchases; with a key for one row, like Customer('3f2a').",
)


def _customer_of(call: Call) -> Condition:
    """Return the condition that finds the customer whose key is in the address. Raises ServiceError without one."""
    name, key = split_key(call[ROW])
    if name != CUSTOMER or key is None:
        message = f"Only a customer has activities, like Customer('3f2a'); received '{call[ROW][:100]}'."
        raise ServiceError(error_codes.ENTITY_NOT_FOUND(message, "entityName"))
    return key_condition(key, call.model.instance.customer)


@operation(
    "GET",
    "instances/{instanceId}/data/{entityName}/UnifiedActivity",
    id="ListActivitiesOfCustomer",
    summary="List activities of a customer",
    description="Returns the activities of the customer whose key is in the address, newest first.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="internal",
    parameters=(params.INSTANCE_ID, ROW, *ROWS),
    responses={200: Response("One page of activities.", ActivityList)},
    checks=(*row_checks(lambda _: UNIFIED), _customer_of),
)
async def list_activities_of_customer(call: Call) -> Answer:
    mine = _customer_of(call)
    condition = options.condition(call, UNIFIED)
    return await list_by(call, mine if condition is None else AllOf((mine, condition)))


async def add_activities(call: Call, found: Sequence[Attributes], rows: list[dict[str, Any]]) -> None:
    """Add the newest activities to each row of customers, and the address of older ones if there are any.

    Removes the last rows if the activities are very long.
    """
    ids = [str(row[CUSTOMER_ID]) for row in found]
    timelines = await call.services.read_activities.timelines(call.model, ids, call.now)
    del rows[len(timelines) :]
    for customer_id, row, timeline in zip(ids, rows, timelines, strict=False):
        row[UNIFIED.name] = timeline.rows
        if timeline.following:
            text = customer_id.replace("'", "''")
            query = {options.FILTER.name: f"{CUSTOMER_ID} eq '{text}'"}
            link = paging.link_of(call, UNIFIED.name, "ListUnifiedActivities", query, [timeline.following])
            row[f"{UNIFIED.name}@odata.nextLink"] = link


OPERATIONS: tuple[Operation, ...] = (list_unified_activities, list_activities_of_customer)
