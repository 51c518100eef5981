"""Serve the HTTP functions of a FunctionApp over ASGI, as Azure Functions would.

Routes, verbs and parameters come from the functions' own metadata.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func

PREFIX = "/api/"
LARGEST_BODY = 100 * 1024 * 1024
_PLACEHOLDER = re.compile(r"\{(\w+)(?::regex\(.*?\)\))?\}")
_LOCAL_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]"))

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_Step = Callable[[], Awaitable[None]]
UserFunction = Callable[[func.HttpRequest, func.Context], Awaitable[func.HttpResponse]]


@dataclass(frozen=True, slots=True)
class _Route:
    verb: str
    pattern: re.Pattern[str]
    function: UserFunction


def _context(trace_parent: str) -> Any:
    """Return what a function reads of `func.Context`: the trace of the caller."""
    return SimpleNamespace(trace_context=SimpleNamespace(trace_parent=trace_parent))


class CallerLeftError(Exception):
    """The connection ended before the request did."""


class Host:
    """An ASGI application; `start` and `stop` are awaited before the first and after the last request."""

    def __init__(self, app: func.FunctionApp, start: _Step, stop: _Step) -> None:
        self._routes = _routes(app)
        self._start, self._stop = start, stop

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            with suppress(CallerLeftError):
                await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not is_local(headers.get("host", "")):
            await _plain(send, 421, "This host serves only this machine; call it as localhost.")
            return
        function, route_params, allow = self._find(scope["path"], scope["method"])
        if function is None and not allow:
            await _plain(send, 404, f"Nothing is served at {scope['path']}.")
            return
        if function is None:
            await _plain(send, 405, "The path does not have this verb.", {"Allow": ", ".join(allow)})
            return
        body = await _read(receive)
        if body is None:
            await _plain(send, 413, "The body is too large.")
            return
        query = scope["query_string"].decode("latin-1")
        request = func.HttpRequest(
            method=scope["method"],
            url=f"{scope['scheme']}://{headers.get('host')}{_raw_path(scope)}" + (f"?{query}" if query else ""),
            headers=headers,
            params=dict(parse_qsl(query, keep_blank_values=True)),
            route_params=route_params,
            body=body,
        )
        await _respond(send, await function(request, _context(headers.get("traceparent", ""))))

    def _find(self, path: str, method: str) -> tuple[UserFunction | None, dict[str, str], list[str]]:
        slashes = path.count("/")
        for route in self._routes.get((method, slashes), ()):
            match = route.pattern.fullmatch(path)
            if match:
                return route.function, match.groupdict(), []
        routes = (route for (_, count), some in self._routes.items() if count == slashes for route in some)
        return None, {}, [route.verb for route in routes if route.pattern.fullmatch(path)]


def is_local(host: str) -> bool:
    """Say whether a Host header names this machine: others come from pages that rebind their name to loopback."""
    return re.sub(r":\d+$", "", host) in _LOCAL_NAMES


def _routes(app: func.FunctionApp) -> dict[tuple[str, int], list[_Route]]:
    """Return the routes by verb and how many slashes their paths have, those with literals in front first."""
    found: list[tuple[str, str, UserFunction]] = []
    for function in app.get_functions():
        trigger = function.get_trigger()
        if trigger is None or trigger.get_binding_name() != "httpTrigger":
            continue
        described = trigger.get_dict_repr()
        for method in described["methods"]:
            verb = getattr(method, "value", method)
            found.append((described["route"], verb, function.get_user_function()))
    found.sort(key=lambda each: [part.startswith("{") for part in each[0].split("/")])
    routes: dict[tuple[str, int], list[_Route]] = {}
    for route, verb, user_function in found:
        by_shape = routes.setdefault((verb, (PREFIX + route).count("/")), [])
        by_shape.append(_Route(verb, _pattern(route), user_function))
    return routes


def _pattern(route: str) -> re.Pattern[str]:
    literals = _PLACEHOLDER.split(route)
    parts = [f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(literals)]
    return re.compile(re.escape(PREFIX) + "".join(parts))


def _raw_path(scope: Scope) -> str:
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.split(b"?", 1)[0].decode("latin-1")


async def _read(receive: Receive) -> bytes | None:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerLeftError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > LARGEST_BODY:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _respond(send: Send, response: func.HttpResponse) -> None:
    body = response.get_body()
    headers: list[tuple[bytes, bytes]] = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers.items()
    ]
    if response.status_code not in {204, 304}:  # No Content, Not Modified
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _plain(send: Send, status: int, text: str, headers: dict[str, str] | None = None) -> None:
    await _respond(send, func.HttpResponse(text, status_code=status, headers=headers))
