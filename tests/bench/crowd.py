"""A crowd at the local host: batches of 500 by many clients, and single requests beside them.

The clients are other processes. One that is refused waits as `Retry-After` says, and sends its batch again.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from function_app.api.capacity import Capacity
from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.local.host import Host
from function_app.local.wire import Request
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

from . import people
from .load import raw_request
from .measure import ROOT, Better, Ratio
from .throughput import CUSTOMERS, host

BATCH, CROWD, REFUSALS = 500, 64, 500
SECONDS, SINGLES_S, ROUNDS = 12, 10, 3
TURNS, TURN_S = 7, 8
_SETTLE_S = 2  # a crowd sends all its first batches at once
_EVERY_S = 0.02
_NUMBER = b"#######@"
_HIGHER: Better = "higher"
_LOWER: Better = "lower"
_DATA = f"/api/instances/{people.INSTANCE}/data"
_PEOPLE = f"{_DATA}/Customer"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"retry-after: *(\d+)", re.IGNORECASE)


def batches_by_clients() -> Ratio:
    """Return the least throughput of batches with 8, 64 and 256 clients, against the best.

    Each number of clients has its own host, as updates make the file longer. All are measured in turns, because the
    disk is not equally fast at all times; the medians are compared.
    """
    with ExitStack() as stack:
        ports = {clients: stack.enter_context(host())[0] for clients in (8, 64, 256)}
        turns = [
            [_ask("updates", port, clients, TURN_S)["items"] for clients, port in ports.items()] for _ in range(TURNS)
        ]
    rates = [median(of_clients) for of_clients in zip(*turns, strict=True)]
    return Ratio("updates in batches, fewest / most by 8, 64, 256 clients", min(rates) / max(rates), 0.9, _HIGHER)


def slowest_batch() -> Ratio:
    """Return the longest time of a batch or its refusal with 256 clients, against the limit of 25 s."""
    with host() as (port, _):
        slowest = _ask("updates", port, 256, SECONDS)["slowest"]
    return Ratio("slowest answer to 256 clients with batches / 25 s", slowest / 25, 1.0, _LOWER)


def reads_beside_batches() -> Ratio:
    return _beside("read", "updates")


def updates_beside_batches() -> Ratio:
    return _beside("update", "updates")


def reads_beside_batches_of_activities() -> Ratio:
    return _beside("read", "activities")


def updates_beside_batches_of_activities() -> Ratio:
    return _beside("update", "activities")


def refused_batch() -> Ratio:
    """Return the median time in the process until a batch is refused, against a millisecond."""
    with TemporaryDirectory() as folder:
        took = asyncio.run(_refuse(Path(folder)))
    return Ratio("refusal of a batch of 500 / 1 ms", median(took) / 0.001, 1.0, _LOWER)


async def _refuse(folder: Path) -> list[float]:
    services, capacity, took = Services(EmbeddedStore(folder)), Capacity(begin_within_s=0.001), list[float]()
    await services.instances.define(people.INSTANCE, people.definition(), datetime.now(UTC))
    runtime = Runtime(services, authenticate_local, lambda: datetime.now(UTC), capacity=capacity)
    host = Host(create_app(OPERATIONS, lambda: runtime))
    _, _, body = _batch("updates", 0, 0).partition(b"\r\n\r\n")
    head = {"host": "localhost", "content-type": "application/json", "content-length": str(len(body))}
    request = Request("POST", f"{_PEOPLE}/batch", head, body, keep_alive=True)
    async with capacity.turn(next(each for each in OPERATIONS if each.id == "UpdateCustomers"), 1):
        for _ in range(REFUSALS):
            begun = perf_counter()
            response = await host.answer(request)
            took.append(perf_counter() - begun)
            if response.status != 503:  # Service Unavailable
                raise RuntimeError(response.status)
    await services.close()
    return took


def _beside(kind: str, items: str) -> Ratio:
    """Return the p99 of single requests beside 64 clients with batches of these items, against that alone."""
    with host() as (port, _):
        alone = min(_ask(kind, port)["p99"] for _ in range(ROUNDS))
        with _running(items, port, CROWD, SECONDS * ROUNDS + 5):
            beside = min(_ask(kind, port)["p99"] for _ in range(ROUNDS))
    return Ratio(
        f"p99 of a single {kind} beside 64 clients with batches of {items} / alone", beside / alone, 3.0, _LOWER
    )


def _command(kind: str, port: int, clients: int, seconds: int) -> list[str]:
    return [sys.executable, "-m", "bench.crowd", kind, str(port), str(clients), str(seconds)]


def _ask(kind: str, port: int, clients: int = 1, seconds: int = SINGLES_S) -> dict[str, float]:
    said = subprocess.run(_command(kind, port, clients, seconds), cwd=ROOT, check=True, capture_output=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


@contextmanager
def _running(kind: str, port: int, clients: int, seconds: int) -> Iterator[None]:
    with subprocess.Popen(_command(kind, port, clients, seconds), cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


class _Connection:
    """One connection that sends requests and reads their answers."""

    async def open(self, port: int) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)

    async def send(self, request: bytes) -> tuple[int, int]:
        """Return the status, and after how many seconds to send it again."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if length := _LENGTH.search(head):
            await self._reader.readexactly(int(length[1]))
        retry = _RETRY.search(head)
        return int(head[9:12]), int(retry[1]) if retry else 0


