"""Read what happened since a position: updates received, updates ended, activities created."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from function_app.domain.activity import Activity
from function_app.domain.feed import TRAILS
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.services.instances import CompiledInstance
from function_app.store.port import FeedEntry, Store

T = TypeVar("T")
PAGE = 100
_Read = Callable[[str, str, datetime, int], Awaitable[Sequence[FeedEntry[T]]]]


@dataclass(frozen=True, slots=True)
class FeedPage(Generic[T]):
    """What happened, the position to go on from, and whether more waits there already."""

    items: Sequence[T]
    position: str
    more: bool


class ReadFeed:
    """Each method takes a position, None to start now, and tells nothing of what was before."""

    def __init__(self, store: Store) -> None:
        self._feed = store.feed

    async def received(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order they came in, half a minute later."""
        return _fitting(model, await _page(self._feed.received, model, after, (now, now - TRAILS)))

    async def created(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Activity]:
        """Return activities in the order they were created, half a minute later."""
        return await _page(self._feed.created, model, after, (now, now - TRAILS))

    async def ended(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order they ended."""
        return _fitting(model, await _page(self._feed.ended, model, after, (now, now)))


def _fitting(model: CompiledInstance, page: FeedPage[Update]) -> FeedPage[Update]:
    return FeedPage([model.fitting.update(update) for update in page.items], page.position, page.more)


async def _page(
    read: _Read[T], model: CompiledInstance, after: str | None, times: tuple[datetime, datetime]
) -> FeedPage[T]:
    now, before = times
    if after is None:
        return FeedPage([], format_instant(now), more=False)
    found = await read(model.instance.instance_id, after, before, PAGE + 1)
    told = found[:PAGE]
    return FeedPage([fed.item for fed in told], told[-1].position if told else after, more=len(found) > PAGE)
