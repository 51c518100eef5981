"""Traces and logs: spans of requests, services and store calls, and a correlation id on every log record.

Spans and logs name operations, statuses, codes and types; never values, ids of customers, tokens or keys.
Until `start_tracing` nothing is traced, and OpenTelemetry is not imported.
"""

from __future__ import annotations

import logging
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
_correlation: ContextVar[list[str]] = ContextVar("correlation", default=["-"])  # noqa: B039  # never appended to
_cost: ContextVar[_Cost | None] = ContextVar("cost", default=None)
_tracers: list[Tracer] = []


@dataclass(slots=True)
class _Cost:
    """What the requests of one span cost at Cosmos DB."""

    requests: int = 0
    charge: float = 0.0
    retries: int = 0


def start_tracing(tracer: Tracer) -> None:
    """Record spans with this tracer from now on."""
    _tracers[:] = [tracer]


def stop_tracing() -> None:
    """Record no more spans."""
    _tracers.clear()


def export_to_azure_monitor(connection_string: str) -> None:
    """Send spans and logs to Application Insights: this package's, and warnings of Azure's libraries."""
    from azure.monitor.opentelemetry import configure_azure_monitor  # noqa: PLC0415  # a second that only Azure pays
    from opentelemetry.trace import get_tracer  # noqa: PLC0415

    unwanted = {name: {"enabled": False} for name in _UNWANTED}
    configure_azure_monitor(
        connection_string=connection_string, logger_name="function_app", instrumentation_options=unwanted
    )
    _export_warnings_of_azure()
    start_tracing(get_tracer("function_app"))


def _export_warnings_of_azure() -> None:
    """Send the warnings of azure-cosmos, azure-identity and the like where those of this package go."""
    azure, ours = logging.getLogger("azure"), logging.getLogger("function_app")
    for handler in ours.handlers:
        azure.addHandler(WithoutValues(handler))


class WithoutValues(logging.Handler):
    """Hands on warnings with the place they come from in place of their text, which may hold addresses and values."""

    def __init__(self, behind: logging.Handler) -> None:
        super().__init__(logging.WARNING)
        self._behind = behind

    def emit(self, record: logging.LogRecord) -> None:
        bare = logging.makeLogRecord({**vars(record), "args": None, "exc_info": None, "exc_text": None})
        cause = f", {record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        bare.msg = f"{record.name} warned in {record.funcName} at {record.filename}:{record.lineno}{cause}"
        self._behind.handle(bare)


def correlate_logs() -> None:
    """Put the correlation id on every log record, and keep Azure's libraries from logging each request."""
    make = logging.getLogRecordFactory()

    def make_correlated(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        record.correlationId = correlation_id()
        return record

    logging.setLogRecordFactory(make_correlated)
    logging.getLogger("azure").setLevel(logging.WARNING)


def correlation_id() -> str:
    """Return the id of the request under way; without a trace it gets one when it is first asked for."""
    known = _correlation.get()
    if not known:
        known.append(f"{getrandbits(128):032x}")  # to be told apart by, no secret
    return known[0]


def request(operation_id: str, trace_parent: str) -> AbstractContextManager[None]:
    """Give the request an id, and a span that continues the host's trace (`traceparent` of W3C Trace Context)."""
    if _tracers:
        return _traced_request(operation_id, trace_parent)
    _correlation.set([])
    return _NOTHING


@contextmanager
def _traced_request(operation_id: str, trace_parent: str) -> Iterator[None]:
    from opentelemetry.propagate import extract  # noqa: PLC0415  # only with a tracer
    from opentelemetry.trace import SpanKind, format_trace_id  # noqa: PLC0415

    host = extract({"traceparent": trace_parent})
    # INTERNAL: the host writes the one Request that Application Insights counts for each call
    with _tracers[0].start_as_current_span(operation_id, host, SpanKind.INTERNAL) as span:
        token = _correlation.set([format_trace_id(span.get_span_context().trace_id)])
        try:
            yield
        finally:
            _correlation.reset(token)


def note(attributes: Mapping[str, str | int]) -> None:
    """Put attributes on the span under way."""
    if _tracers:
        from opentelemetry.trace import get_current_span  # noqa: PLC0415  # only with a tracer

        get_current_span().set_attributes(attributes)


def count_response(response: Any) -> None:
    """Add one response of Cosmos DB (azure-core's PipelineResponse) to the cost of the span under way."""
    cost = _cost.get()
    if cost is not None:
        cost.requests += 1
        cost.charge += float(response.http_response.headers.get("x-ms-request-charge", 0))
        cost.retries += response.http_response.status_code in _RETRIED


def trace_members(name: str, owner: object) -> None:
    """Run every coroutine method of the public members of an object in a span of its own."""
    for member, target in tuple(vars(owner).items()):
        if not member.startswith("_"):
            setattr(owner, member, _Traced(f"{name}.{member}", target))


class _Traced:
    """Stands for an object whose coroutine methods run in spans."""

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


def safe_trace(error: BaseException) -> str:
    """Return where an exception and those behind it came from, without their messages, which may hold values."""
    chain: list[str] = []
    behind: BaseException | None = error
    while behind is not None:
        frames = traceback.extract_tb(behind.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        chain.append("\n  ".join([type(behind).__name__, *places]))
        behind = behind.__cause__ or behind.__context__
    return "\nfrom ".join(chain)
