"""Customers: get the profile of one, list many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import JSON, Answer, Call
from function_app.api.odata import parse_orderby
from function_app.api.operation import NOT_MODIFIED, Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import enum
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.ending import is_contradicted
from function_app.domain.entity import CUSTOMER
from function_app.domain.entity import CUSTOMER_ID as KEY
from function_app.domain.fitting import Fitting
from function_app.domain.instant import format_instant
from function_app.domain.profile import Attributes
from function_app.domain.projection import Kept
from function_app.domain.query import Position, Sorting
from function_app.domain.schema import is_value_of
from function_app.operations.activity_lists import add_activities
from function_app.operations.shapes import CustomerList, principal_of
from function_app.services.list_customers import BY_KEY, ListQuery
from function_app.services.list_in_order import Place

_NOT_CREATED = "Profiles can be updated, but not created: new customers of the source appear with the next refresh."
_NOT_DELETED = "Profiles can be updated, but not deleted: delete the customer in the source and start a refresh."


EXPAND = query(
    "$expand",
    "Expand",
    "UnifiedActivity returns the newest 50 activities with each customer.",
    enum("UnifiedActivity"),
    visibility="advanced",
)
EXPLAIN = params.flag(
    "explain", "Explain", "Whether to return, for each updated field, the source's value and when the update expires."
)


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}",
    id="GetCustomer",
    summary="Get a customer profile",
    description="Returns the merged profile of a customer: the source's values with the live updates on top. Use it "
    "when the Customer ID is known. Without it, use List customer profiles or Find a customer by source "
    "key.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="important",
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, EXPLAIN, params.IF_NONE_MATCH),
    responses={200: Response("The merged profile.", attributes_of=CUSTOMER), 304: NOT_MODIFIED},
    refuses={
        "DELETE": _NOT_DELETED,
        "PUT": "Profiles can be updated with PATCH, but not replaced.",
        "POST": _NOT_CREATED,
    },
)
async def get_customer(call: Call) -> Answer:
    read, customer_id = call.services.read_customer, call[params.CUSTOMER_ID]
    if not call[EXPLAIN]:
        return Answer(200, await read.json(call.model, customer_id, call.now), JSON)
    kept = await read(call.model, customer_id, call.now)
    return Answer(200, {**kept.attributes, "@explain": explanation(kept, call.model.fitting)})


def explanation(kept: Kept, fitting: Fitting) -> dict[str, Any]:
    """Return for each live value the source's value, and the update that it comes from."""
    source = fitting.attributes(kept.covered)
    return {
        name: {
            "source": source.get(name),
            "validUntil": format_instant(winner.valid_until),
            "untilRefresh": winner.until_refresh,
            "occurredAt": format_instant(winner.occurred_at),
            "caller": winner.caller,
            "principal": principal_of(winner.principal),
            "updateId": winner.update_id,
            "contradicted": is_contradicted(winner.before, kept.source_of(name), kept.attributes[name]),
        }
        for name, winner in kept.live.items()
    }


def _orders(call: Call) -> tuple[Sorting, ...]:
    orderby = call[options.ORDERBY]
    return (BY_KEY,) if orderby is None else parse_orderby(orderby, call.model.instance.customer)


@operation(
    "GET",
    "instances/{instanceId}/data/Customer",
    id="ListCustomers",
    summary="List customer profiles",
    description="Returns merged profiles that match a filter or a search, live updates included. Use it to find "
    "customers by name, email or other fields. Do not use it for one customer whose Customer ID is known.",
    role=Role.VIEWER,
    shows_persons=True,
    parameters=(
        params.INSTANCE_ID,
        *(options.FILTER, options.SEARCH, options.ORDERBY, options.SELECT, options.COUNT, EXPAND),
        *(*options.PAGED, *options.WITHOUT_EFFECT),
    ),
    responses={200: Response("One page of merged profiles.", CustomerList)},
    refuses={
        "POST": _NOT_CREATED,
        "DELETE": _NOT_DELETED,
    },
    checks=(*options.checks(lambda call: call.model.instance.customer), _orders),
)
async def list_customers(call: Call) -> Answer:
    entity, part = call.model.instance.customer, paging.window(call)
    names, orders = options.selected(call, entity), _orders(call)
    condition = options.condition(call, entity)
    query = ListQuery(condition, orders[0], part.read, call[options.SKIP], count=call[options.COUNT])
    all_rows, following, count = await _page(call, query, orders)
    found = all_rows[: part.rows]
    rows = [options.chosen(row, names) for row in found]
    if call[EXPAND]:
        await add_activities(call, found, rows)
        if len(rows) < len(found):
            end = found[len(rows) - 1]
            following, part = [[end.get(order.attribute) for order in orders], end[KEY]], part.cut(len(rows))
    expanded = [f"{UNIFIED.name}()"] if call[EXPAND] else []
    described = paging.context(call, CUSTOMER, [*(names or ()), *expanded])
    body: CustomerList = {**paging.page_head(call, described, following, count, part), "value": rows}
    return Answer(200, body, paging.preference_applied(call))


async def _page(
    call: Call, query: ListQuery, orders: Sequence[Sorting]
) -> tuple[Sequence[Attributes], list[Any] | None, int | None]:
    """Return the rows of a page in order, the content of the next page's token, and the count if requested."""
    place, services = _place(call, orders), call.services
    if len(orders) > 1:
        ordered = await services.list_in_order(call.model, query, orders, place, call.now)
        end = ordered.following
        return ordered.rows, [end.values, end.key] if end else None, ordered.count
    after = Position(place.values[0], place.key) if place else None
    page = await services.list_customers(call.model, replace(query, after=after), call.now)
    last = page.following
    return page.rows, [[last.value], last.key] if last else None, page.count


def _place(call: Call, orders: Sequence[Sorting]) -> Place | None:
    """Return where the page begins, None for the first one. Raises ServiceError for a token of another query."""
    attributes = call.model.instance.customer.by_name
    match paging.read_token(call):
        case None:
            return None
        case [list(values), str(key)] if len(values) == len(orders):
            if all(is_value_of(attributes[order.attribute], v) for order, v in zip(orders, values, strict=True)):
                return Place(tuple(values), key)
    raise paging.foreign_token()


OPERATIONS: tuple[Operation, ...] = (get_customer, list_customers)
