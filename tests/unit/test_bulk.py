from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from threading import get_native_id

import pytest

from function_app.bulk import ahead, aside


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priority by thread")
async def test_bulk_work_comes_after_the_thread_of_requests() -> None:
    before = niceness()
    assert await aside(niceness) >= 10 > before
    assert niceness() == before


async def test_items_come_in_order_and_what_goes_wrong_comes_through() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("broken")

    coming = ahead(items())
    assert [await anext(coming), await anext(coming)] == [1, 2]
    with pytest.raises(ValueError, match="broken"):
        await anext(coming)
