"""Profile updates: post them, for one customer or for many in a batch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from function_app import error_codes
from function_app.api import options
from function_app.api import parameters as params
from function_app.api.all_faults import faults_of
from function_app.api.batch import answer_each, as_object, check_items, items_of
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.api.parameter import query
from function_app.api.parameter_types import NAMES
from function_app.domain.access import Role
from function_app.domain.addresses import MAX_ID_LENGTH
from function_app.domain.entity import CLEAR, CUSTOMER
from function_app.domain.entity import CUSTOMER_ID as KEY
from function_app.domain.instant import format_instant
from function_app.errors import ServiceError
from function_app.operations.shapes import BatchResult, Receipt, UpdatedCustomer
from function_app.services.update_profile import Updated, UpdateRequest, accept, check_timing
from function_app.services.validation import Clear

CLEAR_FIELDS = query(
    CLEAR,
    "Fields to Clear",
    "The names of fields to clear, separated by commas, like City,Email. They are empty until it expires.",
    NAMES,
    visibility="advanced",
    choices=options.WRITABLE_FIELDS,
)


def _check_update(call: Call) -> None:
    if not call.body:  # an empty one is right if the names to clear are only faulty
        check_timing(call.model, params.requested_validity(call), call.now)
    else:
        accept(call.model, _update(call), call.now)


def _update(call: Call) -> UpdateRequest:
    timing, caller, repeat = params.requested_validity(call), call[params.CALLER], call[params.REPEAT_ID]
    names = call[CLEAR_FIELDS]
    return UpdateRequest(
        call[params.CUSTOMER_ID], call.body, timing, caller, repeat, Clear(names or ()), call.principal.sender
    )


@operation(
    "PATCH",
    "instances/{instanceId}/data/Customer/{customerId}",
    id="UpdateCustomer",
    tag="Customers",
    summary="Update a customer profile",
    description="Updates attributes of a customer profile until the update expires. Use it for one customer, when a "
    "value must show at once and the source will have it later. Do not use it to undo an update (use End "
    "an update), or for many customers (use the batch).",
    role=Role.CONTRIBUTOR,
    visibility="important",
    shows_persons=True,
    parameters=(
        params.INSTANCE_ID,
        params.CUSTOMER_ID,
        CLEAR_FIELDS,
        *params.VALIDITY,
        params.CALLER,
        params.REPEAT_ID,
        params.PREFER,
        params.DRY_RUN,
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
    checks=(_check_update,),
)
async def update_customer(call: Call) -> Answer:
    updated = await call.writes.update_profile(call.model, _update(call), call.now)
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


@operation(
    "POST",
    "instances/{instanceId}/data/Customer/batch",
    id="UpdateCustomers",
    tag="Customers",
    summary="Update customer profiles (batch)",
    description="Updates up to 500 customer profiles in one request. A rejected item does not affect the others. Use "
    "it for more than a few customers at a time. Do not use it for one: Update a customer profile returns "
    "the merged profile.",
    role=Role.CONTRIBUTOR,
    parameters=(params.INSTANCE_ID, *params.VALIDITY, params.CALLER, params.REPEAT_ID, params.DRY_RUN),
    body=Body("The customers to change, each with its Customer ID and the fields to change.", items_of=CUSTOMER),
    responses={200: Response("One result for each item, in order.", BatchResult)},
    checks=(check_items,),
)
async def update_customers(call: Call) -> Answer:
    timing, caller, repeat = params.requested_validity(call), call[params.CALLER], call[params.REPEAT_ID]
    update_profile = call.writes.update_profile

    async def update(index: int, item: Any) -> Receipt:
        changes = {name: value for name, value in as_object(item).items() if name not in {KEY, CLEAR}}
        repeat_id = f"{repeat}/{index}" if repeat else None
        try:
            customer_id, clear = _customer_id(item), _to_clear(item)
        except ServiceError:
            checks: list[Callable[[], object]] = [partial(_customer_id, item), partial(_to_clear, item)]
            if changes:
                checks.append(partial(accept, call.model, UpdateRequest("", changes, timing), call.now))
            raise ServiceError(*faults_of(*checks)) from None
        request = UpdateRequest(customer_id, changes, timing, caller, repeat_id, clear, call.principal.sender)
        later = call.now + timedelta(microseconds=index)  # if two items are for one customer, the later one shows
        return _receipt(await update_profile(call.model, request, later))

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


OPERATIONS: tuple[Operation, ...] = (update_customer, update_customers)
