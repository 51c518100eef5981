"""Request handling: authenticate, authorize, parse, call the handler, respond; and the HTTP functions that start it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from time import perf_counter

import azure.functions as func

from function_app import error_codes, telemetry
from function_app.api.background import add_background
from function_app.api.call import JSON, Answer, Call
from function_app.api.operation import HttpMethod, Operation
from function_app.api.parameters import INSTANCE_ID, MAX_CALLER_LENGTH
from function_app.api.problems import answer_to
from function_app.api.request import read_request
from function_app.api.respond import REQUEST_ID, respond, written
from function_app.api.routes import allowed_methods, make_routes
from function_app.api.runtime import GetRuntime, Runtime
from function_app.api.sign_in.auth import ANONYMOUS, KEY_HEADER, KEY_PARAMETER
from function_app.api.unknown_address import add_unknown_address
from function_app.domain.access import Principal, Role
from function_app.domain.usage import Series, Traffic
from function_app.errors import NotAllowed, NotAuthenticated, Unavailable

_NONE: Mapping[str, str] = {}
_OK, _NOT_MODIFIED, _ERRORS = 200, 304, 400


def create_app(operations: Sequence[Operation], get_runtime: GetRuntime) -> func.FunctionApp:
    """Create the FunctionApp: HTTP functions of operations and of unknown addresses, and those without a request.

    `get_runtime` is called with each request, not before the first one.
    """
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    for operation in operations:
        handle = _make_handler(operation, allowed_methods(operation, operations), get_runtime)
        for route in make_routes(operation, operations):
            app.function_name(route.name)(app.route(route=route.template, methods=list(route.methods))(handle))
    add_unknown_address(app, operations)
    add_background(app, get_runtime)
    return app


def _make_handler(
    operation: Operation, allow: tuple[HttpMethod, ...], get_runtime: GetRuntime
) -> Callable[[func.HttpRequest, func.Context], Awaitable[func.HttpResponse]]:
    async def handle(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        own_id = req.headers.get(REQUEST_ID, "")
        with telemetry.request(operation.id, context.trace_context.trace_parent, own_id):
            try:
                runtime = get_runtime()
            except Exception as error:  # noqa: BLE001  # the edge: every exception becomes a response
                return respond(answer_to(error, operation.id))
            return await _RequestHandler(operation, allow, runtime, req, runtime.clock()).answer()

    return handle


class _RequestHandler:
    """Handles one request: access, limits, handler, response, usage."""

    def __init__(
        self,
        operation: Operation,
        allow: tuple[HttpMethod, ...],
        runtime: Runtime,
        req: func.HttpRequest,
        now: datetime,
    ) -> None:
        self._operation, self._allow, self._runtime, self._req, self._now = operation, allow, runtime, req, now
        self._instance_id = req.route_params.get("instanceId")
        self._principal: Principal | None = None
        self._rate_limit_headers: Mapping[str, str] = {}

    async def answer(self) -> func.HttpResponse:
        """Return the response, also for exceptions, and count the call."""
        started = perf_counter()
        try:
            answer = await self._handled_in_time()
            if self._operation.is_conditional and answer.status == _OK:
                answer = self._unless_known(answer)
            response = respond(answer, self._rate_limit_headers)
        except Exception as error:  # noqa: BLE001  # the edge: every exception becomes a response
            answer = answer_to(error, self._operation.id)
            response = respond(answer)
        if self._operation.is_odata:
            response.headers["OData-Version"] = "4.0"
        telemetry.note({"http.response.status_code": answer.status, "errorCode": _error_code(answer) or ""})
        self._count(answer, len(response.get_body()), perf_counter() - started)
        return response

    def _unless_known(self, answer: Answer) -> Answer:
        """Add the ETag of the body; return 304 without a body if the caller sent this ETag."""
        raw = answer.body if isinstance(answer.body, bytes) else written(answer.body)
        tag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
        kind = _NONE if isinstance(answer.body, bytes) else JSON
        headers = {"Cache-Control": "private, no-cache", **kind, **answer.headers, "ETag": tag}
        asked = self._req.headers.get("if-none-match")
        if asked is not None:
            known = {each.strip().removeprefix("W/") for each in asked.split(",")}
            if tag in known or "*" in known:
                kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
                return Answer(_NOT_MODIFIED, headers=kept)
        return Answer(answer.status, raw, headers)

    async def _handled_in_time(self) -> Answer:
        if self._runtime.within_s is None:
            return await self._handled()
        try:
            async with asyncio.timeout(self._runtime.within_s):
                return await self._handled()
        except TimeoutError:
            raise Unavailable from None

    async def _handled(self) -> Answer:
        operation, req, now = self._operation, self._req, self._now
        if operation.role is not None:
            await self._admit(operation.role)
        if req.method in operation.refuses:
            raise NotAllowed(error_codes.METHOD_NOT_ALLOWED(operation.refuses[req.method]), self._allow)
        values, body = read_request(operation, req)
        services = self._runtime.services
        call = Call(
            operation_id=operation.id,
            services=services,
            instance=await services.instances.get(values[INSTANCE_ID.name], now) if operation.needs_instance else None,
            principal=self._principal or ANONYMOUS,
            now=now,
            url=_without_last_slash(req.url),
            values=values,
            body=body,
            pages=self._runtime.pages,
        )
        return await operation.handler(call)

    async def _authenticated(self) -> Principal:
        """Return the caller. Where the instance allows it, a read below `data` may have the API key in its query."""
        headers, key = self._req.headers, self._req.params.get(KEY_PARAMETER)
        is_in_query = key and not {"authorization", KEY_HEADER.lower()} & headers.keys()
        if not (key and is_in_query and self._operation.is_odata and self._operation.verb == "GET"):
            return await self._runtime.authenticate(headers, self._now)
        principal = await self._runtime.authenticate({KEY_HEADER.lower(): key}, self._now)
        instance = await self._runtime.services.instances.get(self._instance_id or "", self._now)
        if not instance.instance.api_key_in_query:
            raise NotAuthenticated(f"This instance accepts an API key only in the header {KEY_HEADER}.")
        return principal

    async def _admit(self, role: Role) -> None:
        """Authenticate the caller, and check its role, its rate limit and the rate limit of the instance."""
        limits, now, instance_id = self._runtime.limits, self._now, self._instance_id
        self._principal = principal = await self._authenticated()
        left = limits.take(f"principal {principal.principal_id}", now)
        await self._runtime.services.access.require(principal, role, instance_id, now)
        if instance_id:
            left = min(left, limits.take(f"instance {instance_id}", now))
        self._rate_limit_headers = limits.headers(left, now)

    def _count(self, answer: Answer, bytes_out: int, seconds: float) -> None:
        """Count a call of an instance; not those of unauthenticated callers, as they could name any instance."""
        if self._principal is None or self._instance_id is None:
            return
        series = Series(
            self._operation.id,
            (self._req.route_params.get("entityName") or self._operation.entity or "").partition("(")[0] or None,
            self._req.params.get("caller", "")[:MAX_CALLER_LENGTH] or None,
            answer.status,
            _error_code(answer),
            self._principal.principal_id,
        )
        traffic = Traffic(len(self._req.get_body()), bytes_out, seconds)
        self._runtime.services.usage.record(self._instance_id, series, traffic, self._now)


def _without_last_slash(url: str) -> str:
    """Return the address without the slash that the host accepts at the end of each path."""
    path, mark, query = url.partition("?")
    return path.rstrip("/") + mark + query


def _error_code(answer: Answer) -> str | None:
    return answer.body["errorCode"] if answer.status >= _ERRORS else None
