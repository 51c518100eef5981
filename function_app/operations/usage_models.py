"""Bodies about usage, as pydantic models."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Latency(BaseModel):
    """Milliseconds that half, 95 % and 99 % of the calls stayed within."""

    p50: float = Field(title="Median", description="Half of the calls took no longer.")
    p95: float = Field(title="95th Percentile", description="95 % of the calls took no longer.")
    p99: float = Field(title="99th Percentile", description="99 % of the calls took no longer.")


class UsageFigures(BaseModel):
    """Calls, their bytes and latencies."""

    count: int = Field(title="Count", description="How many calls.")
    failures: int = Field(title="Failures", description="How many were answered with an error.")
    bytesIn: int = Field(title="Bytes In", description="Bytes of request bodies.")
    bytesOut: int = Field(title="Bytes Out", description="Bytes of response bodies.")
    latencyMs: Latency = Field(title="Latency", description="Milliseconds from arrival to answer.")


class UsageRow(UsageFigures):
    """The calls of one group; of what groupBy names, the members are there."""

    start: str = Field(title="Start", description="Where the interval begins.")
    operation: str | None = Field(None, title="Operation", description="The operation's id.")
    entity: str | None = Field(None, title="Entity", description="The entity of the path, if it names one.")
    caller: str | None = Field(None, title="Caller", description="The caller parameter, or the principal's id.")
    result: int | None = Field(None, title="Result", description="The HTTP status.")
    errorCode: str | None = Field(None, title="Error Code", description="The error code, if it failed.")


class UsageReport(BaseModel):
    """How much an instance was called."""

    start: str = Field(alias="from", title="From", description="The first hour.")
    end: str = Field(alias="to", title="To", description="The end of the last hour.")
    total: UsageFigures = Field(title="Total", description="All calls together.")
    rows: list[UsageRow] = Field(title="Rows", description="One for each group and interval.")
