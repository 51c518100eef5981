"""What the delivery of webhooks needs from outside: how a message is written and sent, and how workers are woken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from function_app.domain.subscription import EventKind, Outcome

Deliver = Callable[[str], Coroutine[Any, Any, None]]


class Post(Protocol):
    """Sends one message."""

    def fault_of(self, callback: str) -> str | None:
        """Return why nothing is sent to a callback, as far as its text tells; None if it may be."""

    async def __call__(self, callback: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send a body with these headers, and return what came of it. Never raises for what a receiver does."""

    async def close(self) -> None:
        """Close connections."""


class Waker(Protocol):
    """Has an instance delivered to: by this process, or by any that listen to a queue.

    With `is_alone` no other process delivers.
    """

    is_alone: bool

    async def send(self, instance_id: str, delay_s: float) -> None:
        """Have the due events of an instance delivered after so many seconds."""

    async def close(self) -> None:
        """Close what was opened; what was not begun is found again by `Webhooks.wake_all`."""


@dataclass(frozen=True)
class Outlet:
    """How messages are sent, and how the data of an event is written for each kind; without `queue` by this process."""

    post: Post
    data_of: Mapping[EventKind, Callable[[Any], Mapping[str, Any]]]
    queue: Waker | None = None


class LocalWaker:
    """Delivers in this process, beside its requests."""

    is_alone = True

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._timers, self._tasks = set[asyncio.TimerHandle](), set[asyncio.Task[None]]()

    async def send(self, instance_id: str, delay_s: float) -> None:
        timer: asyncio.TimerHandle

        def start() -> None:
            self._timers.discard(timer)
            task = asyncio.get_running_loop().create_task(self._deliver(instance_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        timer = asyncio.get_running_loop().call_later(delay_s, start)
        self._timers.add(timer)

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
