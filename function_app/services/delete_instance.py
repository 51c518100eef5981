"""Delete an instance: its definition at once, everything else in pieces, which any worker continues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from function_app import error_codes
from function_app.domain.access import Change
from function_app.domain.deletion import Deletion
from function_app.errors import ServiceError
from function_app.services.access import Access
from function_app.services.each import do_each
from function_app.services.instances import CompiledInstance, Instances
from function_app.store.port import Store

OPEN_FOR = timedelta(minutes=5)
"""How long a deletion is repeated at least: other workers may have the definition for a minute, and write by it."""
PIECE = 500


class DeleteInstance:
    def __init__(self, store: Store, instances: Instances, access: Access, clock: Callable[[], datetime]) -> None:
        self._store, self._instances, self._access, self._clock = store, instances, access, clock
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self, model: CompiledInstance, name: str, by: str, now: datetime) -> Deletion:
        """Record and begin the deletion of an instance; ServiceError if this is not its name."""
        instance_id = model.instance.instance_id
        if name != model.instance.name:
            message = "'name' must repeat the name of the instance, as 'GET instances/{instanceId}' returns it."
            raise ServiceError(error_codes.NAME_NOT_CONFIRMED(message, "name"))
        await self._store.access.record_change(instance_id, Change(now, by, "deleteInstance", "instance", name))
        deletion = Deletion(now, by)
        await self._store.deletions.write(instance_id, deletion)
        self._forget(instance_id)
        return deletion

    async def resume(self) -> None:
        """Remove what is left of every instance that is being deleted; record the end of each."""
        async with self._one_at_a_time:
            await do_each(await self._store.deletions.list(), self._remove, "A deletion was not continued")

    async def _remove(self, opened: tuple[str, Deletion]) -> None:
        instance_id, deletion = opened
        self._forget(instance_id)
        await self._store.deletions.write(instance_id, deletion)  # the definition too, if that was not removed
        while count := await self._store.deletions.remove_some(instance_id, PIECE):
            deletion = replace(deletion, removed=deletion.removed + count)
            await self._store.deletions.write(instance_id, deletion)
            await asyncio.sleep(0)
        now = self._clock()
        if now - deletion.requested_at >= OPEN_FOR:
            detail = f"{deletion.removed} documents"
            change = Change(now, deletion.requested_by, "instanceDeleted", "instance", detail)
            await self._store.access.record_change(instance_id, change)
            await self._store.deletions.end(instance_id)

    def _forget(self, instance_id: str) -> None:
        self._instances.drop(instance_id)
        self._access.drop(instance_id)
