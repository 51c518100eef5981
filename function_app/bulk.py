"""Background threads for bulk work: one fewer than there are cores, at lower priority."""

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


def _lower_priority() -> None:
    """Lower this thread's priority, so that the thread of requests runs first; only Linux has a priority per thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # not permitted, or the priority is lower already
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)


_threads = ThreadPoolExecutor(max((os.cpu_count() or 1) - 1, 1), "bulk", _lower_priority)


async def run_in_background(act: Callable[..., T], *values: object) -> T:
    """Call a function in a background thread and return its result."""
    return await asyncio.get_running_loop().run_in_executor(_threads, act, *values)


async def prefetch(items: Iterator[T]) -> AsyncGenerator[T]:
    """Yield the items of an iterator while a background thread makes the next one; its exceptions are raised here."""
    coming = asyncio.create_task(run_in_background(next, items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.create_task(run_in_background(next, items, None))
            yield item
    finally:
        with suppress(Exception):  # of an item that is not needed any more
            await coming
