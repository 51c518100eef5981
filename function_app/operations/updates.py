"""Updates: list those of a customer, or all live ones; end them before they expire."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any, cast

from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import Parameter, path, query
from function_app.api.parameter_types import ANY_TEXT, BOOLEAN, NAMES, integer, text
from function_app.domain.access import Role
from function_app.domain.lifetime import END_OF_DAY, NEXT_REFRESH, in_words, offered
from function_app.operations.update_shapes import (
    EndedUpdate,
    EndedUpdates,
    Lifetimes,
    LifetimeShape,
    LiveUpdateList,
    UpdateList,
    UpdateShape,
    shape_of,
)
from function_app.services.end_updates import Ended
from function_app.services.read_updates import Wanted

UPDATE_ID = path("updateId", "Update ID", "The id of the update. List updates of a customer returns it.", text(200))
CSV = "text/csv"
_COLUMNS = ("customerId", "updateId", "attribute", "value", "source", "state", "caller", "principal", "principalName")
_FORMULA = re.compile(r"^(?=[=+\-@\t\r])")
_TIMES = ("occurredAt", "receivedAt", "validUntil")


@operation(
    "GET",
    "instances/{instanceId}/data/Customer/{customerId}/updates",
    id="ListCustomerUpdates",
    summary="List updates of a customer",
    description="Returns the live updates of a customer and those of the last day, with the state of each attribute. "
    "Use it to see what was changed, and the sender, or to find the Update ID. Do not use it for the values "
    "that show: use Get a customer profile.",
    role=Role.VIEWER,
    shows_persons=True,
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID),
    responses={200: Response("The updates.", UpdateList)},
)
async def list_customer_updates(call: Call) -> Answer:
    found = await call.services.read_updates.of_customer(call.model, call[params.CUSTOMER_ID], call.now)
    body: UpdateList = {"value": [shape_of(each) for each in found]}
    return Answer(200, body)


@operation(
    "DELETE",
    "instances/{instanceId}/data/Customer/{customerId}/updates/{updateId}",
    id="EndUpdate",
    summary="End an update",
    description="Ends an update of a customer now, and returns the merged profile: the next older value shows at "
    "once. Use it to undo one update that was a mistake. Do not use it to undo all updates of a field: "
    "use Revert a customer profile.",
    role=Role.CONTRIBUTOR,
    shows_persons=True,
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, UPDATE_ID, params.DRY_RUN),
    responses={200: Response("The merged profile, and what was ended.", EndedUpdates)},
)
async def end_update(call: Call) -> Answer:
    customer_id, update_id, sender = call[params.CUSTOMER_ID], call[UPDATE_ID], call.principal.sender
    return _ended(await call.writes.end_updates.one(call.model, customer_id, update_id, sender, call.now))


ATTRIBUTES = query(
    "attributes",
    "Fields to Revert",
    "The names of the fields to revert, separated by commas, like City,Email; all if empty.",
    NAMES,
    visibility="important",
    choices=options.WRITABLE_FIELDS,
)


def _check_attributes(call: Call) -> None:
    names = call[ATTRIBUTES]
    call.model.check_names(names or (), ATTRIBUTES.name)


@operation(
    "POST",
    "instances/{instanceId}/data/Customer/{customerId}/revert",
    id="RevertCustomer",
    summary="Revert a customer profile",
    description="Reverts fields of a customer to the source's values now: all live updates of these fields end. Use "
    "it when the source is right and no update should cover it. Do not use it to undo only one update: "
    "use End an update.",
    role=Role.CONTRIBUTOR,
    shows_persons=True,
    parameters=(params.INSTANCE_ID, params.CUSTOMER_ID, ATTRIBUTES, params.DRY_RUN),
    checks=(_check_attributes,),
    responses={200: Response("The merged profile, and what was ended.", EndedUpdates)},
)
async def revert_customer(call: Call) -> Answer:
    customer_id, names, sender = call[params.CUSTOMER_ID], call[ATTRIBUTES], call.principal.sender
    return _ended(await call.writes.end_updates.attributes(call.model, customer_id, names, sender, call.now))


def _ended(ended: Ended) -> Answer:
    names = [{"updateId": update_id, "names": list(names)} for update_id, names in ended.names.items()]
    body: EndedUpdates = {"customer": dict(ended.kept.attributes), "ended": cast("list[EndedUpdate]", names)}
    return Answer(200, body)


ATTRIBUTE = query(
    "attribute",
    "Field",
    "Returns only updates of this field, like City.",
    text(200),
    visibility="important",
    choices=options.WRITABLE_FIELDS,
)
OF_CALLER = query(
    "caller", "Sent As", "Returns only updates with this caller, like Web Shop Orders.", text(params.MAX_CALLER_LENGTH)
)
LANDED = query(
    "landed",
    "Landed",
    "Whether to return only values that the source has, or only those that it does not have; both if empty.",
    BOOLEAN,
    visibility="important",
)
PAGE = query(
    "$top", "Top Count", "The number of updates on a page, from 1 to 1000; 100 if empty.", integer(1, 1000), default=100
)
ACCEPT = Parameter[str](
    "Accept",
    "header",
    "Accept",
    "The format: text/csv returns a table with a row for each value.",
    ANY_TEXT,
    default="",
    visibility="internal",
)


def _check_attribute(call: Call) -> None:
    name = call[ATTRIBUTE]
    call.model.check_names([] if name is None else [name], ATTRIBUTE.name)


@operation(
    "GET",
    "instances/{instanceId}/updates",
    id="ListLiveUpdates",
    summary="List live updates",
    description="Returns the live updates of all customers, oldest first: what the source's owner has to take over. "
    "Use it to report or export what the source does not have yet. Do not use it for one customer: use "
    "List updates of a customer.",
    role=Role.VIEWER,
    shows_persons=True,
    media=("application/json", CSV),
    parameters=(params.INSTANCE_ID, ATTRIBUTE, OF_CALLER, LANDED, PAGE, options.SKIPTOKEN, ACCEPT),
    checks=(_check_attribute,),
    responses={200: Response("One page of updates.", LiveUpdateList)},
)
async def list_live_updates(call: Call) -> Answer:
    _check_attribute(call)
    wanted = Wanted(call[ATTRIBUTE], call[OF_CALLER], call[LANDED])
    page = await call.services.read_updates.live(call.model, wanted, paging.read_sort(call), call[PAGE], call.now)
    link = paging.next_link(call, [page.following]) if page.following else None
    rows = [shape_of(each) for each in page.rows]
    if CSV in call[ACCEPT].lower():
        headers = {"Content-Type": f"{CSV}; charset=utf-8"} | ({"Link": f'<{link}>; rel="next"'} if link else {})
        return Answer(200, _table(rows), headers)
    body: LiveUpdateList = {"value": rows}
    if link:
        body["@odata.nextLink"] = link
    return Answer(200, body)


def _table(rows: Sequence[UpdateShape]) -> bytes:
    """Return updates as CSV: a line for each value; texts as they are, other values in JSON, nothing for null.

    A text that a spreadsheet would take for a formula gets an apostrophe.
    """
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow([*_COLUMNS, *_TIMES])
    for row in rows:
        principal = row["principal"] or {"id": "", "kind": "", "name": None}
        times = [row["occurredAt"], row["receivedAt"], row["validUntil"]]
        for one in row["attributes"]:
            held = [row["customerId"], row["updateId"], one["name"], one["value"], one["source"]]
            who = [row["caller"], principal["id"], principal.get("name")]
            lines.writerow(map(_cell, [*held, one["state"], *who, *times]))
    return written.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return _FORMULA.sub("'", value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@operation(
    "GET",
    "instances/{instanceId}/lifetimes",
    id="ListLifetimes",
    summary="List lifetimes",
    description="Returns the lifetimes in words for updates and for activities, within the maximum of the instance, "
    "and the default ones.",
    role=Role.VIEWER,
    visibility="internal",
    parameters=(params.INSTANCE_ID,),
    responses={200: Response("The lifetimes.", Lifetimes)},
)
async def list_lifetimes(call: Call) -> Answer:
    policy = call.model.instance.validity
    titles = {END_OF_DAY: f"{END_OF_DAY.capitalize()} ({policy.time_zone})"}
    found: list[LifetimeShape] = [
        {"lifetime": words, "title": titles.get(words, words[0].upper() + words[1:])}
        for words in offered(policy.maximum, policy.update, policy.activity)
    ]
    body: Lifetimes = {
        "updates": found,
        "activities": [one for one in found if one["lifetime"] != NEXT_REFRESH],
        "defaults": {"update": in_words(policy.update), "activity": in_words(policy.activity)},
    }
    return Answer(200, body)


OPERATIONS: tuple[Operation, ...] = (
    list_customer_updates,
    end_update,
    revert_customer,
    list_live_updates,
    list_lifetimes,
)
