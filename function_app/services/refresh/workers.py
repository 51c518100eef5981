"""Steps of a refresh done by this process, one after the other, beside its requests."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection

from function_app.domain.job import Step
from function_app.errors import NotYetReadable, Throttled, Unavailable


class LocalWorker:
    """A queue of its own; what is left in it when the process ends is sent again by `Refresh.resume`."""

    def __init__(self, handle: Callable[[Step], Awaitable[None]]) -> None:
        self._handle = handle
        self.stopping = False
        self._steps: deque[Step] = deque()
        self._working: asyncio.Task[None] | None = None

    async def send(self, steps: Collection[Step]) -> None:
        self._steps.extend(steps)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._steps and not self.stopping:
            try:
                await self._handle(self._steps[0])
            except NotYetReadable:  # one worker sees all that it wrote: what is not there now never comes
                self._steps.popleft()
            except (Throttled, Unavailable) as error:
                await asyncio.sleep(0 if self.stopping else error.retry_after)
            else:
                self._steps.popleft()

    async def close(self) -> None:
        """Stop at the next batch of rows."""
        self.stopping = True
        if self._working is not None:
            await self._working
