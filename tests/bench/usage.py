"""The cost of counting usage: a merged read through the local host in process, counted and not counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from support.transport import HostTransport

from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.domain.usage import Series, Traffic
from function_app.local.host import Host
from function_app.services.services import Services

from . import people
from .measure import Better, Ratio, by_turns, scratch, seconds_each

_CALLS, _PAIRS = 300, 31
_LOWER: Better = "lower"


def counting() -> Ratio:
    loop = asyncio.new_event_loop()
    with scratch() as counted, scratch() as uncounted:
        suites = [loop.run_until_complete(people.open_with(Path(folder), 10)) for folder in (counted, uncounted)]
        suites[1].usage.record = _ignore  # type: ignore[method-assign]
        counting, silent = ([_read(services)] * _CALLS for services in suites)
        sides = (lambda: seconds_each(loop, counting), lambda: seconds_each(loop, silent))
        try:
            return by_turns("merged read, counted / not counted", 1.05, _LOWER, sides, _PAIRS)
        finally:
            for services in suites:
                loop.run_until_complete(services.close())
            loop.close()


def _ignore(instance_id: str, series: Series, traffic: Traffic, now: datetime) -> None:
    """Count nothing."""


def _read(services: Services) -> Callable[[], Awaitable[object]]:
    runtime = Runtime(services, authenticate_local, lambda: datetime.now(UTC))
    host = Host(create_app(OPERATIONS, lambda: runtime))
    client = httpx.AsyncClient(transport=HostTransport(host), base_url="http://localhost/api")
    return lambda: client.get(f"instances/{people.INSTANCE}/data/Customer/{people.customer_id(1)}")
