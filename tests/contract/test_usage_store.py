from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import attrgetter

from support import INSTANCE, NOW

from function_app.domain.usage import Series, Tally, UsageCount, hour_of
from function_app.store.port import Store

HOUR = timedelta(hours=1)
FIRST = hour_of(NOW)
GET = Series("GetCustomer", "Customer", "Åse's flow", 200, None)
BAD = Series("UpdateCustomer", None, "u-1", 400, "WrongType")


def counted(hour: datetime, series: Series = GET, count: int = 1) -> UsageCount:
    return UsageCount(hour, series, Tally(count, 0, 2, 3, Counter({-12: count})))


def in_order(found: Iterable[UsageCount]) -> list[UsageCount]:
    return sorted(found, key=attrgetter("hour", "series.operation", "tally.count"))


async def test_usage_without_counts_is_empty(store: Store) -> None:
    assert list(await store.usage.read(INSTANCE, NOW - timedelta(days=30), NOW)) == []


async def test_counts_come_back_as_they_were_written(store: Store) -> None:
    counts = [counted(FIRST), counted(FIRST, BAD, 7)]
    await store.usage.write(INSTANCE, FIRST, "w1", counts)
    assert in_order(await store.usage.read(INSTANCE, FIRST, FIRST + HOUR)) == counts


async def test_a_worker_replaces_what_it_wrote_and_leaves_what_others_wrote(store: Store) -> None:
    await store.usage.write(INSTANCE, FIRST, "w1", [counted(FIRST)])
    await store.usage.write(INSTANCE, FIRST, "w2", [counted(FIRST, count=3)])
    await store.usage.write(INSTANCE, FIRST, "w1", [counted(FIRST, count=2)])
    found = in_order(await store.usage.read(INSTANCE, FIRST, FIRST + HOUR))
    assert [each.tally.count for each in found] == [2, 3]


async def test_hours_are_read_from_the_first_to_before_the_end_across_days(store: Store) -> None:
    hours = [FIRST + n * HOUR for n in range(-30, 30, 6)]
    for hour in hours:
        await store.usage.write(INSTANCE, hour, "w1", [counted(hour)])
    found = in_order(await store.usage.read(INSTANCE, hours[1], hours[8]))
    assert [each.hour for each in found] == hours[1:8]


async def test_usage_does_not_cross_instances(store: Store) -> None:
    await store.usage.write(INSTANCE, FIRST, "w1", [counted(FIRST)])
    assert list(await store.usage.read(INSTANCE + "0", FIRST, FIRST + HOUR)) == []
