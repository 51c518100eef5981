"""Batches over HTTP: one result for each item, in order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from function_app import error_codes
from function_app.api.call import Answer, Call
from function_app.api.problems import answer_to
from function_app.bulk import in_turn
from function_app.errors import Busy, Rejected, ServiceError

MAX_ITEMS, _LISTED = 500, 100
_SHOWN = ("errorCode", "message", "details")


def items_of(body: dict[str, Any]) -> list[Any]:
    """Return the items of a batch. Raises ServiceError if the body is not a batch."""
    items = body.get("items")
    faults = [
        error_codes.INVALID_BATCH(f"A batch has only 'items'; received '{name[:64]}'.", "")
        for name in sorted(set(body) - {"items"})[:_LISTED]
    ]
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        received = f"{len(items)} items" if isinstance(items, list) else "no array"
        message = f"'items' must be an array of 1 to {MAX_ITEMS} objects; received {received}."
        raise ServiceError(*faults, error_codes.INVALID_BATCH(message, "/items"))
    if faults:
        raise ServiceError(*faults)
    return items


def check_items(call: Call) -> None:
    """Raise ServiceError if the body can be read and is not a batch."""
    if call.body is not None:
        items_of(call.body)


def as_object(item: Any) -> dict[str, Any]:
    """Return an item as a JSON object. Raises ServiceError if it is not one."""
    if not isinstance(item, dict):
        raise ServiceError(error_codes.NOT_AN_OBJECT("The item must be a JSON object.", ""))
    return item


def answer_batch(call: Call, results: Sequence[Mapping[str, Any] | Rejected]) -> Answer:
    """Return a response with the result of each item."""
    shown = [_problem(call, each.as_error()) if isinstance(each, Rejected) else each for each in results]
    return Answer(200, {"value": [{"index": index, **result} for index, result in enumerate(shown)]})


async def answer_each(
    call: Call, items: Sequence[Any], act: Callable[[int, Any], Awaitable[Mapping[str, Any]]]
) -> Answer:
    """Run `act` on all items, some at once; return a response with the result or the error of each."""

    async def one(index: int, item: Any) -> Mapping[str, Any]:
        try:
            return await act(index, item)
        except Exception as error:  # noqa: BLE001  # it fails this item only
            return _problem(call, error)

    left = _problem(call, Busy(1))
    return answer_batch(call, await in_turn(items, one, call.allowance.items_at_once, call.allowance.may_begin, left))


def _problem(call: Call, error: Exception) -> Mapping[str, Any]:
    problem = answer_to(error, call.operation_id).body
    return {name: problem[name] for name in _SHOWN}
