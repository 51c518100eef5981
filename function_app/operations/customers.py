"""Customers: update one or many, get one, list many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.batch import answer_each, as_object, items_of
from function_app.api.call import JSON, Answer, Call
from function_app.api.odata import parse_orderby
from function_app.api.operation import NOT_MODIFIED, Body, Operation, Response, operation
from function_app.api.parameter import Choices, query
from function_app.api.parameter_types import NAMES, enum
from function_app.domain.access import Role
from function_app.domain.activity import UNIFIED
from function_app.domain.addresses import MAX_ID_LENGTH
from function_app.domain.ending import is_contradicted
from function_app.domain.entity import CLEAR, CUSTOMER
from function_app.domain.entity import CUSTOMER_ID as KEY
from function_app.domain.fitting import Fitting
from function_app.domain.instant import format_instant
from function_app.domain.profile import Attributes
from function_app.domain.projection import Kept
from function_app.domain.query import Position, Sorting
from function_app.domain.schema import is_value_of
from function_app.errors import ServiceError
from function_app.operations.activity_lists import add_activities
from function_app.operations.shapes import BatchResult, CustomerList, Receipt, UpdatedCustomer, principal_of
from function_app.services.list_customers import BY_KEY, ListQuery
from function_app.services.list_in_order import Place
from function_app.services.update_profile import Updated, UpdateRequest
from function_app.services.validation import Clear

_NOT_CREATED = "Profiles can be updated, but not created: new customers of the source appear with the next refresh."
_NOT_DELETED = "Profiles can be updated, but not deleted: delete the customer in the source and start a refresh."


CLEAR_FIELDS = query(
    CLEAR,
    "Fields to Clear",
    "The names of fields to clear, separated by commas, like City,Email. They are empty until it expires.",
    NAMES,
    visibility="advanced",
    choices=Choices(
        "GetEntitySchema",
        items="fields",
        value="name",
        title="title",
        given=("instanceId",),
        fixed={"entityName": CUSTOMER, "use": "input"},
    ),
)


@operation(
    "PATCH",
    "instances/{instanceId}/data/Customer/{customerId}",
    id="UpdateCustomer",
    summary="Update a customer profile",
    description="Updates attributes of a customer profile until the update expires.",
    role=Role.CONTRIBUTOR,
    visibility="important",
    parameters=(
        params.INSTANCE_ID,
        params.CUSTOMER_ID,
        CLEAR_FIELDS,
        *params.VALIDITY,
        params.CALLER,
        params.REPEAT_ID,
        params.PREFER,
    ),
    body=Body("The fields to change. Empty fields are not changed.", attributes_of=CUSTOMER),
    responses={
        204: Response(
            "The update is accepted.",
            headers={
                "x-ms-update-id": "The id of the update.",
                "x-ms-valid-until": "When the update expires.",
                "x-ms-until-refresh": "true if the next refresh ends it before.",
            },
        ),
        200: Response("The update is accepted, with the merged profile as requested by Prefer.", UpdatedCustomer),
    },
)
async def update_customer(call: Call) -> Answer:
    timing, caller, repeat = params.requested_validity(call), call[params.CALLER], call[params.REPEAT_ID]
    names = call[CLEAR_FIELDS]
    request = UpdateRequest(
        call[params.CUSTOMER_ID], call.body, timing, caller, repeat, Clear(names or ()), call.principal.sender
    )
    updated = await call.services.update_profile(call.model, request, call.now)
    until = format_instant(updated.update.valid_until)
    headers = {"x-ms-update-id": updated.update.update_id, "x-ms-valid-until": until}
    if updated.update.until_refresh:
        headers["x-ms-until-refresh"] = "true"
    if not params.prefers_representation(call[params.PREFER]):
        return Answer(204, headers=headers)
    body: UpdatedCustomer = {"customer": dict(updated.kept.attributes), "receipt": _receipt(updated)}
    return Answer(200, body, {**headers, "Preference-Applied": "return=representation"})


def _receipt(updated: Updated) -> Receipt:
    receipt: Receipt = {
        "updateId": updated.update.update_id,
        "outcome": updated.outcome,
        "validUntil": format_instant(updated.update.valid_until),
        "attributes": updated.attributes,
    }
    if updated.update.until_refresh:
        receipt["untilRefresh"] = True
    return receipt


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
    description="Returns the merged profile of a customer: the source's values with the live updates on top.",
    role=Role.VIEWER,
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
    return Answer(200, {**kept.attributes, "@explain": _explanation(kept, call.model.fitting)})


def _explanation(kept: Kept, fitting: Fitting) -> dict[str, Any]:
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


@operation(
    "GET",
    "instances/{instanceId}/data/Customer",
    id="ListCustomers",
    summary="List customer profiles",
    description="Returns merged profiles that match a filter or a search, live updates included.",
    role=Role.VIEWER,
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
)
async def list_customers(call: Call) -> Answer:
    entity, part = call.model.instance.customer, paging.window(call)
    orderby, names = call[options.ORDERBY], options.selected(call, entity)
    orders = parse_orderby(orderby, entity) if orderby is not None else (BY_KEY,)
    condition = options.condition(call, entity)
    query = ListQuery(condition, orders[0], part.read, call[options.SKIP], count=call[options.COUNT])
    all_rows, following, count = await _page(call, query, orders)
    found = all_rows[: part.rows]
    rows = [options.chosen(row, names) for row in found]
    if call[EXPAND]:
        await add_activities(call, found, rows)
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


@operation(
    "POST",
    "instances/{instanceId}/data/Customer/batch",
    id="UpdateCustomers",
    summary="Update customer profiles (batch)",
    description="Updates up to 500 customer profiles in one request. A rejected item does not affect the others.",
    role=Role.CONTRIBUTOR,
    parameters=(params.INSTANCE_ID, *params.VALIDITY, params.CALLER, params.REPEAT_ID),
    body=Body("The customers to change, each with its Customer ID and the fields to change.", items_of=CUSTOMER),
    responses={200: Response("One result for each item, in order.", BatchResult)},
)
async def update_customers(call: Call) -> Answer:
    timing, caller, repeat = params.requested_validity(call), call[params.CALLER], call[params.REPEAT_ID]

    async def update(index: int, item: Any) -> Receipt:
        changes = {name: value for name, value in as_object(item).items() if name not in {KEY, CLEAR}}
        repeat_id = f"{repeat}/{index}" if repeat else None
        clear, sender = _to_clear(item), call.principal.sender
        request = UpdateRequest(_customer_id(item), changes, timing, caller, repeat_id, clear, sender)
        later = call.now + timedelta(microseconds=index)  # if two items are for one customer, the later one shows
        return _receipt(await call.services.update_profile(call.model, request, later))

    return await answer_each(call, items_of(call.body), update)


def _customer_id(item: dict[str, Any]) -> str:
    customer_id = item.get(KEY)
    if not isinstance(customer_id, str) or not 1 <= len(customer_id) <= MAX_ID_LENGTH:
        raise ServiceError(error_codes.MISSING_ATTRIBUTE("The item must have the CustomerId of a customer.", f"/{KEY}"))
    return customer_id


def _to_clear(item: dict[str, Any]) -> Clear:
    names = item.get(CLEAR) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        message = f"'{CLEAR}' must be an array of names of fields, like [\"City\"]."
        raise ServiceError(error_codes.WRONG_TYPE(message, f"/{CLEAR}"))
    return Clear(names, f"/{CLEAR}")


OPERATIONS: tuple[Operation, ...] = (update_customer, get_customer, list_customers, update_customers)
