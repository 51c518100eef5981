"""Steps of a refresh run by this process, one after the other, beside its requests."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection

from function_app.domain.job import Step
from function_app.errors import NotYetReadable, Throttled, Unavailable
from function_app.telemetry import safe_trace

_log = logging.getLogger(__name__)


class LocalWorker:
    """An in-process queue; what is left in it when the process ends is sent again by `Refresh.resume`."""

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
                self._steps.rotate(-1)  # the steps of other instances need not wait for this one
                await asyncio.sleep(0 if self.stopping else error.retry_after)
            except Exception as error:  # noqa: BLE001  # a step that always fails must not hold up the others
                _log.error("A step of a refresh failed: %s", safe_trace(error))
                self._steps.popleft()
            else:
                self._steps.popleft()

    async def close(self) -> None:
        """Stop at the next batch of rows."""
        self.stopping = True
        if self._working is not None:
            await self._working
