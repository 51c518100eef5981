"""Webhooks: wake who delivers, and serve every subscription of an instance.

The feed is what is delivered, and the stored progress of a subscription is how far: waking only makes it quick. A
process may end at any moment; the next look delivers what is left, and at most the last events again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from function_app.domain.access import Principal
from function_app.domain.feed import TRAILS
from function_app.domain.subscription import SWEEP_EVERY, Progress, Subscription
from function_app.errors import ServiceError
from function_app.services.access import Access
from function_app.services.instances import CompiledInstance, Instances
from function_app.services.usage import Usage
from function_app.services.webhooks.delivery import Delivery, leased
from function_app.services.webhooks.outlet import LocalWaker, Outlet, Waker
from function_app.services.webhooks.streams import LOOK_AHEAD, Look, Streams
from function_app.services.webhooks.subscriptions import Subscriptions, Wanted
from function_app.store.port import Store
from function_app.telemetry import safe_trace

WAKE_AFTER_S, WAKE_BY_QUEUE_AFTER_S = 0.02, 0.2
"""So that writes at the same moment wake once."""
EVERY_S, DELIVER_WITHIN_S = 60, 2
_KNOWN_FOR_S, _OVERDUE_S = 60.0, 1.0
_UNKNOWN = (0.0, True)
_log = logging.getLogger(__name__)
_Key = tuple[str, str]


class Webhooks:
    def __init__(  # noqa: PLR0913, PLR0917  # what they are made of
        self,
        store: Store,
        instances: Instances,
        access: Access,
        usage: Usage,
        outlet: Outlet | None,
        clock: Callable[[], datetime],
    ) -> None:
        """Without an outlet no caller can subscribe, and nothing is delivered."""
        self._stored, self._instances, self._clock = store.subscriptions, instances, clock
        self._outlet, self._streams = outlet, Streams(store)
        self._subscriptions = Subscriptions(store, access, self._streams, outlet)
        self._deliver = Delivery(outlet, usage, clock) if outlet else None
        self._waker: Waker = (outlet and outlet.queue) or LocalWaker(self.deliver)
        self._worker = uuid4().hex
        self._serving = dict[_Key, asyncio.Task[None]]()
        self._again, self._removed = set[_Key](), set[_Key]()
        self._waking = dict[str, asyncio.TimerHandle]()
        self._known = dict[str, tuple[float, bool]]()  # until when, and whether an instance has subscriptions
        self._tasks = set[asyncio.Task[None]]()
        self._planned = dict[str, datetime]()

    async def subscribe(
        self, model: CompiledInstance, wanted: Wanted, principal: Principal, now: datetime
    ) -> Subscription:
        """Store a subscription and return it: see `Subscriptions.create`."""
        subscription = await self._subscriptions.create(model, wanted, principal, now)
        self._known.pop(model.instance.instance_id, None)
        return subscription

    def check_callback(self, callback: str) -> None:
        """Raise ServiceError if a callback may not be called: see `Subscriptions.check_callback`."""
        self._subscriptions.check_callback(callback)

    async def list(self, instance_id: str) -> Sequence[Subscription]:
        """Return all subscriptions of an instance."""
        return await self._subscriptions.list(instance_id)

    async def unsubscribe(self, instance_id: str, identity: str, principal: Principal, now: datetime) -> None:
        """Remove a subscription: see `Subscriptions.remove`. What this process is sending stops with it."""
        await self._subscriptions.remove(instance_id, identity, principal, now)
        if (instance_id, identity) in self._serving:
            self._removed.add((instance_id, identity))

    def wake(self, instance_id: str) -> None:
        """Have what is due of an instance delivered soon; cheap, as each write calls it."""
        if instance_id in self._waking or self._deliver is None:
            return
        loop = asyncio.get_running_loop()
        until, has_some = self._known.get(instance_id, _UNKNOWN)
        if has_some or until <= loop.time():
            after = WAKE_AFTER_S if self._waker.is_alone else WAKE_BY_QUEUE_AFTER_S
            self._waking[instance_id] = loop.call_later(after, self._begin_waking, instance_id)

    async def wake_all(self) -> None:
        """Have what is due of every instance delivered: also what was left by processes that ended."""
        if self._deliver is None:
            return
        try:
            for instance_id in await self._stored.list_instances():
                await self._waker.send(instance_id, 0)
        except Exception as error:  # noqa: BLE001  # the next minute wakes again
            _log.error("Webhooks were not woken; the next minute tries again: %s", safe_trace(error))

    async def deliver(self, instance_id: str) -> None:
        """Deliver what is due to every subscription of an instance that no other worker serves."""
        try:
            subscriptions = await self._stored.list(instance_id)
        except ServiceError as error:
            _log.warning("Webhooks were not delivered; the next minute tries again: %s", error)
            return
        serving = [self._begin(self._serve(instance_id, each.subscription_id)) for each in subscriptions]
        if serving:  # a receiver that hangs must not hold the message of a queue
            await asyncio.wait(serving, timeout=DELIVER_WITHIN_S)

    async def run(self) -> None:
        """Wake every minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.wake_all()

    async def close(self) -> None:
        """Stop; what is not delivered is delivered after the next start."""
        for timer in self._waking.values():
            timer.cancel()
        tasks = [*self._tasks, *self._serving.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._waker.close()  # after the tasks that wake
        if self._outlet:
            await self._outlet.post.close()

    def _begin_waking(self, instance_id: str) -> None:
        del self._waking[instance_id]
        self._begin(self._wake(instance_id))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _wake(self, instance_id: str) -> None:
        now = asyncio.get_running_loop().time()
        try:
            until, has_some = self._known.get(instance_id, _UNKNOWN)
            if until <= now:
                has_some = bool(await self._stored.list(instance_id))
                self._known[instance_id] = (now + _KNOWN_FOR_S, has_some)
            if has_some:
                await self._waker.send(instance_id, 0)
        except Exception as error:  # noqa: BLE001  # waking is only for speed
            _log.warning("Webhooks were not woken; the next minute delivers: %s", safe_trace(error))

    async def _serve(self, instance_id: str, identity: str) -> None:
        """Deliver to one subscription until nothing is due; with another call for it, both look again."""
        key = (instance_id, identity)
        self._again.add(key)
        if key not in self._serving:
            self._serving[key] = asyncio.create_task(self._serve_to_the_end(key))
        await asyncio.shield(self._serving[key])

    async def _serve_to_the_end(self, key: _Key) -> None:
        try:
            while key in self._again:
                self._again.discard(key)
                if await self._serve_once(*key):
                    self._again.add(key)
        except ServiceError as error:
            _log.warning("A webhook was not delivered; the next minute tries again: %s", error)
        except Exception as error:  # noqa: BLE001  # one subscription stops no other
            _log.error("A webhook was not delivered: %s", safe_trace(error))
        finally:
            del self._serving[key]
            self._removed.discard(key)

    async def _serve_once(self, instance_id: str, identity: str) -> bool:
        """Deliver to a subscription what is due now; return whether to look again."""
        now = self._clock()
        found = await self._stored.read(instance_id, identity)
        if found is None or self._is_served_elsewhere(found, now):
            return False  # who serves it looks again before it stops
        self._removed.discard((instance_id, identity))  # its caller has subscribed again
        model = await self._instances.get(instance_id, now)
        if not await self._subscriptions.may_go_on(instance_id, found, now):
            await self._subscriptions.end(instance_id, found, "its subscriber has no role any more", now)
            return False
        if found.progress.is_blocked(now):
            await self._plan(instance_id, found.progress, None, now)
            return False
        look = await self._streams.look(model, found, now)
        if look.events:
            return await self._send(instance_id, found, look, now)
        progress = look.advance(found.progress)
        if progress.done != found.progress.done or progress.holds != found.progress.holds:
            await self._stored.replace(instance_id, replace(found, progress=progress))
        await self._plan(instance_id, progress, look.due, now)
        return False

    async def _send(self, instance_id: str, found: Subscription, look: Look, now: datetime) -> bool:
        """Send the events of a look, and keep that; return whether to look again."""
        held: Subscription | None = found
        if not self._waker.is_alone:
            held = await self._stored.replace(instance_id, leased(found, self._worker, now))
        if held is None or self._deliver is None:
            return False
        key = (instance_id, found.subscription_id)
        result = await self._deliver(instance_id, held, look.events, lambda: key not in self._removed)
        after = replace(held, progress=look.advance(result.progress), worker=None, leased_until=now)
        kept = await self._stored.replace(instance_id, after)
        if kept is None:  # removed, or replaced by a new one of its caller
            return False
        if result.is_gone or kept.has_failed_too_long:
            reason = "its receiver does not exist" if result.is_gone else "its receiver accepted nothing for a day"
            await self._subscriptions.end(instance_id, kept, reason, now)
            return False
        return True

    def _is_served_elsewhere(self, subscription: Subscription, now: datetime) -> bool:
        is_other = subscription.worker not in {None, self._worker}
        return is_other and subscription.leased_until > now and not self._waker.is_alone

    async def _plan(self, instance_id: str, progress: Progress, ends_at: datetime | None, now: datetime) -> None:
        """Wake again for what becomes due by itself before the next minute."""
        dues = [hold.retry_at for hold in progress.holds.values()]
        dues += [ends_at] if ends_at else []
        last = progress.delivered_at
        dues += [now + SWEEP_EVERY] if last and now - last < TRAILS + SWEEP_EVERY else []  # for late events
        due = min(dues, default=now + LOOK_AHEAD)
        planned = self._planned.get(instance_id)
        if due < now + LOOK_AHEAD and not (planned and now < planned <= due):
            self._planned[instance_id] = due
            delay_s = (due - now).total_seconds() + WAKE_AFTER_S if due > now else _OVERDUE_S
            await self._waker.send(instance_id, delay_s)
