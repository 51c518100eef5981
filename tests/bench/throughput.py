"""Requests per second and latency of the local host, against those of `GET health` on the same host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from support.local_host import serving

from . import people
from .load import latency, rate, raw_request, requests_file
from .measure import Better, Ratio, by_turns, scratch

CUSTOMERS, READ, LIVE_UPDATES = 20_000, 200, 3
STEADY_TURNS, STEADY_PART = 30, 8
_PAIRS = 15
_HIGHER: Better = "higher"
_LOWER: Better = "lower"
_CUSTOMER = f"/api/instances/{people.INSTANCE}/data/Customer/"


def merged_read() -> Ratio:
    with host() as (port, folder):
        read, health = _read_file(folder, port), health_file(folder, port)
        sides = (lambda: rate(port, read), lambda: rate(port, health))
        return by_turns("merged read / health, requests per second", 0.65, _HIGHER, sides, _PAIRS)


def update() -> Ratio:
    with host() as (port, folder):
        write, health = _update_file(folder, port), health_file(folder, port)
        sides = (lambda: rate(port, write), lambda: rate(port, health))
        return by_turns("update / health, requests per second", 0.4, _HIGHER, sides, _PAIRS)


def read_latency() -> Ratio:
    with host() as (port, folder):
        read, health = _read_file(folder, port), health_file(folder, port)
        sides = (lambda: latency(port, read), lambda: latency(port, health))
        return by_turns("merged read / health, latency of one alone", 1.4, _LOWER, sides, _PAIRS)


def update_latency() -> Ratio:
    with host() as (port, folder):
        write, health = _update_file(folder, port), health_file(folder, port)
        sides = (lambda: latency(port, write), lambda: latency(port, health))
        return by_turns("update / health, latency of one alone", 4.0, _LOWER, sides, _PAIRS)


def steady_reads() -> Ratio:
    """Read and update for a minute in turns; compare reads of the end with those of the beginning."""
    with host() as (port, folder):
        read, write = _read_file(folder, port), _mixed_file(folder, port)
        rate(port, write), rate(port, read)
        reads = []
        for _ in range(STEADY_TURNS):
            reads.append(rate(port, read))
            rate(port, write)
        early, late = median(reads[:STEADY_PART]), median(reads[-STEADY_PART:])
    return Ratio("merged read, after a minute of updates / before, requests per second", late / early, 0.9, _HIGHER)


def _mixed_file(folder: Path, port: int) -> Path:
    """Return updates of the customers that are read."""
    updates = [
        raw_request("PATCH", _CUSTOMER + people.customer_id(number % READ), port, json.dumps(people.changes(number)))
        for number in range(4 * READ)
    ]
    return requests_file(folder, "mixed", updates)


def _read_file(folder: Path, port: int) -> Path:
    paths = [_CUSTOMER + people.customer_id(number) for number in range(READ)]
    return requests_file(folder, "read", [raw_request("GET", path, port) for path in paths])


def _update_file(folder: Path, port: int) -> Path:
    updates = [
        raw_request("PATCH", _CUSTOMER + people.customer_id(number), port, json.dumps(people.changes(number)))
        for number in range(READ, CUSTOMERS)
    ]
    return requests_file(folder, "update", updates)


def health_file(folder: Path, port: int) -> Path:
    return requests_file(folder, "health", [raw_request("GET", "/api/health", port)])


@contextmanager
def host() -> Iterator[tuple[int, Path]]:
    """Run the local host over many customers without a limit of requests; yield its port and its folder."""
    with scratch() as folder, serve_customers(folder, REQUESTS_PER_MINUTE=str(10**9)) as served:
        yield served


@contextmanager
def serve_customers(folder: str, **settings: str) -> Iterator[tuple[int, Path]]:
    """Run the local host over many customers, some of them with live updates; yield its port and its folder."""
    asyncio.run(_fill(Path(folder)))
    with serving(DATA_DIR=folder, **settings) as served:
        yield served.port, Path(folder)


async def _fill(folder: Path) -> None:
    services = await people.open_with(folder, CUSTOMERS)
    await people.update_all(services, range(READ), LIVE_UPDATES)
    await services.close()
