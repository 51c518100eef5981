"""Open customer cards, and the writes of machines beside them, under the usual limit of requests per minute."""

from __future__ import annotations

import asyncio
import re
from time import perf_counter

from . import people
from .load import raw_request
from .measure import Better, Ratio, scratch
from .throughput import CUSTOMERS, serve_customers

CARDS, SECONDS, WRITES_A_SECOND = 200, 70, 20
_LOWER: Better = "lower"
_TAG = re.compile(rb"^etag: *(.+?)\r$", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_INSTANCE = f"/api/instances/{people.INSTANCE}"
_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def writes_beside_cards() -> Ratio:
    """Measure updates while 200 cards are open, each as while someone is active; RuntimeError if one is refused."""
    with scratch() as folder, serve_customers(folder) as (port, _):
        beside, alone, polls, throttled = asyncio.run(_measure(port))
    name = f"update beside {CARDS} cards ({polls} polls, {throttled} throttled) / alone, mean latency"
    return Ratio(name, beside / alone, 5.0, _LOWER)


async def _measure(port: int) -> tuple[float, float, int, int]:
    alone = await _write(port, SECONDS // 7)
    polled: list[int] = []
    cards = [asyncio.create_task(_card(port, number, polled)) for number in range(CARDS)]
    beside = await _write(port, SECONDS)
    for card in cards:
        card.cancel()
    return beside, alone, len(polled), sum(status == 429 for status in polled)  # Too Many Requests


async def _write(port: int, seconds: int) -> float:
    """Send updates at a steady rate; return the mean seconds of one."""
    connection, took = await asyncio.open_connection("127.0.0.1", port), 0.0
    for number in range(seconds * WRITES_A_SECOND):
        path = f"{_INSTANCE}/data/Customer/{people.customer_id(number % CUSTOMERS)}"
        begun = perf_counter()
        status, _ = await _send(connection, raw_request("PATCH", path, port, '{"City": "Oslo"}'))
        if status != 204:  # No Content
            raise RuntimeError(f"An update was answered {status}.")
        took += perf_counter() - begun
        await asyncio.sleep(max(0.0, 1 / WRITES_A_SECOND - (perf_counter() - begun)))
    return took / (seconds * WRITES_A_SECOND)


async def _card(port: int, number: int, polled: list[int]) -> None:
    """Poll the content of a card each second, as the page does: conditionally, and marked as a page."""
    connection, tag = await asyncio.open_connection("127.0.0.1", port), b'""'
    path = f"{_INSTANCE}/card/{people.customer_id(number)}/content"
    await asyncio.sleep(number / CARDS)
    while True:
        request = raw_request("GET", path, port)[:-2] + f"x-ms-client: page\r\nIf-None-Match: {tag.decode()}\r\n\r\n"
        status, head = await _send(connection, request)
        polled.append(status)
        found = _TAG.search(head)
        tag = found[1] if found else tag
        await asyncio.sleep(1)


async def _send(connection: _Connection, request: str) -> tuple[int, bytes]:
    """Send a request; return the status and the head of the answer."""
    reader, writer = connection
    writer.write(request.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    status, length = int(head[9:12]), _LENGTH.search(head)
    if length and status not in {204, 304}:
        await reader.readexactly(int(length[1]))
    return status, head
