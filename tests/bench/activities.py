"""Activities through the local host: single posts, batches, and growing timelines."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

from function_app.domain.activity import activity_of_unified
from function_app.domain.query import ActivityQuery
from function_app.services.services import Services

from . import people
from .load import CONNECTIONS, rate, raw_request, requests_file
from .measure import Better, Ratio, by_turns, scratch, seconds_each
from .throughput import health_file, host

BATCH, LONG, SHORT = 500, 100_000, 100
_PAIRS = 15
_HIGHER: Better = "higher"
_POST = f"/api/instances/{people.INSTANCE}/data/UnifiedActivity"


def post() -> Ratio:
    with host() as (port, folder):
        posts = [raw_request("POST", _POST, port, json.dumps(people.event(number % 1_000))) for number in range(60_000)]
        single, health = requests_file(folder, "post", posts), health_file(folder, port)
        sides = (lambda: rate(port, single), lambda: rate(port, health))
        return by_turns("activity post / health, requests per second", 0.35, _HIGHER, sides, _PAIRS)


def batch() -> Ratio:
    """Return activities per second in batches, against single posts on the same number of connections."""
    with host() as (port, folder):

        def by_batch() -> float:
            bodies = [
                json.dumps({"items": [people.event(n % 1_000) for n in range(BATCH)]}) for _ in range(CONNECTIONS)
            ]
            requests = [raw_request("POST", f"{_POST}/batch", port, body) for body in bodies]
            return asyncio.run(_send_all(port, requests)) * BATCH

        def singly() -> float:
            posts = [
                raw_request("POST", _POST, port, json.dumps(people.event(number % 1_000))) for number in range(8_000)
            ]
            return rate(port, requests_file(folder, "post", posts))

        return by_turns("activities of a batch / posted singly, per second", 4.0, _HIGHER, (by_batch, singly), 8)


async def _send_all(port: int, requests: list[str]) -> float:
    """Send each request on its own connection, all concurrently; return the responses per second."""
    begun = perf_counter()
    await asyncio.gather(*(_send(port, request) for request in requests))
    return len(requests) / (perf_counter() - begun)


async def _send(port: int, request: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(head)
    await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
    writer.close()


def long_timeline() -> Ratio:
    """Return the time of the first page of a customer with many activities, against one with few."""
    loop = asyncio.new_event_loop()
    with scratch() as folder:
        services = loop.run_until_complete(people.open_with(Path(folder), 2))
        loop.run_until_complete(_fill(services))
        find, now = services.store.activities.find, datetime.now(UTC)
        pages = [
            [partial(find, people.INSTANCE, ActivityQuery(people.customer_id(number)), 51, now)] * 50
            for number in (0, 1)
        ]
        sides = (lambda: seconds_each(loop, pages[0]), lambda: seconds_each(loop, pages[1]))
        try:
            return by_turns("first timeline page, 100,000 / 100 activities", 1.5, "lower", sides, 25)
        finally:
            loop.run_until_complete(services.close())
            loop.close()


async def _fill(services: Services) -> None:
    now = datetime.now(UTC)
    events = [people.event(0) for _ in range(LONG)] + [people.event(1) for _ in range(SHORT)]
    for start in range(0, len(events), 2_000):
        activities = [
            activity_of_unified(event, event["ActivityId"], now + timedelta(days=30))
            for event in events[start : start + 2_000]
        ]
        await services.store.activities.create(people.INSTANCE, activities, now)
