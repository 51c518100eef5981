"""The events of a subscription that are not delivered yet, read from the feed and the jobs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from function_app.domain.activity import Activity
from function_app.domain.feed import TRAILS
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.domain.subscription import MAX_DONE, Hold, Progress, Subscription, customer_digest, event_id
from function_app.services.instances import CompiledInstance
from function_app.store.port import Store
from function_app.store.port.activities import FeedEntry

BATCH, PAGE, MAX_READ = 100, 500, MAX_DONE
OVERLAP = timedelta(seconds=2)
LOOK_AHEAD = timedelta(seconds=61)
"""Of what becomes due by itself: a timer looks again every minute."""
_RECEIVED, _CREATED, _ENDED, _JOBS = "received", "created", "ended", "jobs"
_NOTHING = timedelta()


class Event(NamedTuple):
    """One event: its id, a digest of its customer, when it happened, and its subject."""

    id: str
    customer: str
    at: datetime
    item: Any


@dataclass(slots=True)
class Read:
    """What was read of one channel: positions in order, each with the id of its event, None if it is not wanted.

    Nothing can appear any more before `settled`; `to_the_end` is whether everything up to now was read.
    """

    channel: str
    settled: str
    found: list[tuple[str, str | None]] = field(default_factory=list)
    to_the_end: bool = True


@dataclass(slots=True)
class Look:
    """What is to be delivered now, in order; and what of the feed was read for it, from the cursors on if `swept`.

    `skipped` is whether events were found that wait for others than their customer's. Until they are done, the next
    looks begin no later than this one: else newer events of the same customers would overtake them.
    """

    events: list[Event]
    reads: list[Read]
    swept: bool
    skipped: bool
    due: datetime | None
    at: datetime

    @property
    def to_the_end(self) -> bool:
        return all(read.to_the_end for read in self.reads)

    def advance(self, progress: Progress) -> Progress:
        """Return the progress with the cursors behind everything that is done, and without the ids before them."""
        cursors = dict(progress.cursors)
        behind, ahead = set[str](), set[str]()
        for read in self.reads:
            if self.swept:
                cursors[read.channel] = _cursor_after(read, progress)
            for position, identity in read.found:
                if identity is not None:
                    (behind if position <= cursors[read.channel] else ahead).add(identity)
        done = progress.done - behind
        if self.swept and self.to_the_end:
            done &= ahead  # what was read and removed since then
        all_done = (
            self.to_the_end
            and not self.skipped
            and all(event.id in progress.done or event.customer in progress.holds for event in self.events)
        )
        looked_at = self.at if all_done else progress.looked_at
        swept_at = self.at if self.swept and all_done else progress.swept_at
        return replace(
            progress, cursors=cursors, done=done, holds=self._holds(progress), looked_at=looked_at, swept_at=swept_at
        )

    def _holds(self, progress: Progress) -> Mapping[str, Hold]:
        """Return what waits, without customers of whom nothing is left."""
        if not (self.swept and self.to_the_end):
            return progress.holds
        there = {event.customer for event in self.events}
        return {each: hold for each, hold in progress.holds.items() if hold.retry_at > self.at or each in there}


def _cursor_after(read: Read, progress: Progress) -> str:
    cursor = progress.cursors[read.channel]
    for position, identity in read.found:
        if position >= read.settled or (identity is not None and identity not in progress.done):
            return cursor
        cursor = position
    return max(cursor, read.settled) if read.to_the_end and read.channel != _JOBS else cursor


_FeedRead = Callable[[str, str, datetime, int], Awaitable[Sequence[FeedEntry[Any]]]]


class Streams:
    """Reads the events of subscriptions."""

    def __init__(self, store: Store) -> None:
        self._feed, self._control = store.feed, store.control

    async def beginning(self, instance_id: str, subscription: Subscription, now: datetime) -> Mapping[str, str]:
        """Return the cursors of a new subscription: it gets what happens from now on."""
        if subscription.event == "refreshEnded":
            newest = await self._control.list_jobs(instance_id, 2)  # of which the first may be running
            return {_JOBS: next((job.job_id for job in newest if job.ended_at), "")}
        start = format_instant(now)
        ended = format_instant(now + (subscription.within or _NOTHING))
        names = {
            "profileUpdated": {_RECEIVED: start},
            "activityCreated": {_CREATED: start},
            "updateExpired": {_ENDED: ended},
            "updateWillExpire": {_ENDED: ended, _RECEIVED: start},
        }
        return names[subscription.event]

    async def look(self, model: CompiledInstance, subscription: Subscription, now: datetime) -> Look:
        """Return what may be delivered now, at most about BATCH events."""
        reading = _Reading(model, subscription, now)
        soon = list[FeedEntry[Update]]()
        within = subscription.within or _NOTHING
        match subscription.event:
            case "profileUpdated":
                await reading.read(_RECEIVED, self._feed.read_received, now, _update_received)
            case "activityCreated":
                await reading.read(_CREATED, self._feed.read_created, now, _activity_created)
            case "updateExpired":
                await reading.read(_ENDED, self._feed.read_ended, now, _update_ended, is_settled=True)
                soon = await self._soon(model, now)
                reading.add(_ENDED, [entry for entry in soon if entry.item.valid_until <= now], _update_ended)
            case "updateWillExpire":
                before = now + within
                await reading.read(_ENDED, self._feed.read_ended, before, _ends(within, is_long=True))
                await reading.read(_RECEIVED, self._feed.read_received, now, _ends(within, is_long=False))
                soon = await self._soon(model, before)
            case "refreshEnded":
                await self._read_jobs(reading)
        ends = (entry.item.valid_until - within for entry in soon)
        return reading.result(min((end for end in ends if end > now), default=None))

    async def _soon(self, model: CompiledInstance, after: datetime) -> list[FeedEntry[Update]]:
        before = after + LOOK_AHEAD
        return list(await self._feed.read_ending(model.instance.instance_id, after, before, PAGE))

    async def _read_jobs(self, reading: _Reading) -> None:
        """Read the jobs that have ended; one is begun after the other, so they end in the order of their ids."""
        instance_id, cursor = reading.instance_id, reading.subscription.progress.cursors[_JOBS]
        count = 2  # mostly there is nothing new
        while len(newest := await self._control.list_jobs(instance_id, count)) == count and newest[-1].job_id > cursor:
            count *= 10
        ended = [job for job in reversed(newest) if job.ended_at and job.job_id > cursor][:BATCH]
        tasks = [await self._control.read_tasks(instance_id, job.job_id) for job in ended]
        entries = [FeedEntry(item, item[0].job_id) for item in zip(ended, tasks, strict=True)]
        reading.add(_JOBS, entries, lambda item: ("", item[0].ended_at))


_Facts = tuple[str, datetime] | None
_Describe = Callable[[Any], _Facts]


class _Reading:
    """The reading of one look at the feed."""

    def __init__(self, model: CompiledInstance, subscription: Subscription, now: datetime) -> None:
        self.instance_id, self.subscription = model.instance.instance_id, subscription
        self._model, self._now, self._progress = model, now, subscription.progress
        self._swept = self._progress.needs_sweep(now)
        self._room = MAX_DONE - len(self._progress.done)
        self._reads: dict[str, Read] = {}
        self._events = list[Event]()
        self._skipped = False

    async def read(
        self, channel: str, read: _FeedRead, before: datetime, describe: _Describe, *, is_settled: bool = False
    ) -> None:
        """Read a channel of the feed up to what is due; nothing may appear late in it if it `is_settled`."""
        lead = before - self._now
        settled = format_instant(before if is_settled else before - TRAILS)
        if channel in {_RECEIVED, _CREATED}:
            before += TRAILS  # clocks differ
        cursor = self._progress.cursors[channel]
        after = cursor if self._swept else max(cursor, format_instant(_since(self._progress, lead)))
        this, begun = self._reads.setdefault(channel, Read(channel, settled)), len(self._events)
        while True:
            page = await read(self.instance_id, after, before, PAGE)
            self.add(channel, page, describe)
            if len(page) < PAGE:
                return
            if len(self._events) - begun >= BATCH or len(this.found) >= MAX_READ:
                this.to_the_end = False
                return
            after = page[-1].position

    def add(self, channel: str, entries: Sequence[FeedEntry[Any]], describe: _Describe) -> None:
        """Add what was read of a channel, and note what of it is to be delivered."""
        this = self._reads.setdefault(channel, Read(channel, "\uffff"))
        for entry in entries:
            facts = describe(entry.item)
            if facts is None:
                this.found.append((entry.position, None))
                continue
            identity = event_id(self.instance_id, self.subscription.event, entry.position)
            this.found.append((entry.position, identity))
            customer, is_early = customer_digest(facts[0]), entry.position >= this.settled
            if identity in self._progress.done:
                continue
            has_room = not is_early or self._room > 0  # what is delivered early has to be remembered
            if has_room and self._progress.may_deliver(customer, self._now):
                self._room -= is_early
                self._events.append(Event(identity, customer, facts[1], self._fitted(entry.item)))
            else:
                self._skipped |= customer not in self._progress.holds

    def result(self, due: datetime | None) -> Look:
        events = sorted(self._events, key=lambda event: event.at)
        return Look(events, list(self._reads.values()), self._swept, self._skipped, due, self._now)

    def _fitted(self, item: Any) -> Any:
        return self._model.fitting.update(item) if isinstance(item, Update) else item


def _since(progress: Progress, lead: timedelta) -> datetime:
    """Return from when on events may have appeared since the feed was last read to its end."""
    return progress.looked_at - OVERLAP + lead


def _update_received(update: Update) -> _Facts:
    return update.customer_id, update.received_at


def _update_ended(update: Update) -> _Facts:
    return update.customer_id, update.valid_until


def _activity_created(activity: Activity) -> _Facts:
    return activity.customer_id, activity.received_at or activity.time


def _ends(within: timedelta, *, is_long: bool) -> _Describe:
    """Describe updates that live longer than a span, or shorter; not those that were ended."""

    def describe(update: Update) -> _Facts:
        lives_long = update.valid_until - update.received_at >= within
        if lives_long is not is_long or not update.counting.attributes:
            return None
        return update.customer_id, update.valid_until - within if is_long else update.received_at

    return describe
