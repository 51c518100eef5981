from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from threading import get_native_id
from time import sleep

import pytest

from function_app.bulk import prefetch, run_in_background


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priority by thread")
async def test_bulk_work_has_lower_priority_than_the_thread_of_requests() -> None:
    before = niceness()
    assert await run_in_background(niceness) >= 10 > before
    assert niceness() == before


async def test_bulk_work_leaves_one_core_to_requests() -> None:
    cores, running, seen = os.cpu_count() or 1, set[int](), list[int]()

    def work() -> None:
        running.add(get_native_id())
        sleep(0.02)
        seen.append(len(running))
        running.discard(get_native_id())

    await asyncio.gather(*(run_in_background(work) for _ in range(2 * cores + 2)))
    assert max(seen) == max(cores - 1, 1)


async def test_items_come_in_order_and_exceptions_are_raised() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("broken")

    coming = prefetch(items())
    assert [await anext(coming), await anext(coming)] == [1, 2]
    with pytest.raises(ValueError, match="broken"):
        await anext(coming)
