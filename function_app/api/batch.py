"""Batches over HTTP: one result for each item, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from function_app import error_codes
from function_app.api.call import Answer, Call
from function_app.api.problems import answer_to
from function_app.errors import Rejected, ServiceError

MAX_ITEMS = 500
_SHOWN = ("errorCode", "message", "details")


def items_of(body: dict[str, Any]) -> list[Any]:
    """Return the items of a batch. Raises ServiceError if the body is not a batch."""
    items = body.get("items")
    others = sorted(set(body) - {"items"})
    if others:
        raise ServiceError(error_codes.INVALID_BATCH(f"A batch has only 'items'; received '{others[0][:64]}'.", ""))
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        received = f"{len(items)} items" if isinstance(items, list) else "no array"
        message = f"'items' must be an array of 1 to {MAX_ITEMS} objects; received {received}."
        raise ServiceError(error_codes.INVALID_BATCH(message, "/items"))
    return items


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
    """Run `act` on all items concurrently; return a response with the result or the error of each.

    All items start immediately: they share the time of receipt, which is their position in the feed.
    """

    async def one(index: int, item: Any) -> Mapping[str, Any]:
        try:
            return await act(index, item)
        except Exception as error:  # noqa: BLE001  # it fails this item only
            return _problem(call, error)

    return answer_batch(call, await asyncio.gather(*(one(index, item) for index, item in enumerate(items))))


def _problem(call: Call, error: Exception) -> Mapping[str, Any]:
    problem = answer_to(error, call.operation_id).body
    return {name: problem[name] for name in _SHOWN}
