"""Long work: in threads, bulk work in background ones, one fewer than there are cores; or item by item."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from threading import get_native_id
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")
_NICENESS = 10


def _lower_priority() -> None:
    """Lower this thread's priority, so that the thread of requests runs first; only Linux has a priority per thread."""
    if sys.platform == "linux":
        with suppress(OSError):  # not permitted, or the priority is lower already
            os.setpriority(os.PRIO_PROCESS, get_native_id(), _NICENESS)


_threads = ThreadPoolExecutor(max((os.cpu_count() or 1) - 1, 1), "bulk", _lower_priority)


async def run_in_thread(act: Callable[..., T], *values: object, threads: Executor | None = None) -> T:
    """Call a function in a thread and return its result.

    If the caller is cancelled, it ends when the function has: what that uses is then free, and may be closed.
    """
    running = asyncio.get_running_loop().run_in_executor(threads, act, *values)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


async def run_in_background(act: Callable[..., T], *values: object) -> T:
    """Call a function in a background thread, of lower priority, and return its result."""
    return await run_in_thread(act, *values, threads=_threads)


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


async def in_turn(
    items: Sequence[T], act: Callable[[int, T], Awaitable[U]], at_once: int, may_begin: Callable[[], bool], left: U
) -> list[U]:
    """Act on items with their index, so many at once, and return the results in order.

    Other tasks run between two items. Of an item that may not begin any more the result is `left`.
    """
    results, coming = [left] * len(items), iter(enumerate(items))

    async def work() -> None:
        for index, item in coming:
            if may_begin():
                results[index] = await act(index, item)
                await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(min(at_once, len(items)))))
    return results
