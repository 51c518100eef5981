"""Read the events after a position: of updates, activities and refreshes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from function_app.domain.activity import Activity
from function_app.domain.feed import TRAILS, about_to_expire, is_short
from function_app.domain.instant import format_instant
from function_app.domain.job import Job
from function_app.domain.profile import Update
from function_app.services.instances import CompiledInstance
from function_app.store.port import Store
from function_app.store.port.activities import FeedEntry

T = TypeVar("T")
PAGE = 100
_AND = "\0"  # between two positions: no id has it
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
        self._feed, self._control = store.feed, store.control

    async def received(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order of receipt, each `TRAILS` after it."""
        return _fitting(model, await _page(self._feed.read_received, model, after, (now, now - TRAILS)))

    async def created(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Activity]:
        """Return activities in the order of creation, each `TRAILS` after it."""
        return await _page(self._feed.read_created, model, after, (now, now - TRAILS))

    async def ended(self, model: CompiledInstance, after: str | None, now: datetime) -> FeedPage[Update]:
        """Return profile updates in the order of their ends."""
        return _fitting(model, await _page(self._feed.read_ended, model, after, (now, now)))

    async def expiring(
        self, model: CompiledInstance, within: timedelta, after: str | None, now: datetime
    ) -> FeedPage[Update]:
        """Return what is left of profile updates that expire within a span: each once, when that span begins.

        Short updates have no such instant that the feed could return them at; these it returns `TRAILS` after receipt.
        """
        by_end, _, by_receipt = after.partition(_AND) if after is not None else (None, "", None)
        ending = await _page(self._feed.read_ended, model, by_end, (now + within, now + within))
        received = await _page(self._feed.read_received, model, by_receipt, (now, now - TRAILS))
        found = [update for update in ending.items if not is_short(update, within)]
        found += [update for update in received.items if is_short(update, within)]
        position, more = f"{ending.position}{_AND}{received.position}", ending.more or received.more
        return _fitting(model, FeedPage(about_to_expire(found, now), position, more))

    async def refreshed(self, model: CompiledInstance, after: str | None) -> FeedPage[Job]:
        """Return refreshes that ended, in that order, which is the order of their ids: one runs at a time."""
        jobs = await self._control.list_jobs(model.instance.instance_id, PAGE)
        ended = [job for job in reversed(jobs) if not job.is_running]
        newest = ended[-1].job_id if ended else ""
        if after is None:
            return FeedPage([], newest, more=False)
        return FeedPage([job for job in ended if job.job_id > after], max(after, newest), more=False)


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
