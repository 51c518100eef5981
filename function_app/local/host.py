"""The Functions host for one app on this machine: routes as Azure does, and hands functions what Azure hands them.

Held to recordings of Microsoft's host (`tests/host`). Its own are only the refusal of other machines' names, that it
has none of the addresses of the platform (`/admin`, `/runtime`), and that `/` leads to the start page.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import azure.functions as func

from function_app.local.routes import PREFIX, Router
from function_app.local.target import BadTargetError, decode_path, encode_path, parse_query
from function_app.local.wire import Request, Response

_LOCAL_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]"))
_PORT = re.compile(r":\d+$")
_log = logging.getLogger(__name__)
UserFunction = Callable[..., Awaitable[func.HttpResponse | None]]


@dataclass(frozen=True, slots=True)
class _Function:
    run: UserFunction
    wants_context: bool


class Host:
    """Answers requests by the HTTP functions of an app; `custom_headers` are those of host.json."""

    def __init__(self, app: func.FunctionApp, custom_headers: dict[str, str] | None = None) -> None:
        self._functions: dict[str, _Function] = {}
        routes: list[tuple[str, str, list[str] | None]] = []
        for function in app.get_functions():
            trigger = function.get_trigger()
            if trigger is None or trigger.get_binding_name() != "httpTrigger":
                continue
            described = trigger.get_dict_repr()
            methods = [getattr(method, "value", method) for method in described.get("methods") or ()]
            name, run = str(function.get_function_name()), function.get_user_function()
            routes.append((name, described["route"], methods or None))
            self._functions[name] = _Function(run, "context" in run.__code__.co_varnames[: run.__code__.co_argcount])
        self._router = Router(routes)
        self._custom_headers = list((custom_headers or {}).items())

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request."""
        response = await self._answer(request)
        response.headers.extend(self._custom_headers)
        return response

    async def _answer(self, request: Request) -> Response:
        if not is_local(request.headers.get("host", "")):
            text = b"This host serves only this machine; call it as localhost."
            return Response(421, [("Content-Type", "text/plain; charset=utf-8")], text)
        if request.method == "OPTIONS" and {"origin", "access-control-request-method"} <= request.headers.keys():
            return Response(204)
        scheme = request.headers.get("x-forwarded-proto", "http")
        if scheme not in {"http", "https"}:
            return Response(500)
        raw_path, mark, query = request.target.partition("?")
        try:
            path = decode_path(raw_path.encode())
            found = self._router.route(request.method, path)
        except BadTargetError as error:
            return Response(error.status, [("Connection", "close")])
        if isinstance(found, int):
            leads_on = path == "/" and request.method in {"GET", "HEAD"}
            return Response(302, [("Location", f"/{PREFIX}")]) if leads_on else Response(found)
        query = query.replace("#", "%23")
        return await self._invoke(
            self._functions[found[0]],
            func.HttpRequest(
                method=request.method,
                url=f"{scheme}://{request.headers['host']}{encode_path(path)}{mark}{query}",
                headers=request.headers,
                params=parse_query(query) if query else {},
                route_params=found[1],
                body=request.body,
            ),
        )

    async def _invoke(self, function: _Function, request: func.HttpRequest) -> Response:
        try:
            if function.wants_context:
                answer = await function.run(request, context_of(request.headers.get("traceparent", "")))
            else:
                answer = await function.run(request)
        except Exception:  # noqa: BLE001  # as the host: whatever it is, the answer is an empty 500
            _log.exception("A function raised")
            return Response(500)
        return Response(500) if answer is None else _response(answer)


def context_of(trace_parent: str) -> func.Context:
    """Return what a function reads of its context: the trace of the caller."""
    return cast("func.Context", SimpleNamespace(trace_context=SimpleNamespace(trace_parent=trace_parent)))


def _response(answer: func.HttpResponse) -> Response:
    """Return an answer with the content type that Microsoft's worker gives it."""
    headers: list[tuple[str, str]] = list(answer.headers.items())
    given = next((place for place, (name, _) in enumerate(headers) if name.lower() == "content-type"), None)
    if given is None:
        charset = f"; charset={answer.charset}" if answer.mimetype.startswith("text/") else ""
        headers.append(("Content-Type", answer.mimetype + charset))
    elif headers[given][1]:
        headers[given] = ("Content-Type", headers[given][1])
    else:
        del headers[given]
    return Response(answer.status_code, headers, answer.get_body())


def is_local(host: str) -> bool:
    """Say whether a Host header names this machine: others come from pages that rebind their name to loopback."""
    return _PORT.sub("", host) in _LOCAL_NAMES


def read_custom_headers(path: Path) -> dict[str, str]:
    """Return the headers that host.json puts on every answer."""
    settings: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    headers: dict[str, str] = settings["extensions"]["http"].get("customHeaders", {})
    return headers
