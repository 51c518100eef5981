"""Traces and logs: spans of requests, services and store calls, and a correlation id in each log record.

Spans and logs contain operations, statuses, codes and types, but never values, customer ids, tokens or keys.
Without `start_tracing` there are no spans, and OpenTelemetry is not imported.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from random import getrandbits
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

_RETRIED = frozenset((408, 429, 449, 500, 502, 503))
_UNWANTED = ("azure_sdk", "django", "fastapi", "flask", "psycopg2", "requests", "urllib", "urllib3", "httpx")
_NOTHING = nullcontext()
_OWN_ID = re.compile(r"[!-~]{1,128}")
_correlation: ContextVar[list[str]] = ContextVar("correlation", default=["-"])  # noqa: B039  # never appended to
_cost: ContextVar[_Cost | None] = ContextVar("cost", default=None)
_tracers: list[Tracer] = []


@dataclass(slots=True)
class _Cost:
    """The requests to Cosmos DB in one span, and their charge."""

    requests: int = 0
    charge: float = 0.0
    retries: int = 0


def start_tracing(tracer: Tracer) -> None:
    """Start recording spans with this tracer."""
    _tracers[:] = [tracer]


def stop_tracing() -> None:
    """Stop recording spans."""
    _tracers.clear()


def export_to_azure_monitor(connection_string: str) -> None:
    """Send spans and logs of this package, and warnings of Azure's libraries, to Application Insights."""
    from azure.monitor.opentelemetry import configure_azure_monitor  # noqa: PLC0415  # takes a second
    from opentelemetry.trace import get_tracer  # noqa: PLC0415

    unwanted = {name: {"enabled": False} for name in _UNWANTED}
    configure_azure_monitor(
        connection_string=connection_string, logger_name="function_app", instrumentation_options=unwanted
    )
    _export_warnings_of_azure()
    start_tracing(get_tracer("function_app"))


def _export_warnings_of_azure() -> None:
    """Send the warnings of Azure's libraries to the log handlers of this package."""
    azure, ours = logging.getLogger("azure"), logging.getLogger("function_app")
    for handler in ours.handlers:
        azure.addHandler(WithoutValues(handler))


class WithoutValues(logging.Handler):
    """Passes on warnings with their place in the code instead of their text, which may contain addresses and values."""

    def __init__(self, behind: logging.Handler) -> None:
        super().__init__(logging.WARNING)
        self._behind = behind

    def emit(self, record: logging.LogRecord) -> None:
        bare = logging.makeLogRecord({**vars(record), "args": None, "exc_info": None, "exc_text": None})
        cause = f", {record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        bare.msg = f"{record.name} warned in {record.funcName} at {record.filename}:{record.lineno}{cause}"
        self._behind.handle(bare)


def correlate_logs() -> None:
    """Add the correlation id to each log record, and do not log the requests of Azure's libraries."""
    make = logging.getLogRecordFactory()

    def make_correlated(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.correlationId = correlation_id()
        return record

    logging.setLogRecordFactory(make_correlated)
    logging.getLogger("azure").setLevel(logging.WARNING)


def correlation_id() -> str:
    """Return the id of the current request. Without a trace it is created on the first call."""
    known = _correlation.get()
    if not known:
        known.append(f"{getrandbits(128):032x}")  # identifies a request; not a secret
    return known[0]


def request(operation_id: str, trace_parent: str, own_id: str = "") -> AbstractContextManager[None]:
    """Run a request with an id, and with a span in the host's trace (`traceparent` of W3C Trace Context).

    The id is the caller's own, if that has at most 128 characters of printable ASCII without spaces.
    """
    known = [own_id] if _OWN_ID.fullmatch(own_id) else []
    if _tracers:
        return _traced_request(operation_id, trace_parent, known)
    _correlation.set(known)
    return _NOTHING


@contextmanager
def _traced_request(operation_id: str, trace_parent: str, known: list[str]) -> Iterator[None]:
    from opentelemetry.propagate import extract  # noqa: PLC0415  # only with a tracer
    from opentelemetry.trace import SpanKind, format_trace_id  # noqa: PLC0415

    host = extract({"traceparent": trace_parent})
    # INTERNAL: the host already reports one Request for each call to Application Insights
    with _tracers[0].start_as_current_span(operation_id, host, SpanKind.INTERNAL) as span:
        token = _correlation.set(known or [format_trace_id(span.get_span_context().trace_id)])
        span.set_attribute("requestId", correlation_id())
        try:
            yield
        finally:
            _correlation.reset(token)


def note(attributes: Mapping[str, str | int]) -> None:
    """Add attributes to the current span."""
    if _tracers:
        from opentelemetry.trace import get_current_span  # noqa: PLC0415  # only with a tracer

        get_current_span().set_attributes(attributes)


def count_response(response: Any) -> None:
    """Add a response of Cosmos DB (azure-core's PipelineResponse) to the cost of the current span."""
    cost = _cost.get()
    if cost is not None:
        cost.requests += 1
        cost.charge += float(response.http_response.headers.get("x-ms-request-charge", 0))
        cost.retries += response.http_response.status_code in _RETRIED


def trace_members(name: str, owner: object) -> None:
    """Run each coroutine method of the public members of an object in a separate span."""
    for member, target in tuple(vars(owner).items()):
        if not member.startswith("_"):
            setattr(owner, member, _Traced(f"{name}.{member}", target))


class _Traced:
    """A proxy of an object that runs its coroutine methods in spans."""

    def __init__(self, name: str, target: Any) -> None:
        self._name, self._target = name, target

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._target, attribute)
        return _spanned(f"{self._name}.{attribute}", found) if iscoroutinefunction(found) else found

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return await _spanned(self._name, self._target)(*args, **kwargs)


def _spanned(name: str, act: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @wraps(act, assigned=())
    async def run(*args: Any, **kwargs: Any) -> Any:
        cost = _Cost()
        token = _cost.set(cost)
        with _tracers[0].start_as_current_span(name, record_exception=False, set_status_on_exception=False) as span:
            try:
                return await act(*args, **kwargs)
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                raise
            finally:
                _cost.reset(token)
                if cost.requests:
                    span.set_attributes(
                        {"cosmos.requests": cost.requests, "cosmos.charge": cost.charge, "cosmos.retries": cost.retries}
                    )

    return run


def name_of(error: BaseException) -> str:
    """Return the type of an exception and its code of SQLite or HTTP, without its message, which may contain values."""
    code = getattr(error, "sqlite_errorname", None) or getattr(error, "status_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def safe_trace(error: BaseException) -> str:
    """Return the places of an exception and its causes, without their messages, which may contain values."""
    chain, seen = list[str](), list[BaseException]()
    behind: BaseException | None = error
    while behind is not None and behind not in seen:
        seen.append(behind)
        frames = traceback.extract_tb(behind.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        chain.append("\n  ".join([type(behind).__name__, *places]))
        behind = behind.__cause__ or behind.__context__
    return "\nfrom ".join(chain)
