"""The function of all other addresses: 405 for a verb that no operation of an address has, else 404."""

from __future__ import annotations

from collections.abc import Sequence

import azure.functions as func

from function_app import error_codes, telemetry
from function_app.api.operation import HttpMethod, Operation
from function_app.api.problems import answer_to
from function_app.api.respond import REQUEST_ID, respond
from function_app.errors import NotAllowed, ServiceError

NAME = "ZUnknownAddress"
"""Last of all names: the host selects the first function by name whose route fits."""
ROUTE = "{*address}"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def add_unknown_address(app: func.FunctionApp, operations: Sequence[Operation]) -> None:
    """Add the function that answers where no operation does."""

    async def answer_unknown(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        with telemetry.request(NAME, context.trace_context.trace_parent, req.headers.get(REQUEST_ID, "")):
            answer = answer_to(_fault(req, operations), NAME)
            telemetry.note({"http.response.status_code": answer.status, "errorCode": answer.body["errorCode"]})
            return respond(answer)

    app.function_name(NAME)(app.route(route=ROUTE, methods=list(METHODS))(answer_unknown))


def _fault(req: func.HttpRequest, operations: Sequence[Operation]) -> ServiceError:
    allow = verbs_at(req.route_params.get("address", ""), operations)
    if not allow or req.method in allow:  # the latter where a double slash is in the way
        message = "There is nothing at this address; the README lists the operations with their paths."
        return ServiceError(error_codes.ADDRESS_NOT_FOUND(message))
    return NotAllowed(error_codes.METHOD_NOT_ALLOWED(f"This address does not support {req.method}."), allow)


def verbs_at(address: str, operations: Sequence[Operation]) -> tuple[HttpMethod, ...]:
    """Return the methods that are accepted at an address, each once; none if no operation has it."""
    parts = address.removesuffix("/").split("/")
    paths = [(path.split("/"), operation) for operation in operations for path in operation.paths]
    fitting = [(_generality(segments), operation) for segments, operation in paths if _fits(segments, parts)]
    least = min((generality for generality, _ in fitting), default=[])
    verbs: dict[HttpMethod, None] = {
        method: None
        for generality, operation in fitting
        if generality == least
        for method in operation.methods
        if method not in operation.refuses
    }
    return tuple(verbs)


def _fits(segments: Sequence[str], parts: Sequence[str]) -> bool:
    return len(segments) == len(parts) and all(
        bool(part) if segment.startswith("{") else segment.lower() == part.lower()
        for segment, part in zip(segments, parts, strict=True)
    )


def _generality(segments: Sequence[str]) -> list[bool]:
    return [segment.startswith("{") for segment in segments]
