"""What a merged read costs in process as the store and the customer grow."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from function_app.services.instances import Model
from function_app.services.suite import Suite
from function_app.store import documents
from function_app.store.documents import PROFILES
from function_app.store.embedded.database import INSERT, Row, row_of

from . import people
from .measure import Better, Ratio, by_turns, scratch, seconds_each

MANY, FEW = 1_000_000, 1_000
_PAIRS = 25
_LOWER: Better = "lower"
_Call = Callable[[], Awaitable[object]]


def many_profiles() -> Ratio:
    """Read random customers out of all of them, as callers do: a fresh sample each turn."""
    loop, random = asyncio.new_event_loop(), Random(11)  # noqa: S311  # whom to read, no secret
    with scratch() as large, scratch() as small:
        stores = [loop.run_until_complete(people.open_with(Path(folder), FEW)) for folder in (large, small)]
        _fill(Path(large))
        now = datetime.now(UTC)

        def reads(services: Suite, count: int) -> list[_Call]:
            read, numbers = services.store.customers.read, [random.randrange(count) for _ in range(2_000)]
            return [partial(read, people.INSTANCE, people.customer_id(number), now) for number in numbers]

        sides = (
            lambda: seconds_each(loop, reads(stores[0], MANY)),
            lambda: seconds_each(loop, reads(stores[1], FEW)),
        )
        try:
            return by_turns("read cost, 1,000,000 / 1,000 profiles", 1.2, _LOWER, sides, _PAIRS)
        finally:
            _close(loop, stores)


def many_updates() -> Ratio:
    """Read customers whose updates all still matter."""
    loop, numbers = asyncio.new_event_loop(), range(100)
    with scratch() as folder:
        services = loop.run_until_complete(people.open_with(Path(folder), len(numbers) * 2))

        async def prepare() -> Model:
            for number in numbers:
                await people.lay_over(services.store, number, 1)
                await people.lay_over(services.store, len(numbers) + number, 50)
            return await services.instances.get(people.INSTANCE, datetime.now(UTC))

        model, now = loop.run_until_complete(prepare()), datetime.now(UTC)

        def reads(first: int) -> Sequence[_Call]:
            ids = [people.customer_id(first + number) for number in numbers]
            return [partial(services.read_customer, model, each, now) for each in ids]

        single, layered = reads(0), reads(len(numbers))
        sides = (lambda: seconds_each(loop, layered), lambda: seconds_each(loop, [*single] * 10))
        try:
            return by_turns("read cost, 50 / 1 live updates", 2.0, _LOWER, sides, _PAIRS)
        finally:
            _close(loop, [services])


def _fill(folder: Path) -> None:
    """Add the profiles beyond the first ones straight to the file, as rows of the store's own making."""
    with closing(sqlite3.connect(folder / "profiles.sqlite")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            connection.executemany(INSERT.format(PROFILES), _rows())
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows() -> Iterator[Row]:
    for number in range(FEW, MANY):
        yield row_of(documents.profile_document(people.INSTANCE, people.customer_id(number), people.profile(number)))


def _close(loop: asyncio.AbstractEventLoop, stores: Sequence[Suite]) -> None:
    for services in stores:
        loop.run_until_complete(services.close())
    loop.close()
