"""Keep what shows of customers that are due: what of their winners has ended, or shows by other types now.

Reads and lists do not need it to be exact. It keeps the customers few that they have to evaluate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from function_app.domain.entity import Instance
from function_app.services.each import do_each
from function_app.services.instances import Instances
from function_app.store.port import Store

BATCH_SIZE = 200
EVERY_S: float = 60


class Settle:
    def __init__(
        self,
        store: Store,
        instances: Instances,
        clock: Callable[[], datetime],
        chores: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        """`chores` are done every minute too, before the customers."""
        self._chores = chores
        self._customers, self._instances, self._clock = store.customers, instances, clock
        self._working: asyncio.Task[None] | None = None

    async def __call__(self) -> None:
        """Settle every customer that is due; a fault of one instance, or of a chore, does not stop the others."""
        await do_each((*self._chores, self._settle_all), lambda chore: chore(), "A chore was not done")

    async def _settle_all(self) -> None:
        await do_each(await self._instances.all(), self._settle, "Customers were not settled")

    async def _settle(self, instance: Instance) -> None:
        """Settle the customers of an instance in batches, so that other requests continue."""
        instance_id, found = instance.instance_id, BATCH_SIZE
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
