"""Batches: items are independent, run concurrently, and get one result each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from function_app import error_codes
from function_app.errors import ServiceError

A = TypeVar("A")
T = TypeVar("T")
MAX_ITEMS = 500


def items_of(body: dict[str, Any]) -> list[Any]:
    """Return the items of a batch; ServiceError if the body is not a batch."""
    items = body.get("items")
    others = sorted(set(body) - {"items"})
    if others:
        raise ServiceError(error_codes.INVALID_BATCH(f"A batch has only 'items'; received '{others[0][:64]}'.", ""))
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        received = f"{len(items)} items" if isinstance(items, list) else "no array"
        message = f"'items' must be an array of 1 to {MAX_ITEMS} objects; received {received}."
        raise ServiceError(error_codes.INVALID_BATCH(message, "/items"))
    return items


async def each_item(items: Sequence[A], act: Callable[[int, A], Awaitable[T]]) -> list[T | Exception]:
    """Run `act` on all items concurrently; return the result or exception of each, in order.

    All items start immediately: they share the time of receipt, which is their position in the feed.
    """

    async def one(index: int, item: A) -> T | Exception:
        try:
            return await act(index, item)
        except Exception as error:  # noqa: BLE001  # it is this item's result
            return error

    return await asyncio.gather(*(one(index, item) for index, item in enumerate(items)))


def as_object(item: Any) -> dict[str, Any]:
    """Return an item as a JSON object; ServiceError if it is not one."""
    if not isinstance(item, dict):
        raise ServiceError(error_codes.NOT_AN_OBJECT("The item must be a JSON object.", ""))
    return item
