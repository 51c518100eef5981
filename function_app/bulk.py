"""Bulk work beside requests: in threads of its own, on all processors but one and after everybody else."""

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
    """Let the thread of requests run the moment it can; Linux alone counts priority by thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # where it may not, or is further back already
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)


_threads = ThreadPoolExecutor(max((os.cpu_count() or 1) - 1, 1), "bulk", _step_back)


async def run_in_background(act: Callable[..., T], *values: object) -> T:
    """Return what a function returns that runs in such a thread."""
    return await asyncio.get_running_loop().run_in_executor(_threads, act, *values)


async def prefetch(items: Iterator[T]) -> AsyncGenerator[T]:
    """Yield what an iterator yields while a thread makes the next one; its exceptions come through."""
    coming = asyncio.create_task(run_in_background(next, items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.create_task(run_in_background(next, items, None))
            yield item
    finally:
        with suppress(Exception):  # of an item nobody waits for any more
            await coming
