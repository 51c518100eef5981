from __future__ import annotations

import asyncio
import time

from support.turns import watched


async def spend(seconds: float) -> None:
    await asyncio.sleep(0)
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_a_turn_that_computes_for_long_is_reported() -> None:
    reported: list[float] = []
    with watched(reported.append, 0.02):
        asyncio.run(spend(0.03))
    assert len(reported) == 1
    assert reported[0] > 0.02


def test_a_turn_that_waits_for_a_processor_or_a_disk_is_not() -> None:
    async def wait() -> None:
        time.sleep(0.03)  # noqa: ASYNC251  # what is tested

    reported: list[float] = []
    with watched(reported.append, 0.02):
        asyncio.run(wait())
    assert reported == []


def test_afterwards_no_turn_is_reported() -> None:
    reported: list[float] = []
    with watched(reported.append, 0.0):
        pass
    asyncio.run(spend(0))
    assert reported == []
