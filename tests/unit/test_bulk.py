from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from threading import Barrier, get_native_id
from time import sleep

import pytest
from support.process import LONG_S

from function_app.bulk import prefetch, run_in_background


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priority by thread")
async def test_bulk_work_has_lower_priority_than_the_thread_of_requests() -> None:
    before = niceness()
    assert await run_in_background(niceness) >= 10 > before
    assert niceness() == before


async def test_bulk_work_leaves_one_core_to_requests() -> None:
    most, running, seen = max((os.cpu_count() or 1) - 1, 1), set[int](), list[int]()
    together = Barrier(most)

    def work() -> None:
        running.add(get_native_id())
        together.wait(LONG_S)
        sleep(0.02)  # enough for one more to start, if the limit failed
        seen.append(len(running))
        running.discard(get_native_id())

    await asyncio.gather(*(run_in_background(work) for _ in range(4 * most)))
    assert max(seen) == most


async def test_items_come_in_order_and_exceptions_are_raised() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("broken")

    coming = prefetch(items())
    assert [await anext(coming), await anext(coming)] == [1, 2]
    with pytest.raises(ValueError, match="broken"):
        await anext(coming)
