"""Keep what shows of customers that are due: what of their winners has ended, or shows by other types now.

Reads and lists do not need it to be exact. It keeps the customers few that they have to evaluate.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from function_app.errors import ServiceError
from function_app.services.instances import Instances
from function_app.store.port import Store

BATCH_SIZE = 200
EVERY_S: float = 60
_log = logging.getLogger(__name__)


class Settle:
    def __init__(self, store: Store, instances: Instances, clock: Callable[[], datetime]) -> None:
        self._customers, self._instances, self._clock = store.customers, instances, clock
        self._working: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Settle every customer that is due; a fault of one instance does not stop the others."""
        for instance in await self._instances.all():
            try:
                await self._settle(instance.instance_id)
            except ServiceError as error:
                _log.warning("Customers were not settled; the next minute tries again: %s", error)

    async def _settle(self, instance_id: str) -> None:
        """Settle the customers of an instance in batches, so that other requests continue."""
        found = BATCH_SIZE
        while found == BATCH_SIZE:
            now = self._clock()
            model = await self._instances.get(instance_id, now)
            found = await self._customers.settle(instance_id, model.fitting, now, BATCH_SIZE)
            await asyncio.sleep(0)

    def soon(self) -> None:
        """Start to settle beside the requests of this process, unless it is being done."""
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self())

    async def run(self) -> None:
        """Settle every minute, until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            self.soon()

    async def close(self) -> None:
        """Wait until what was begun is done."""
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)
