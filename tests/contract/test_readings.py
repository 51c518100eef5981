from __future__ import annotations

from datetime import timedelta

from support import INSTANCE, NOW

from function_app.domain.access import Sender
from function_app.domain.reading import KEPT_DAYS, Reading
from function_app.store.port import Store

RITA = Sender("rita-1", "user", "Rita Reader")
DAY = timedelta(days=1)
OTHER = "00000000-0000-4000-8000-000000000002"


def read(days: float, *customers: str) -> Reading:
    return Reading(NOW - days * DAY, RITA, "GetCustomer", customers)


async def test_reads_that_name_a_customer_come_back_oldest_first(store: Store) -> None:
    for reading in (read(0, "ada"), read(2, "bob", "ada"), read(1, "bob"), read(0, "a"), read(0)):
        await store.readings.write(INSTANCE, reading)
    await store.readings.write(OTHER, read(0, "ada"))
    assert await store.readings.of_customer(INSTANCE, "ada", NOW) == [read(2, "bob", "ada"), read(0, "ada")]


async def test_two_reads_at_one_instant_are_two(store: Store) -> None:
    for _ in range(2):
        await store.readings.write(INSTANCE, read(0, "ada"))
    assert len(await store.readings.of_customer(INSTANCE, "ada", NOW)) == 2


async def test_reads_are_found_until_they_are_no_longer_kept(store: Store) -> None:
    for days in (KEPT_DAYS, KEPT_DAYS + 1.5):
        await store.readings.write(INSTANCE, read(days, "ada"))
    assert await store.readings.of_customer(INSTANCE, "ada", NOW) == [read(KEPT_DAYS, "ada")]


async def test_a_customer_that_is_forgotten_is_named_by_no_read_and_others_stay(store: Store) -> None:
    for reading in (read(1, "ada", "bob"), read(0, "ada")):
        await store.readings.write(INSTANCE, reading)
    await store.readings.forget(INSTANCE, "ada", NOW - timedelta(days=KEPT_DAYS), NOW)
    assert await store.readings.of_customer(INSTANCE, "ada", NOW) == []
    assert await store.readings.of_customer(INSTANCE, "bob", NOW) == [read(1, "bob")]
