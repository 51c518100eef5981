"""The road of a request: authenticate, authorize, parse, call, answer; and the triggers that start it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import azure.functions as func

from function_app import errors
from function_app.api.auth import Authenticator, authorize
from function_app.api.call import Answer, Call, read_request
from function_app.api.operation import Operation, Verb
from function_app.api.problems import answer_to
from function_app.errors import NotAllowed
from function_app.services.suite import Suite

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Runtime:
    """What every request needs, made once for each worker process."""

    services: Suite
    authenticate: Authenticator
    clock: Callable[[], datetime]


GetRuntime = Callable[[], Runtime]


def create_app(operations: Sequence[Operation], get_runtime: GetRuntime) -> func.FunctionApp:
    """Make the FunctionApp: one HTTP function for each operation; the runtime is asked for at the first request."""
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    for operation in operations:
        verbs = tuple(verb for other in operations if other.path == operation.path for verb in (other.verb,))
        handle = _road(operation, verbs, get_runtime)
        app.function_name(operation.id)(app.route(route=operation.path, methods=list(operation.verbs))(handle))
    return app


def _road(
    operation: Operation, allow: tuple[Verb, ...], get_runtime: GetRuntime
) -> Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]:
    async def handle(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return _response(await _answer(operation, allow, get_runtime(), req))
        except Exception as error:  # noqa: BLE001  # the edge: everything becomes an answer
            return _response(answer_to(error, operation.id))

    return handle


async def _answer(operation: Operation, allow: tuple[Verb, ...], runtime: Runtime, req: func.HttpRequest) -> Answer:
    principal = None
    if operation.role is not None:
        principal = await runtime.authenticate(req.headers)
        authorize(principal, operation.role)
    if req.method != operation.verb:
        reason = operation.refuses[req.method]
        raise NotAllowed(errors.METHOD_NOT_ALLOWED(reason), allow)
    values, body = read_request(operation, req)
    call = Call(
        operation_id=operation.id,
        services=runtime.services,
        principal=principal,
        now=runtime.clock(),
        url=req.url,
        values=values,
        body=body,
    )
    return await operation.handler(call)


def _response(answer: Answer) -> func.HttpResponse:
    if answer.body is None:
        return func.HttpResponse(status_code=answer.status, headers=answer.headers)
    return func.HttpResponse(
        _encode(answer.body).encode(errors="backslashreplace"),
        status_code=answer.status,
        headers={**_JSON, **answer.headers},
        mimetype="application/json",
    )
