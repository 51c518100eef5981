"""Writes in time: one that takes longer than the feed trails would come to light behind its cursors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from function_app.domain.feed import WRITE_WITHIN
from function_app.errors import Unavailable


@asynccontextmanager
async def in_time() -> AsyncIterator[None]:
    """Give up with Unavailable once a write takes longer than it may."""
    try:
        async with asyncio.timeout(WRITE_WITHIN.total_seconds()):
            yield
    except TimeoutError:
        raise Unavailable from None
