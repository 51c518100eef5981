"""Read the events after a position: updates received, updates ended, activities created."""

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
from function_app.store.port import Store
from function_app.store.port.activities import FeedEntry

T = TypeVar("T")
PAGE = 100
_Read = Callable[[str, str, datetime, int], Awaitable[Sequence[FeedEntry[T]]]]


@dataclass(frozen=True, slots=True)
class FeedPage(Generic[T]):
    """Events, the position to continue from, and whether more events are available now."""

    items: Sequence[T]
    position: str
    more: bool


class ReadFeed:
    """Each method returns the events after a position; with None it returns none and the position of `now`."""

    def __init__(self, store: Store) -> None:
        self._feed = store.feed

    async def received(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order of receipt, each `TRAILS` after it."""
        return _fitting(model, await _page(self._feed.read_received, model, after, (now, now - TRAILS)))

    async def created(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Activity]:
        """Return activities in the order of creation, each `TRAILS` after it."""
        return await _page(self._feed.read_created, model, after, (now, now - TRAILS))

    async def ended(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order of their ends."""
        return _fitting(model, await _page(self._feed.read_ended, model, after, (now, now)))


def _fitting(model: CompiledInstance, page: FeedPage[Update]) -> FeedPage[Update]:
    return FeedPage([model.fitting.update(update) for update in page.items], page.position, page.more)


async def _page(
    read: _Read[T], model: CompiledInstance, after: str | None, times: tuple[datetime, datetime]
) -> FeedPage[T]:
    now, before = times
    if after is None:
        return FeedPage([], format_instant(now), more=False)
    found = await read(model.instance.instance_id, after, before, PAGE + 1)
    page = found[:PAGE]
    return FeedPage([entry.item for entry in page], page[-1].position if page else after, more=len(found) > PAGE)
