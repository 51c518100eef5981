"""Customers: update one, read one, list many."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from function_app import errors
from function_app.api import parameters as p
from function_app.api.call import Answer, Call
from function_app.api.models import CustomerList, UpdatedCustomer
from function_app.api.operation import Body, Operation, Parameter, Response, operation
from function_app.domain.access import Role
from function_app.domain.entity import CUSTOMER
from function_app.domain.instant import format_instant
from function_app.domain.merge import Merged
from function_app.domain.profile import Attributes
from function_app.domain.query import AllOf, Position
from function_app.errors import ServiceError
from function_app.services.list_customers import BY_KEY, ListQuery
from function_app.services.odata import parse_filter, parse_orderby, parse_search, parse_select
from function_app.services.update_profile import UpdateRequest

_NO_PROFILE = "Profiles can be updated, never {}: a customer {} in the source, and here with the next refresh."


@operation(
    "PATCH",
    "instances/{instanceId}/data/Customer/{customerId}",
    id="UpdateCustomer",
    summary="Update a customer profile",
    description="Change fields of a customer's profile at once, until the source has caught up or the time is over.",
    role=Role.CONTRIBUTOR,
    visibility="important",
    parameters=(p.INSTANCE_ID, p.CUSTOMER_ID, *p.TIMING, p.CALLER, p.REPEAT_ID, p.PREFER),
    body=Body("The fields to change; a field set to null shows nothing.", attributes_of=CUSTOMER),
    responses={
        204: Response(
            "The update is taken.",
            headers={"x-ms-update-id": "The update's id.", "x-ms-valid-until": "When it disappears."},
        ),
        200: Response("The update is taken; asked for by Prefer.", UpdatedCustomer),
    },
)
async def update_customer(call: Call) -> Answer:
    model = await call.services.instances.get(call[p.INSTANCE_ID], call.now)
    timing, caller, repeat = p.timing_of(call), call[p.CALLER], call[p.REPEAT_ID]
    request = UpdateRequest(call[p.CUSTOMER_ID], call.body, timing, caller, repeat)
    updated = await call.services.update_profile(model, request, call.now)
    until = format_instant(updated.update.valid_until)
    headers = {"x-ms-update-id": updated.update.update_id, "x-ms-valid-until": until}
    if not p.prefers_representation(call[p.PREFER]):
        return Answer(204, headers=headers)
    receipt = {
        "updateId": updated.update.update_id,
        "outcome": updated.outcome,
        "validUntil": until,
        "attributes": updated.attributes,
    }
    body = {"customer": updated.merged.attributes, "receipt": receipt}
    return Answer(200, body, {**headers, "Preference-Applied": "return=representation"})


EXPLAIN = p.flag("explain", "Explain", "Whether to say of each live field where it comes from.")


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}",
    id="GetCustomer",
    summary="Get a customer profile",
    description="Read a customer's profile as it is now: the source's values with the live updates on top.",
    role=Role.VIEWER,
    visibility="important",
    parameters=(p.INSTANCE_ID, p.CUSTOMER_ID, EXPLAIN),
    responses={200: Response("The merged profile.", attributes_of=CUSTOMER)},
    refuses={
        "DELETE": _NO_PROFILE.format("deleted", "goes"),
        "PUT": "Profiles can be updated with PATCH, never replaced.",
        "POST": _NO_PROFILE.format("created", "appears"),
    },
)
async def get_customer(call: Call) -> Answer:
    model = await call.services.instances.get(call[p.INSTANCE_ID], call.now)
    customer, merged = await call.services.read_customer(model, call[p.CUSTOMER_ID], call.now)
    if not call[EXPLAIN]:
        return Answer(200, merged.attributes)
    return Answer(200, {**merged.attributes, "@explain": _explanation(customer.source, merged)})


def _explanation(source: Attributes, merged: Merged) -> dict[str, Any]:
    return {
        name: {
            "source": source.get(name),
            "validUntil": format_instant(update.valid_until),
            "occurredAt": format_instant(update.occurred_at),
            "caller": update.caller,
            "updateId": update.update_id,
        }
        for name, update in merged.winners.items()
    }


def _option(name: str, summary: str, description: str) -> Parameter[str | None]:
    return Parameter(name, "query", summary, description, p.text_up_to(4_000), default=None)


FILTER = _option("$filter", "Filter", "Which customers, in OData, like City eq 'Oslo' and LoyaltyPoints gt 100.")
SELECT = _option("$select", "Select", "The fields wanted, with commas, like CustomerId,City.")
ORDERBY = _option("$orderby", "Order By", "The field to sort by, with desc behind it for the reverse.")
SEARCH = _option("$search", "Search", "Words that stand anywhere in the text fields.")
SKIPTOKEN = _option("$skiptoken", "Page Token", "Where the page starts; it stands in @odata.nextLink.")
TOP = Parameter[int](
    "$top",
    "query",
    "Top",
    "How many customers a page holds.",
    p.whole_number(1, 1000),
    default=100,
    schema={"type": "integer", "format": "int32", "minimum": 1, "maximum": 1000, "default": 100},
)
SKIP = Parameter[int](
    "$skip",
    "query",
    "Skip",
    "How many customers to leave out at the start.",
    p.whole_number(0, 10_000),
    default=0,
    schema={"type": "integer", "format": "int32", "minimum": 0, "maximum": 10_000, "default": 0},
    visibility="advanced",
)
COUNT = p.flag("$count", "Count", "Whether to count all customers that match.")
FORCE_SEARCH = p.flag("forceSearch", "Force Search", "Of the original's; only false.", p.only_false, "internal")
PROXY = p.flag("proxy", "Proxy", "Of the original's; only false.", p.only_false, "internal")


@operation(
    "GET",
    "instances/{instanceId}/data/Customer",
    id="ListCustomers",
    summary="List customer profiles",
    description="Find customers by what their profiles show now, live updates included.",
    role=Role.VIEWER,
    parameters=(
        p.INSTANCE_ID,
        *(FILTER, SEARCH, ORDERBY, SELECT, TOP, SKIP, COUNT, SKIPTOKEN, FORCE_SEARCH, PROXY),
    ),
    responses={200: Response("One page of merged profiles.", CustomerList)},
    refuses={
        "POST": _NO_PROFILE.format("created", "appears"),
        "DELETE": _NO_PROFILE.format("deleted", "goes"),
    },
)
async def list_customers(call: Call) -> Answer:
    model = await call.services.instances.get(call[p.INSTANCE_ID], call.now)
    entity = model.instance.customer
    conditions = [
        parse(text, entity)
        for parse, text in ((parse_filter, call[FILTER]), (parse_search, call[SEARCH]))
        if text is not None
    ]
    orderby, select, token = call[ORDERBY], call[SELECT], call[SKIPTOKEN]
    names = parse_select(select, entity) if select is not None else None
    query = ListQuery(
        condition=AllOf(tuple(conditions)) if conditions else None,
        sorting=parse_orderby(orderby, entity) if orderby is not None else BY_KEY,
        top=call[TOP],
        skip=call[SKIP],
        after=_read_token(token, call) if token is not None else None,
        count=call[COUNT],
    )
    page = await call.services.list_customers(model, query, call.now)
    rows = page.rows if names is None else [{name: row.get(name) for name in names} for row in page.rows]
    root = call.url.split("?", 1)[0].rsplit("/", 1)[0]
    body: dict[str, Any] = {"@odata.context": f"{root}/$metadata#Customer", "value": rows}
    if page.count is not None:
        body["@odata.count"] = page.count
    if page.following:
        body["@odata.nextLink"] = _next_link(call, page.following)
    return Answer(200, body)


def _digest(call: Call) -> str:
    asked = json.dumps([call[option] for option in (FILTER, SEARCH, ORDERBY)])
    return hashlib.sha256(asked.encode()).hexdigest()[:12]


def _next_link(call: Call, position: Position) -> str:
    token = json.dumps([position.value, position.key, _digest(call)], separators=(",", ":")).encode()
    asked = [(k, v) for k, v in parse_qsl(urlsplit(call.url).query) if k not in {SKIPTOKEN.name, SKIP.name}]
    asked.append((SKIPTOKEN.name, base64.urlsafe_b64encode(token).decode().rstrip("=")))
    return urlsplit(call.url)._replace(query=urlencode(asked, safe="$"), fragment="").geturl()


def _read_token(text: str, call: Call) -> Position:
    try:
        value, key, digest = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError):
        digest = None
    if digest != _digest(call) or not isinstance(key, str) or isinstance(value, dict | list):
        message = "The $skiptoken is not one of this query's; follow @odata.nextLink unchanged."
        raise ServiceError(errors.INVALID_SKIPTOKEN(message, SKIPTOKEN.name))
    return Position(value, key)


OPERATIONS: tuple[Operation, ...] = (update_customer, get_customer, list_customers)