async def _batches(what: str, port: int, clients: int, seconds: int) -> dict[str, float]:
    """Return how many items a second were written once the crowd has settled, and the longest time to an answer."""
    since = perf_counter() + _SETTLE_S
    until, items, slowest = since + seconds, 0, 0.0
    made = cycle([_batch(what, port, first) for first in range(0, CUSTOMERS, BATCH)])
    requests = (request.replace(_NUMBER, b"%08d" % number) for number, request in enumerate(made))

    async def client() -> None:
        nonlocal items, slowest
        connection = _Connection()
        await connection.open(port)
        while perf_counter() < until:
            begun = perf_counter()
            status, retry = await connection.send(next(requests))
            slowest = max(slowest, perf_counter() - begun)
            if status == 200:  # OK
                items += BATCH * (since < perf_counter() < until)
            elif status != 503:  # Service Unavailable
                raise RuntimeError(status)
            await asyncio.sleep(min(retry, max(0.0, until - perf_counter())))

    await asyncio.gather(*(client() for _ in range(clients)))
    return {"items": items / seconds, "slowest": slowest}


def _batch(what: str, port: int, first: int) -> bytes:
    """Return a request with an item for each of 500 customers; of activities, all with `_NUMBER` in their ids."""
    customers = range(first, first + BATCH)
    if what == "updates":
        items = [{"CustomerId": people.customer_id(number), "City": f"City {number}"} for number in customers]
        return raw_request("POST", f"{_PEOPLE}/batch", port, json.dumps({"items": items})).encode()
    items = [people.event(number) | {"ActivityId": f"{number}-{_NUMBER.decode()}"} for number in customers]
    return raw_request("POST", f"{_DATA}/UnifiedActivity/batch", port, json.dumps({"items": items})).encode()


async def _singles(port: int, request: Callable[[int], bytes], seconds: int) -> dict[str, float]:
    """Return the 99th percentile of the seconds of requests at a constant rate, one after another."""
    connection, took, until = _Connection(), list[float](), perf_counter() + seconds
    await connection.open(port)
    for number in count():
        begun = perf_counter()
        if begun > until:
            break
        status, _ = await connection.send(request(number))
        if status >= 300:  # not a success
            raise RuntimeError(status)
        took.append(perf_counter() - begun)
        await asyncio.sleep(_EVERY_S)
    return {"p99": sorted(took)[len(took) * 99 // 100]}


def _measured(kind: str, port: int, clients: int, seconds: int) -> Coroutine[Any, Any, dict[str, float]]:
    def read(number: int) -> bytes:
        return raw_request("GET", f"{_PEOPLE}/{people.customer_id(number)}", port).encode()

    def update(number: int) -> bytes:
        body = json.dumps(people.changes(number))
        return raw_request("PATCH", f"{_PEOPLE}/{people.customer_id(number)}", port, body).encode()

    if kind in {"updates", "activities"}:
        return _batches(kind, port, clients, seconds)
    return _singles(port, read if kind == "read" else update, seconds)


if __name__ == "__main__":
    _kind, *_numbers = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(_measured(_kind, *map(int, _numbers)))))
