"""Deliver the events of one subscription: in order for each customer, several customers at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

import orjson

from function_app import error_codes
from function_app.domain.instant import format_instant
from function_app.domain.subscription import (
    MAX_HOLDS,
    EventKind,
    Outcome,
    Progress,
    Subscription,
    signed_headers,
)
from function_app.domain.usage import Series, Traffic
from function_app.services.usage import Usage
from function_app.services.webhooks.outlet import Outlet
from function_app.services.webhooks.streams import Event

AT_ONCE = 8
WITHIN_S = 20
OPERATION = "DeliverEvent"
TYPES: dict[EventKind, str] = {
    "profileUpdated": "profile.updated",
    "updateExpired": "update.expired",
    "updateWillExpire": "update.will_expire",
    "activityCreated": "activity.created",
    "refreshEnded": "refresh.ended",
}
_NO_ANSWER = 504


@dataclass(slots=True)
class Delivered:
    """The progress after a delivery, and whether the receiver said that its address does not exist."""

    progress: Progress
    is_gone: bool = False


class Delivery:
    """Sends events, and counts each attempt in usage."""

    def __init__(self, outlet: Outlet, usage: Usage, clock: Callable[[], datetime]) -> None:
        self._outlet, self._usage, self._clock = outlet, usage, clock

    async def __call__(
        self, instance_id: str, subscription: Subscription, events: Sequence[Event], is_wanted: Callable[[], bool]
    ) -> Delivered:
        """Send events and return the progress, after about WITHIN_S at most or when they are no longer wanted.

        A customer's events after one that failed are not sent.
        """
        state, lanes = Delivered(subscription.progress), defaultdict[str, list[Event]](list)
        for event in events:
            lanes[event.customer].append(event)
        turn, until = asyncio.Semaphore(AT_ONCE), monotonic() + WITHIN_S

        async def send(lane: Sequence[Event]) -> None:
            async with turn:
                for event in lane:
                    is_full = len(state.progress.holds) >= MAX_HOLDS and event.customer not in state.progress.holds
                    if state.is_gone or is_full or monotonic() > until or not is_wanted():
                        return
                    if not await self._send(instance_id, subscription, event, state):
                        return

        await asyncio.gather(*map(send, lanes.values()))
        return state

    async def _send(self, instance_id: str, subscription: Subscription, event: Event, state: Delivered) -> bool:
        """Send one event; return whether the next one of its customer may follow."""
        body = orjson.dumps(
            {
                "type": TYPES[subscription.event],
                "timestamp": format_instant(event.at),
                "data": {"instanceId": instance_id, **self._outlet.data_of[subscription.event](event.item)},
            }
        )
        headers = signed_headers(subscription.secret, event.id, self._clock(), body)
        begun = monotonic()
        outcome = await self._outlet.post(subscription.callback, body, headers)
        now = self._clock()
        self._count(instance_id, subscription, outcome, Traffic(0, len(body), monotonic() - begun))
        if outcome.failure is None:
            state.progress = state.progress.succeeded(event.customer, event.id, now)
            return True
        state.is_gone = state.is_gone or outcome.ends_it
        wait = timedelta(seconds=outcome.retry_after) if outcome.retry_after else None
        state.progress = state.progress.failed(event.customer, outcome.failure, wait, now)
        if not state.progress.gives_up(event.at, now):
            return False
        state.progress = state.progress.gave_up(event.customer, event.id)
        return True

    def _count(self, instance_id: str, subscription: Subscription, outcome: Outcome, traffic: Traffic) -> None:
        code = error_codes.NOT_DELIVERED.code if outcome.failure else None
        status, principal = outcome.status or _NO_ANSWER, subscription.subscriber.principal_id
        series = Series(OPERATION, subscription.event, None, status, code, principal)
        self._usage.record(instance_id, series, traffic, self._clock())


def leased(subscription: Subscription, worker: str, now: datetime) -> Subscription:
    """Return a subscription as served by a worker, for long enough for all attempts of one delivery."""
    return replace(subscription, worker=worker, leased_until=now + timedelta(seconds=3 * WITHIN_S))
