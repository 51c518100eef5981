"""Background threads for bulk work: one fewer than there are cores, at lower priority than requests."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import get_native_id
from typing import TypeVar

T = TypeVar("T")
_NICENESS = 10


def _step_back() -> None:
    """Lower the priority of this thread below the thread of requests. Only Linux has a priority for each thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # not permitted, or already lower
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)


_threads = ThreadPoolExecutor(max((os.cpu_count() or 1) - 1, 1), "bulk", _step_back)


async def run_in_background(act: Callable[..., T], *values: object) -> T:
    """Run a function in a background thread, and return its result."""
    return await asyncio.get_running_loop().run_in_executor(_threads, act, *values)


async def prefetch(items: Iterator[T]) -> AsyncGenerator[T]:
    """Yield the items of an iterator while a thread prepares the next one. Its exceptions are raised here."""
    coming = asyncio.create_task(run_in_background(next, items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.create_task(run_in_background(next, items, None))
            yield item
    finally:
        with suppress(Exception):  # of an item that is no longer needed
            await coming
