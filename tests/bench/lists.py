"""Lists where many customers have live updates, and what other requests wait while those are listed or expire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from time import perf_counter

from function_app.domain.query import Equals
from function_app.domain.validity import RequestedValidity
from function_app.errors import TooManyDue
from function_app.services.list_customers import ListQuery, Page
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest

from . import people
from .measure import Better, Ratio, by_turns, scratch, seconds_each

LIVE, EXPIRING, AT_ONCE = 20_000, 50_000, 1_000
WAIT_S = 0.05
_PAIRS = 15
_LOWER: Better = "lower"
_IN_OSLO = ListQuery(Equals("City", ("Oslo",)), count=True)


def list_with_live_updates() -> Ratio:
    loop = asyncio.new_event_loop()
    with scratch() as with_live, scratch() as without:
        some, none = (loop.run_until_complete(people.open_with(Path(f), LIVE)) for f in (with_live, without))
        loop.run_until_complete(_update_all(some, LIVE, timedelta(hours=4)))
        sides = (
            lambda: seconds_each(loop, [lambda: _list(some)] * 5),
            lambda: seconds_each(loop, [lambda: _list(none)] * 5),
        )
        try:
            name = "list and count, 20,000 live updates of the attribute / none"
            return by_turns(name, 1.5, _LOWER, sides, _PAIRS)
        finally:
            for services in (some, none):
                loop.run_until_complete(services.close())
            loop.close()


def waits_for_lists() -> Ratio:
    """Measure the longest wait of a read during lists, beyond the usual p99."""

    async def run(folder: Path) -> float:
        async with _opened(folder, LIVE) as services:
            await _update_all(services, LIVE, timedelta(hours=4))

            async def lists() -> None:
                for _ in range(20):
                    await _list(services)

            return await _longest_wait(services, lists)

    with scratch() as name:
        waited = asyncio.run(run(Path(name)))
    return Ratio("longest wait of a read during such lists / p99 + 50 ms", waited, 1.0, _LOWER)


def waits_for_mass_expiry() -> Ratio:
    """Measure the longest wait of a read while very many updates end at one instant, and check the lists meanwhile."""

    async def run(folder: Path) -> float:
        async with _opened(folder, EXPIRING) as services:
            before = (await _list(services)).count
            ends = datetime.now(UTC) + timedelta(seconds=60)
            await _update_all(services, EXPIRING, ends)

            async def expire() -> None:
                await asyncio.sleep((ends - datetime.now(UTC)).total_seconds())
                begun, refused = perf_counter(), 0
                while True:
                    try:
                        count = (await _list(services)).count
                        break
                    except TooManyDue:
                        refused += 1
                        await asyncio.sleep(0.5)
                assert count == before, (count, before)
                assert refused, "nothing was to be settled"
                assert perf_counter() - begun < 60

            return await _longest_wait(services, expire)

    with scratch() as name:
        waited = asyncio.run(run(Path(name)))
    return Ratio("longest wait of a read while 50,000 updates end at once / p99 + 50 ms", waited, 1.0, _LOWER)


@asynccontextmanager
async def _opened(folder: Path, count: int) -> AsyncIterator[Services]:
    services = await people.open_with(folder, count)
    yield services
    await services.close()


async def _list(services: Services) -> Page:
    now = datetime.now(UTC)
    return await services.list_customers(await services.instances.get(people.INSTANCE, now), _IN_OSLO, now)


async def _update_all(services: Services, count: int, until: timedelta | datetime) -> None:
    """Move every customer to the city of the next one, so that as many live in each."""
    model = await services.instances.get(people.INSTANCE, datetime.now(UTC))

    async def update(number: int) -> None:
        now = datetime.now(UTC)
        ends = now + until if isinstance(until, timedelta) else until
        moved = {"City": people.profile(number + 1)["City"]}
        request = UpdateRequest(people.customer_id(number), moved, RequestedValidity(ends.isoformat()))
        await services.update_profile(model, request, now)

    for start in range(0, count, AT_ONCE):
        await asyncio.gather(*map(update, range(start, min(start + AT_ONCE, count))))


async def _longest_wait(services: Services, act: Callable[[], Awaitable[None]]) -> float:
    """Return the longest duration of a read while something happens, as a share of what is allowed."""
    model = await services.instances.get(people.INSTANCE, datetime.now(UTC))

    async def read() -> float:
        begun = perf_counter()
        await asyncio.sleep(0)
        await services.read_customer.json(model, people.customer_id(7), datetime.now(UTC))
        return perf_counter() - begun

    usual = [await read() for _ in range(2_000)]
    acting, waits = asyncio.ensure_future(act()), list[float]()
    while not acting.done():
        waits.append(await read())
        await asyncio.sleep(0.001)
    await acting
    return max(waits) / (quantiles(usual, n=100)[98] + WAIT_S)
