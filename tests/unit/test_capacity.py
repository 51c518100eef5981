"""What a worker accepts: large requests in turns, in the order in which they came, and none that would be late."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import azure.functions as func
import pytest

from function_app.api import allowance, capacity
from function_app.api.allowance import caller_has_left
from function_app.api.capacity import MAX_SMALL, Capacity, size_of
from function_app.api.opaque import encode
from function_app.api.operation import Operation
from function_app.bootstrap import OPERATIONS
from function_app.errors import Busy

BY_ID = {operation.id: operation for operation in OPERATIONS}
BATCH, LIST = BY_ID["UpdateCustomers"], BY_ID["ListCustomers"]
LATE_S = 1e6


class Time:
    """The seconds that have passed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        for module in (allowance, capacity):
            monkeypatch.setattr(module, "monotonic", lambda: self.now)


async def hold(capacity: Capacity, done: asyncio.Event, size: int = 1, operation: Operation = BATCH) -> None:
    async with capacity.turn(operation, size):
        await done.wait()


async def begun() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_large_requests_take_turns_in_the_order_in_which_they_came() -> None:
    capacity, order = Capacity(begin_within_s=LATE_S), list[str]()

    async def work(name: str) -> None:
        async with capacity.turn(BATCH, 1):
            order.append(f"{name} begins")
            await begun()
            order.append(f"{name} ends")

    await asyncio.gather(*map(work, "abc"))
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_reads_do_not_wait_for_writes_nor_small_requests_for_large_ones() -> None:
    capacity, done = Capacity(begin_within_s=LATE_S), asyncio.Event()
    writing = asyncio.create_task(hold(capacity, done))
    await begun()
    async with capacity.turn(LIST, 1_000):
        capacity.begin_small()
        assert not writing.done()
    done.set()
    await writing


async def test_what_could_not_begin_in_time_is_refused_at_once_with_the_seconds_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time, capacity, done = Time(monkeypatch), Capacity(begin_within_s=5), asyncio.Event()
    async with capacity.turn(BATCH, 1_000):
        time.now += 4  # 4 ms a byte
    first = asyncio.create_task(hold(capacity, done, 4_000))
    await begun()
    with pytest.raises(Busy) as refused:
        await hold(capacity, done, 4_000)
    assert refused.value.retry_after == pytest.approx(4_000 * 0.001, rel=0.01)
    second = asyncio.create_task(hold(capacity, done, 500))
    await begun()
    done.set()
    await asyncio.gather(first, second)


async def test_one_that_would_be_late_is_accepted_if_nothing_is_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    time, capacity, done = Time(monkeypatch), Capacity(begin_within_s=5), asyncio.Event()
    done.set()
    for _ in range(3):
        async with capacity.turn(BATCH, 1):
            time.now += 100
        await hold(capacity, done)


async def test_one_that_would_be_late_is_accepted_while_there_are_free_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    time, capacity, done = Time(monkeypatch), Capacity(at_once=4, begin_within_s=5), asyncio.Event()
    async with capacity.turn(BATCH, 1):
        time.now += 100
    working = [asyncio.create_task(hold(capacity, done)) for _ in range(4)]
    await begun()
    with pytest.raises(Busy):
        await hold(capacity, done)
    done.set()
    await asyncio.gather(*working)


@pytest.mark.parametrize(("seconds", "expected"), [(4, 100), (400, 400)])
async def test_one_that_was_cut_short_shows_only_that_it_takes_at_least_so_long(
    monkeypatch: pytest.MonkeyPatch, seconds: float, expected: float
) -> None:
    time, capacity, done = Time(monkeypatch), Capacity(begin_within_s=1_000), asyncio.Event()
    for _ in range(50):
        async with capacity.turn(BATCH, 1_000):
            time.now += 100
    for _ in range(50):
        with suppress(TimeoutError):
            async with capacity.turn(BATCH, 1_000):
                time.now += seconds
                raise TimeoutError
    first = asyncio.create_task(hold(capacity, done, 1_000))
    await begun()
    with pytest.raises(Busy) as refused:
        await hold(capacity, done, 1_000_000)
    assert refused.value.retry_after == pytest.approx(expected, rel=0.01)
    done.set()
    await first


async def test_one_whose_turn_comes_too_late_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    time, capacity, done = Time(monkeypatch), Capacity(begin_within_s=5), asyncio.Event()
    first, second = (asyncio.create_task(hold(capacity, done)) for _ in range(2))
    await begun()
    time.now += 5
    done.set()
    await first
    with pytest.raises(Busy):
        await second


async def test_one_whose_caller_has_left_does_not_begin() -> None:
    capacity, done, left = Capacity(begin_within_s=LATE_S), asyncio.Event(), list[bool]()
    first = asyncio.create_task(hold(capacity, done))
    await begun()
    caller_has_left.set(lambda: bool(left))
    second = asyncio.create_task(hold(capacity, done))
    await begun()
    left.append(True)
    done.set()
    await first
    with pytest.raises(Busy):
        await second


async def test_one_that_gives_up_leaves_no_trace() -> None:
    capacity, done = Capacity(begin_within_s=LATE_S), asyncio.Event()
    first = asyncio.create_task(hold(capacity, done))
    waiting = [asyncio.create_task(hold(capacity, asyncio.Event())) for _ in range(3)]
    await begun()
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    done.set()
    await first
    async with asyncio.timeout(60):
        await hold(capacity, done)


def test_too_many_small_requests_are_refused() -> None:
    capacity = Capacity()
    for _ in range(MAX_SMALL):
        capacity.begin_small()
    with pytest.raises(Busy):
        capacity.begin_small()
    capacity.end_small()
    capacity.begin_small()


@pytest.mark.parametrize(
    ("operation", "size", "asked"),
    [
        ("UpdateCustomers", 0, {"body": b" " * 16_384}),
        ("CreateActivities", 16_385, {"body": b" " * 16_385}),
        ("CreateActivities", 0, {"body": b" " * 262_145}),
        ("UpdateCustomer", 0, {"body": b" " * 200_000}),
        ("ListCustomers", 0, {}),
        ("ListCustomers", 0, {"params": {"$top": "100"}}),
        ("ListCustomers", 101, {"params": {"$top": "101"}}),
        ("ListCustomers", 1_000, {"params": {"$top": "999999999"}}),
        ("ListCustomers", 0, {"params": {"$top": "x"}, "headers": {"prefer": "odata.maxpagesize=20"}}),
        ("ListCustomers", 500, {"headers": {"Prefer": "odata.maxpagesize=500"}}),
        ("ListCustomers", 1_000, {"headers": {"Prefer": "odata.maxpagesize=900000000"}}),
        ("ListCustomers", 500, {"params": {"$skiptoken": encode([["c1"], "digest", 500])}}),
        ("ListCustomers", 0, {"params": {"$skiptoken": "nonsense"}}),
        ("ListCustomers", 0, {"params": {"$top": "0000000000999"}}),
        ("ListCustomers", 1_000, {"params": {"$expand": "UnifiedActivity"}}),
        ("ListActivities", 1_000, {"params": {"$top": "1000"}}),
        ("ListLiveUpdates", 1_000, {"params": {"$top": "1000"}}),
        ("GetCustomer", 0, {"params": {"$top": "1000"}}),
    ],
)
def test_batches_are_large_by_bytes_and_pages_by_rows(operation: str, size: int, asked: dict[str, Any]) -> None:
    request = func.HttpRequest("GET", "http://localhost", **{"headers": {}, "params": {}, "body": b"", **asked})
    assert size_of(BY_ID[operation], request) == size
