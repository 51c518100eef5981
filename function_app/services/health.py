"""Health: whether the store takes writes, tried rarely, however many ask."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from function_app.store.port import Store

KEPT = timedelta(seconds=5)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Health:
    """The health of the store; an outcome is kept for KEPT, because anyone may ask."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tried_at = _NEVER
        self._trial: asyncio.Future[None] | None = None

    async def check(self, now: datetime) -> None:
        """Return if the store takes writes; raises what the trial raised if not."""
        if self._trial is None or not self._tried_at <= now < self._tried_at + KEPT:
            self._tried_at, self._trial = now, asyncio.ensure_future(self._store.check())
        await asyncio.shield(self._trial)
