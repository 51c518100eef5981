"""The cost of a merged read as store and customer grow: the whole function, in process, without a socket."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

import azure.functions as func

from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.local.host import context_of
from function_app.services.services import Services

from . import people
from .measure import Better, Ratio, by_turns, scratch, seconds_each

MANY, FEW, LAYERS = 1_000_000, 1_000, 1_000
_PAIRS = 25
_LOWER: Better = "lower"
_INSERT = "INSERT INTO profiles (instance, id, form, loaded, digest, attributes) VALUES (?, ?, ?, ?, '', ?)"
_Call = Callable[[], Awaitable[object]]
_Function = Callable[[func.HttpRequest, func.Context], Awaitable[func.HttpResponse]]


def many_profiles() -> Ratio:
    """Read random customers, as callers do: a new sample each turn."""
    loop, random = asyncio.new_event_loop(), Random(11)  # noqa: S311  # a sample, no secret
    with scratch() as large, scratch() as small:
        stores = [loop.run_until_complete(people.open_with(Path(folder), FEW)) for folder in (large, small)]
        _fill(Path(large))
        functions = [_reader(services) for services in stores]

        def reads(function: _Function, count: int) -> list[_Call]:
            return [_read(function, random.randrange(count)) for _ in range(2_000)]

        sides = (
            lambda: seconds_each(loop, reads(functions[0], MANY)),
            lambda: seconds_each(loop, reads(functions[1], FEW)),
        )
        try:
            return by_turns("read cost, 1,000,000 / 1,000 profiles", 1.1, _LOWER, sides, _PAIRS)
        finally:
            _close(loop, stores)


def many_updates() -> Ratio:
    """Read customers with updates of which each newer one ends earlier."""
    loop, numbers = asyncio.new_event_loop(), range(20)
    with scratch() as folder:
        services = loop.run_until_complete(people.open_with(Path(folder), len(numbers) * 2))

        async def prepare() -> None:
            for number in numbers:
                await people.lay_over(services, number, 1)
                await people.lay_over(services, len(numbers) + number, LAYERS)

        loop.run_until_complete(prepare())
        function = _reader(services)
        single = [_read(function, number) for number in numbers] * 50
        layered = [_read(function, len(numbers) + number) for number in numbers] * 50
        sides = (lambda: seconds_each(loop, layered), lambda: seconds_each(loop, single))
        try:
            return by_turns("read cost, 1,000 / 1 live updates", 1.1, _LOWER, sides, _PAIRS)
        finally:
            _close(loop, [services])


def _reader(services: Services) -> _Function:
    """Return the function that Azure Functions calls for GetCustomer."""
    runtime = Runtime(services, authenticate_local, lambda: datetime.now(UTC))
    app = create_app(OPERATIONS, lambda: runtime)
    found = {function.get_function_name(): function.get_user_function() for function in app.get_functions()}
    function: _Function = found["GetCustomer"]
    return function


def _read(function: _Function, number: int) -> _Call:
    where = {"instanceId": people.INSTANCE, "customerId": people.customer_id(number)}
    request = func.HttpRequest("GET", "http://localhost/", headers={}, params={}, route_params=where, body=b"")
    return partial(function, request, context_of(""))


def _fill(folder: Path) -> None:
    """Add the profiles after the first ones directly to the file, as rows made by the store."""
    with closing(sqlite3.connect(folder / "profiles.sqlite")) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            form = connection.execute("SELECT max(form) FROM profiles").fetchone()
            connection.executemany(_INSERT, _rows(*form))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _rows(form: str) -> Iterator[tuple[str, ...]]:
    for number in range(FEW, MANY):
        attributes = json.dumps(people.profile(number), ensure_ascii=False)
        yield people.INSTANCE, people.customer_id(number), form, form, attributes


def _close(loop: asyncio.AbstractEventLoop, stores: Sequence[Services]) -> None:
    for services in stores:
        loop.run_until_complete(services.close())
    loop.close()
