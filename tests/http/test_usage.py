from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from support import INSTANCE, NOW, Clock, definition, host_over
from support.process import LONG_S

from function_app.domain.usage import Series, Traffic
from function_app.errors import Unavailable
from function_app.services import usage as usage_service
from function_app.services.services import Services
from function_app.services.usage import MAX_SERIES, OTHER
from function_app.store.embedded import EmbeddedStore
from function_app.store.usage_documents import usage_document

AT = f"instances/{INSTANCE}"
CUSTOMER = f"{AT}/data/Customer/ada"
HOUR = timedelta(hours=1)
ALL = "operation,entity,caller,principal,result,errorCode"


async def usage(client: httpx.AsyncClient, **asked: str) -> dict[str, Any]:
    answer = await client.get(f"{AT}/usage", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def seen(report: dict[str, Any], *names: str) -> list[Any]:
    return [tuple(row[name] for name in names) for row in report["rows"]]


async def test_every_call_is_counted_by_all_its_dimensions(client: httpx.AsyncClient) -> None:
    await client.get(CUSTOMER)
    await client.get(CUSTOMER)
    await client.get(f"{AT}/data/Customer/nobody")
    await client.patch(f"{CUSTOMER}?caller=flow", json={"City": "Bergen"})
    await client.patch(f"{CUSTOMER}?caller=flow", json={"Points": "many"})
    await client.get(f"{AT}/manage/entities/Nope")
    report = await usage(client, groupBy=ALL)
    assert seen(report, "operation", "entity", "caller", "principal", "result", "errorCode", "count") == [
        ("GetCustomer", "Customer", None, "local", 200, None, 2),
        ("GetCustomer", "Customer", None, "local", 404, "CustomerNotFound", 1),
        ("GetEntity", None, None, "local", 404, "EntityNotFound", 1),
        ("UpdateCustomer", "Customer", "flow", "local", 204, None, 1),
        ("UpdateCustomer", "Customer", "flow", "local", 400, "WrongType", 1),
    ]
    assert (report["total"]["count"], report["total"]["failures"]) == (6, 3)


async def test_bytes_and_latencies_are_reported(client: httpx.AsyncClient) -> None:
    read = await client.get(CUSTOMER)
    body = json.dumps({"City": "Bergen"}).encode()
    await client.patch(CUSTOMER, content=body, headers={"Content-Type": "application/json"})
    rows = {row["operation"]: row for row in (await usage(client))["rows"]}
    assert rows["GetCustomer"]["bytesOut"] == len(read.content)
    assert rows["UpdateCustomer"]["bytesIn"] == len(body)
    latency = rows["GetCustomer"]["latencyMs"]
    assert 0 < latency["p50"] <= latency["p95"] <= latency["p99"] < 60_000


@pytest.mark.parametrize(("interval", "starts"), [("hour", 3), ("day", 2), (None, 1)])
async def test_hours_and_days_are_reported_separately(
    client: httpx.AsyncClient, clock: Clock, interval: str | None, starts: int
) -> None:
    for hours in (0, 1, 20):
        clock.now = NOW
        clock.advance(hours=hours)
        await client.get(CUSTOMER)
    report = await usage(client, **({"interval": interval} if interval else {}))
    assert len(report["rows"]) == starts
    assert sum(row["count"] for row in report["rows"]) == report["total"]["count"] == 3


async def test_workers_add_up_and_a_call_is_counted_once_however_often_it_is_flushed(
    hosted: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, services = hosted
    other = Services(services.store)
    series = Series("GetCustomer", "Customer", "local", 200, None)
    for _ in range(3):
        await client.get(CUSTOMER)
        other.usage.record(INSTANCE, series, Traffic(1, 1, 0.1), clock())
        await other.usage.flush()
        await services.usage.flush()
    assert seen(await usage(client), "operation", "count") == [("GetCustomer", 6)]
    await other.usage.close()


async def test_what_was_counted_is_written_at_shutdown(tmp_path: Path, clock: Clock) -> None:
    async with host_over(EmbeddedStore(tmp_path), clock) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        await client.get(AT)
    async with host_over(EmbeddedStore(tmp_path), clock) as (client, _):
        assert seen(await usage(client), "operation", "count") == [("GetInstance", 1)]


@pytest.mark.parametrize("due", ["FLUSH_WHEN_IDLE_S", "FLUSH_EVERY_S"])
async def test_what_was_counted_is_written_soon_after_the_last_call_and_every_while_under_steady_traffic(
    hosted: tuple[httpx.AsyncClient, Services], monkeypatch: pytest.MonkeyPatch, due: str
) -> None:
    client, services = hosted
    for wait in ("FLUSH_WHEN_IDLE_S", "FLUSH_EVERY_S"):
        monkeypatch.setattr(usage_service, wait, 0 if wait == due else 3600)
    await client.get(AT)
    async with asyncio.timeout(LONG_S):
        while not await services.store.usage.read(INSTANCE, NOW, NOW + HOUR):
            await client.get("health")


async def test_a_flush_that_fails_loses_nothing(
    hosted: tuple[httpx.AsyncClient, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, services = hosted

    async def fail(*_: object) -> None:
        raise Unavailable

    await client.get(AT)
    with monkeypatch.context() as broken:
        broken.setattr(services.store.usage, "write", fail)
        await services.usage.flush()
    assert seen(await usage(client), "operation", "count") == [("GetInstance", 1)]


async def test_an_instance_that_does_not_exist_leaves_nothing_behind(
    hosted: tuple[httpx.AsyncClient, Services],
) -> None:
    client, services = hosted
    await client.get("instances/missing")
    await services.usage.flush()
    assert not await services.store.usage.read("missing", NOW, NOW + HOUR)


async def test_too_many_callers_are_counted_together(hosted: tuple[httpx.AsyncClient, Services], clock: Clock) -> None:
    client, services = hosted
    for n in range(MAX_SERIES + 5):
        series = Series("GetCustomer", "Customer", f"c{n}", 200, None)
        services.usage.record(INSTANCE, series, Traffic(0, 0, 0.1), clock())
    rows = seen(await usage(client, groupBy="caller"), "caller", "count")
    assert len(rows) == MAX_SERIES + 1
    assert (OTHER, 5) in rows


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-10-24T11:59:59Z",
        "from=yesterday",
        "from=2026-11-23T10:00:00",
        "to=2026-11-22T10:00:00Z&from=2026-11-22T10:00:00Z",
        "to=2027-01-01T00:00:00Z",
        "groupBy=city",
        "groupBy=caller,caller",
        "interval=week",
    ],
)
async def test_a_wrong_question_is_refused(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"{AT}/usage?{query}")
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidParameter")


async def test_a_document_of_usage_is_bounded_in_bytes_by_long_names(
    hosted: tuple[httpx.AsyncClient, Services], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, services = hosted
    sizes: list[int] = []
    write = services.store.usage.write

    async def measured(instance_id: str, hour: Any, worker: str, counts: Any) -> None:
        sizes.append(len(orjson.dumps(usage_document(instance_id, hour, worker, counts))))
        await write(instance_id, hour, worker, counts)

    monkeypatch.setattr(services.store.usage, "write", measured)
    for n in range(MAX_SERIES):
        series = Series("GetCustomer", "Customer", f"{n:03}" + "\u0001" * 3_000, 200, None)
        for seconds in (0.001, 0.01, 0.1, 1):
            services.usage.record(INSTANCE, series, Traffic(0, 0, seconds), clock())
    await services.usage.flush()
    assert 1_000_000 < sizes[-1] < 2_000_000
    found = await services.store.usage.read(INSTANCE, NOW, NOW + HOUR)
    assert sum(count.tally.count for count in found) == 4 * MAX_SERIES
    assert OTHER in {count.series.caller for count in found}


async def test_days_begin_in_the_requested_time_zone(client: httpx.AsyncClient, clock: Clock) -> None:
    clock.now = NOW.replace(hour=14)
    await client.get(CUSTOMER)
    clock.advance(hours=2)  # in Seoul it is the next day
    await client.get(CUSTOMER)
    report = await usage(client, interval="day", timeZone="Asia/Seoul")
    midnights = [NOW.replace(hour=15, minute=0, second=0, microsecond=0) - timedelta(days=days) for days in (1, 0)]
    assert [row["start"] for row in report["rows"]] == [f"{each:%Y-%m-%dT%H}:00:00.000000Z" for each in midnights]
    refused = await client.get(f"{AT}/usage", params={"timeZone": "Nowhere"})
    assert refused.json()["errorCode"] == "InvalidParameter"


async def test_with_an_interval_the_sums_of_the_whole_time_are_beside_it(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    for _ in range(2):
        await client.get(CUSTOMER)
        clock.advance(hours=1)
    report = await usage(client, interval="hour")
    assert seen(report, "operation", "count") == [("GetCustomer", 1), ("GetCustomer", 1)]
    assert [(row["operation"], row["count"]) for row in report["groups"]] == [("GetCustomer", 2)]
    assert "groups" not in await usage(client)


async def test_calls_of_pages_count_only_if_asked(client: httpx.AsyncClient) -> None:
    await client.get(CUSTOMER, headers={"x-ms-client": "page"})
    await client.get(CUSTOMER, headers={"x-ms-client": "another"})
    assert seen(await usage(client), "count") == [(1,)]
    everything = await usage(client, includePages="true")
    assert ("GetCustomer", 2) in seen(everything, "operation", "count")


async def test_only_failed_calls_are_counted_if_asked(client: httpx.AsyncClient) -> None:
    await client.get(CUSTOMER)
    await client.get(f"{AT}/data/Customer/nobody")
    report = await usage(client, failedOnly="true", groupBy="errorCode")
    assert seen(report, "errorCode", "count", "failures") == [("CustomerNotFound", 1, 1)]
    assert report["total"]["count"] == 1
