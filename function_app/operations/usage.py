"""Usage: the calls of an instance by operation, entity, caller, result and error code, with latencies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Any, NotRequired, cast
from zoneinfo import ZoneInfo

from pydantic import Field
from typing_extensions import TypedDict

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import ParameterType, query
from function_app.api.parameter_types import INSTANT, enum
from function_app.domain.access import Role
from function_app.domain.instant import format_instant
from function_app.domain.lifetime import is_time_zone
from function_app.domain.usage import KEPT_DAYS, Tally, UsageCount, hour_of, summed
from function_app.errors import ServiceError

_MICRO = timedelta(microseconds=1)
GROUPS: dict[str, Callable[[UsageCount], Any]] = {
    "operation": lambda counted: counted.series.operation,
    "entity": lambda counted: counted.series.entity,
    "caller": lambda counted: counted.series.caller,
    "principal": lambda counted: counted.series.principal,
    "result": lambda counted: counted.series.result,
    "errorCode": lambda counted: counted.series.error_code,
}
INTERVALS: dict[str, Callable[[datetime, tzinfo], datetime]] = {
    "hour": lambda hour, _: hour,
    "day": lambda hour, zone: hour.astimezone(zone).replace(hour=0, minute=0, fold=0).astimezone(UTC),
}


def _groups(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not set(names) <= GROUPS.keys() or len(set(names)) < len(names):
        raise ValueError("different names of " + ", ".join(GROUPS) + ", separated by commas")
    return names


def _zone(text: str) -> ZoneInfo:
    if not is_time_zone(text):
        raise ValueError("a time zone like Europe/Oslo")
    return ZoneInfo(text)


FROM = query(
    "from",
    "From",
    f"The first hour, like 2026-11-22T00:00:00Z; at most {KEPT_DAYS} days ago. The default is a day before the end.",
    INSTANT,
)
TO = query(
    "to",
    "To",
    "The end of the last hour, like 2026-11-23T00:00:00Z. The default is the end of the current hour.",
    INSTANT,
)
GROUP_BY = query(
    "groupBy",
    "Group By",
    "The names to group calls by, like entity,caller; "
    "one or more of operation, entity, caller, principal, result, errorCode.",
    ParameterType[Sequence[str]](_groups),
    default=("operation",),
    visibility="important",
)
INTERVAL = query(
    "interval",
    "Interval",
    "Whether to group calls by hour or by day. The default is one group for the whole time.",
    enum(*INTERVALS),
)
TIME_ZONE = query(
    "timeZone",
    "Time Zone",
    "The time zone in which days begin, like Europe/Oslo. The default is UTC.",
    ParameterType(_zone),
    visibility="advanced",
)
FAILED_ONLY = params.flag("failedOnly", "Failed Only", "Whether to count only calls that returned an error.")
INCLUDE_PAGES = params.flag(
    "includePages", "Include Pages", "Whether to count the calls that the pages of this service send, too."
)


class Latency(TypedDict):
    """The latency that 50 %, 95 % and 99 % of the calls did not exceed, in milliseconds."""

    p50: Annotated[float, Field(title="Median", description="The latency that 50 % of the calls did not exceed.")]
    p95: Annotated[
        float, Field(title="95th Percentile", description="The latency that 95 % of the calls did not exceed.")
    ]
    p99: Annotated[
        float, Field(title="99th Percentile", description="The latency that 99 % of the calls did not exceed.")
    ]


class Counts(TypedDict):
    """The number of calls and their bytes."""

    count: Annotated[int, Field(title="Count", description="The number of calls.")]
    failures: Annotated[int, Field(title="Failures", description="The number of calls that returned an error.")]
    bytesIn: Annotated[int, Field(title="Bytes In", description="The bytes of request bodies.")]
    bytesOut: Annotated[int, Field(title="Bytes Out", description="The bytes of response bodies.")]


class UsageFigures(Counts):
    """The number of calls, their bytes and latencies."""

    latencyMs: Annotated[Latency, Field(title="Latency", description="Milliseconds from request to response.")]


class UsageRow(Counts):
    """The calls of one group and interval; it has the members that groupBy names."""

    latencyMs: Annotated[Latency, Field(title="Group Latency", description="Milliseconds from request to response.")]
    start: Annotated[str, Field(title="Start", description="The start of the interval.")]
    operation: NotRequired[Annotated[str | None, Field(title="Operation", description="The id of the operation.")]]
    entity: NotRequired[Annotated[str | None, Field(title="Entity", description="The entity in the path, if any.")]]
    caller: NotRequired[
        Annotated[str | None, Field(title="Caller", description="The caller parameter: what the sender calls itself.")]
    ]
    principal: NotRequired[
        Annotated[str | None, Field(title="Principal ID", description="The id of the principal that sent the calls.")]
    ]
    result: NotRequired[Annotated[int | None, Field(title="Result", description="The HTTP status.")]]
    errorCode: NotRequired[
        Annotated[str | None, Field(title="Error Code", description="The error code of failed calls.")]
    ]


UsageReport = TypedDict(
    "UsageReport",
    {
        "from": Annotated[str, Field(title="From", description="The first hour.")],
        "to": Annotated[str, Field(title="To", description="The end of the last hour.")],
        "total": Annotated[UsageFigures, Field(title="Total", description="All calls together.")],
        "rows": Annotated[list[UsageRow], Field(title="Rows", description="One row for each group and interval.")],
        "groups": NotRequired[
            Annotated[
                list[UsageRow] | None,
                Field(title="Groups", description="With an interval, one row for each group over the whole time."),
            ]
        ],
    },
)
"""The usage of an instance."""


def _hours(call: Call) -> tuple[datetime, datetime]:
    """Return the requested time in whole hours: the start of the first, and the end of the last."""
    until = call[TO] or hour_of(call.now) + timedelta(hours=1)
    since = call[FROM] or max(until - timedelta(days=1), call.now - timedelta(days=KEPT_DAYS))
    earliest = call.now - timedelta(days=KEPT_DAYS)
    if since < earliest:
        message = f"'from' may be at most {KEPT_DAYS} days ago ({format_instant(earliest)})."
        raise ServiceError(error_codes.INVALID_PARAMETER(message, FROM.name))
    if not since < until <= call.now + timedelta(days=1):
        message = "'to' must be after 'from', and at most one day from now."
        raise ServiceError(error_codes.INVALID_PARAMETER(message, TO.name))
    return hour_of(since), hour_of(until - _MICRO) + timedelta(hours=1)


@operation(
    "GET",
    "instances/{instanceId}/usage",
    id="GetUsage",
    summary="Get usage",
    description="Returns the number of calls of an instance, their bytes and latencies, over up to 30 days. Use it "
    "for reports on who calls the service and how it responds. Do not use it for changes of customers.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, FROM, TO, GROUP_BY, INTERVAL, TIME_ZONE, FAILED_ONLY, INCLUDE_PAGES),
    responses={200: Response("The counts.", UsageReport)},
    checks=(_hours,),
)
async def get_usage(call: Call) -> Answer:
    start, end = _hours(call)
    counted = await call.services.usage.report(call[params.INSTANCE_ID], start, end)
    if not call[INCLUDE_PAGES]:
        counted = [one for one in counted if one.series.client is None]
    if call[FAILED_ONLY]:
        counted = [one for one in counted if one.series.error_code is not None]
    interval, zone = call[INTERVAL], call[TIME_ZONE] or UTC
    begin = INTERVALS[interval] if interval else lambda _, __: start
    body: UsageReport = {
        "from": format_instant(start),
        "to": format_instant(end),
        "total": _figures(summed(counted, lambda _: None).get(None, Tally())),
        "rows": _rows(counted, call[GROUP_BY], lambda one: begin(one.hour, zone)),
    }
    if interval:
        body["groups"] = _rows(counted, call[GROUP_BY], lambda _: start)
    return Answer(200, body)


def _rows(
    counted: Sequence[UsageCount], groups: Sequence[str], begin: Callable[[UsageCount], datetime]
) -> list[UsageRow]:
    """Return a row for each group and beginning."""
    sums = summed(counted, lambda one: (begin(one), *(GROUPS[name](one) for name in groups)))
    rows = [
        {"start": format_instant(start), **dict(zip(groups, group, strict=True)), **_figures(tally)}
        for (start, *group), tally in sorted(sums.items(), key=lambda item: [str(part) for part in item[0]])
    ]
    return cast("list[UsageRow]", rows)


def _figures(tally: Tally) -> UsageFigures:
    return {
        "count": tally.count,
        "failures": tally.failures,
        "bytesIn": tally.bytes_in,
        "bytesOut": tally.bytes_out,
        "latencyMs": {"p50": tally.percentile_ms(50), "p95": tally.percentile_ms(95), "p99": tally.percentile_ms(99)},
    }


OPERATIONS: tuple[Operation, ...] = (get_usage,)
