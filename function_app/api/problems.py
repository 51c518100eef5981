"""Maps exceptions to HTTP responses; no other module does."""

from __future__ import annotations

import logging
import math
from time import monotonic
from typing import Any

from function_app import error_codes, telemetry
from function_app.api.call import Answer
from function_app.error_detail import ErrorDetail
from function_app.errors import NotAllowed, NotAuthenticated, ServiceError, Unavailable

_LOG_EVERY_S = 60
_logged_at: dict[str, float] = {}
_OF_THE_SERVICE = 500
_log = logging.getLogger(__name__)


def answer_to(error: Exception, operation_id: str) -> Answer:
    """Return the response to an exception. Unexpected exceptions are logged, and answered with a correlation id."""
    match error:
        case NotAllowed():
            return _problem(error, {"Allow": ", ".join(error.allow)})
        case NotAuthenticated():
            return _problem(error, {"WWW-Authenticate": error.challenge})
        case ServiceError():
            if isinstance(error, Unavailable) and error.__cause__:
                _log_cause(error.__cause__)
            wait = error.retry_after
            return _problem(error, {} if wait is None else {"Retry-After": str(max(1, math.ceil(wait)))})
    correlation = telemetry.correlation_id()
    _log.error("%s failed, correlation id %s: %s", operation_id, correlation, telemetry.safe_trace(error))
    message = f"The service failed; report the correlation id {correlation} to its operator."
    return _problem(ServiceError(error_codes.INTERNAL_ERROR(message)), {})


def _log_cause(cause: BaseException) -> None:
    """Log why the store is unavailable, each cause once in _LOG_EVERY_S: very many requests may fail by it."""
    name, now = telemetry.name_of(cause), monotonic()
    if now - _logged_at.get(name, -_LOG_EVERY_S) >= _LOG_EVERY_S:
        _logged_at[name] = now
        _log.error("The store is unavailable: %s", name)


def _problem(error: ServiceError, headers: dict[str, str]) -> Answer:
    first, more = error.faults[0], len(error.faults) - 1
    body = {
        "errorCode": first.code,
        "message": first.message + (f" And {more} more, see details." if more else ""),
        "target": first.target,
        "details": [_detail(fault) for fault in error.faults],
        "httpStatusCode": str(first.status),
        "exceptionCulprit": "user" if first.status < _OF_THE_SERVICE else "system",
        "resultSeverity": "error",
    }
    return Answer(first.status, body, headers)


def _detail(fault: ErrorDetail) -> dict[str, Any]:
    return {"errorCode": fault.code, "message": fault.message, "target": fault.target}
