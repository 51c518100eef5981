"""Request handling: authenticate, authorize, parse, call the handler, respond; and the HTTP functions that start it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlencode

import azure.functions as func

from function_app import error_codes, telemetry
from function_app.api.admission import Admission
from function_app.api.all_faults import other_faults
from function_app.api.allowance import Allowance
from function_app.api.audit import leave_trace
from function_app.api.background import add_background
from function_app.api.call import JSON, Answer, Call, Part
from function_app.api.capacity import size_of
from function_app.api.operation import Operation
from function_app.api.parameters import CALLER, DRY_RUN, ENTITY_NAME, INSTANCE_ID, MAX_CALLER_LENGTH
from function_app.api.problems import answer_to
from function_app.api.request import FaultyRequest, read_request
from function_app.api.respond import REQUEST_ID, respond, written
from function_app.api.routes import Address, allowed_methods, ids_follow, make_routes
from function_app.api.runtime import GetRuntime, Runtime
from function_app.api.unknown_address import add_unknown_address
from function_app.domain.access import Principal
from function_app.domain.addresses import is_instance_id
from function_app.domain.usage import Series, Traffic
from function_app.errors import NotAllowed, ServiceError, Unavailable

_NONE: Mapping[str, str] = {}
_OF_A_PART = Address((), ids_follow=False)
_NO_ID = "The id after the last slash is missing. For the list, leave the slash out."
_NOT_CACHED = {"Cache-Control": "private, no-store"}  # what needs a role may be personal data
_OK, _NOT_MODIFIED, _ERRORS = 200, 304, 400


def create_app(operations: Sequence[Operation], get_runtime: GetRuntime) -> func.FunctionApp:
    """Create the FunctionApp: HTTP functions of operations and of unknown addresses, and those without a request.

    `get_runtime` is called with each request, not before the first one.
    """
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    for operation in operations:
        handle = _make_handler(operation, operations, get_runtime)
        for route in make_routes(operation, operations):
            app.function_name(route.name)(app.route(route=route.template, methods=list(route.methods))(handle))
    add_unknown_address(app, operations)
    add_background(app, get_runtime)
    return app


def _make_handler(
    operation: Operation, operations: Sequence[Operation], get_runtime: GetRuntime
) -> Callable[[func.HttpRequest, func.Context], Awaitable[func.HttpResponse]]:
    address = Address(allowed_methods(operation, operations), ids_follow(operation, operations))

    async def handle(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        own_id = req.headers.get(REQUEST_ID, "")
        with telemetry.request(operation.id, context.trace_context.trace_parent, own_id):
            try:
                runtime = get_runtime()
            except Exception as error:  # noqa: BLE001  # the edge: every exception becomes a response
                return respond(answer_to(error, operation.id))
            return await _RequestHandler(operation, address, runtime, req).answer()

    return handle


class _RequestHandler:
    """Handles one request: admission, handler, response, usage."""

    def __init__(
        self,
        operation: Operation,
        address: Address,
        runtime: Runtime,
        req: func.HttpRequest,
        admitted: Principal | None = None,
    ) -> None:
        """`admitted` is the caller of the request that this one is a part of."""
        self._operation, self._address, self._runtime, self._req = operation, address, runtime, req
        self._now = runtime.clock()
        self._admission = Admission(runtime, operation, req, self._now, admitted)
        self._cached = _NONE if operation.role is None else _NOT_CACHED

    async def answer(self) -> func.HttpResponse:
        """Return the response, also for exceptions, and count the call."""
        started = perf_counter()
        try:
            answer = await self._handled_in_time()
            if self._operation.is_conditional and answer.status == _OK:
                answer = self._unless_known(answer)
            response = respond(answer, {**self._cached, **self._admission.headers})
        except Exception as error:  # noqa: BLE001  # the edge: every exception becomes a response
            answer = answer_to(error, self._operation.id)
            response = respond(answer, self._cached)
        if self._operation.is_odata:
            response.headers["OData-Version"] = "4.0"
        telemetry.note({"http.response.status_code": answer.status, "errorCode": _error_code(answer) or ""})
        self._count(answer, len(response.get_body()), perf_counter() - started)
        instance_id = self._admission.instance_id
        if instance_id and answer.status < _ERRORS and self._req.method != "GET":
            self._runtime.services.webhooks.wake(instance_id)
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
        except TimeoutError as error:
            raise Unavailable from error

    async def _handled(self) -> Answer:
        operation, req = self._operation, self._req
        principal = await self._admission.admit()
        if req.method in operation.refuses:
            raise NotAllowed(error_codes.METHOD_NOT_ALLOWED(operation.refuses[req.method]), self._address.methods)
        if self._address.ids_follow and req.url.partition("?")[0].endswith("/"):
            raise ServiceError(error_codes.ADDRESS_NOT_FOUND(_NO_ID))
        capacity, size = self._runtime.capacity, size_of(operation, req)
        try:
            if size:
                async with capacity.turn(operation, size) as allowance:
                    self._now = self._runtime.clock()  # what it writes is received only now: the feed relies on it
                    read = await asyncio.to_thread(read_request, operation, req)  # small requests run meanwhile
                    return await self._called(principal, allowance, *read)
            allowance = capacity.begin_small()
            try:
                return await self._called(principal, allowance, *read_request(operation, req))
            finally:
                capacity.end_small()
        except FaultyRequest as error:
            raise await self._with_all_faults(principal, error) from None

    async def _called(
        self, principal: Principal, allowance: Allowance, values: Mapping[str, Any], body: object
    ) -> Answer:
        operation = self._operation
        call = await self._call(principal, allowance, values, body)
        try:
            answer = await operation.handler(call)
        except ServiceError as error:
            others = other_faults(operation, call, error)
            if others:
                raise ServiceError(*error.faults, *others) from None
            raise
        shows = operation.shows_persons or call[DRY_RUN]  # of which nothing else is kept
        if shows and answer.body is not None and call.model.instance.audit_reads:
            await leave_trace(call, answer)
        return answer

    async def _with_all_faults(self, principal: Principal, error: FaultyRequest) -> ServiceError:
        """Return the error of a request of faulty form, with the faults that the operation finds in the rest of it."""
        address = {parameter.name for parameter in self._operation.parameters if parameter.place == "path"}
        if not self._operation.checks or not address <= error.values.keys():
            return error
        try:
            call = await self._call(principal, Allowance(0, 0), error.values, error.body)
        except ServiceError:  # without the instance nothing more can be checked
            return error
        return ServiceError(*error.faults, *other_faults(self._operation, call, error))

    async def _call(self, principal: Principal, allowance: Allowance, values: Mapping[str, Any], body: object) -> Call:
        operation, req, now = self._operation, self._req, self._now
        services = self._runtime.services
        return Call(
            operation_id=operation.id,
            services=services,
            instance=await services.instances.get(values[INSTANCE_ID.name], now) if operation.needs_instance else None,
            principal=principal,
            now=now,
            url=_without_last_slash(req.url) if operation.path else req.url,
            values=values,
            body=body,
            pages=self._runtime.pages,
            allowance=allowance,
            perform=self._perform,
        )

    async def _perform(self, operation: Operation, part: Part) -> func.HttpResponse:
        """Answer a part of this request by another operation of the same instance."""
        places = {INSTANCE_ID.name: self._admission.instance_id or "", **part.path}
        root = self._req.url.partition("/instances/")[0]
        address = operation.path.format_map({name: quote(value, safe="") for name, value in places.items()})
        request = func.HttpRequest(
            method=operation.verb,
            url=f"{root}/{address}?{urlencode(part.query)}",
            headers={**JSON, **part.headers},
            params=part.query,
            route_params=places,
            body=b"" if part.body is None else written(part.body),
        )
        return await _RequestHandler(operation, _OF_A_PART, self._runtime, request, self._admission.principal).answer()

    def _count(self, answer: Answer, bytes_out: int, seconds: float) -> None:
        """Count a call of an instance, once its caller is admitted, and by known names only."""
        principal, instance_id = self._admission.principal, self._admission.instance_id
        if principal is None or instance_id is None or not is_instance_id(instance_id):
            return
        is_dry = DRY_RUN in self._operation.parameters and self._req.params.get(DRY_RUN.name, "").lower() == "true"
        series = Series(
            f"{self._operation.id} (dry run)" if is_dry else self._operation.id,
            self._operation.entity or self._entity_of(instance_id),
            self._caller(),
            answer.status,
            _error_code(answer),
            principal.principal_id,
            self._admission.client,
        )
        traffic = Traffic(len(self._req.get_body()), bytes_out, seconds)
        self._runtime.services.usage.record(instance_id, series, traffic, self._now)

    def _caller(self) -> str | None:
        """Return what the sender calls itself, if the operation accepts that."""
        name = self._req.params.get(CALLER.name)
        return name if name and CALLER in self._operation.parameters and len(name) <= MAX_CALLER_LENGTH else None

    def _entity_of(self, instance_id: str) -> str | None:
        """Return the entity in the path; None if the instance does not have it, or is not in memory."""
        name = self._req.route_params.get(ENTITY_NAME.name)
        model = self._runtime.services.instances.remembered(instance_id, self._now) if name else None
        known = (name or "").partition("(")[0]
        return known if model and known in model.entities else None


def _without_last_slash(url: str) -> str:
    """Return the address without the slash that the host accepts at the end of each path."""
    path, mark, query = url.partition("?")
    return path.rstrip("/") + mark + query


def _error_code(answer: Answer) -> str | None:
    return answer.body.get("errorCode") if answer.status >= _ERRORS else None
