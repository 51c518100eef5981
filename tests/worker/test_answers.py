from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from support.process import LONG_S
from support.readme import README
from worker.environment import MAX_TRIES, SAMPLE, SAMPLE_CUSTOMER, Stage
from worker.test_operations import CALLS, address

from function_app.bootstrap import OPERATIONS

CUSTOMERS = f"/instances/{SAMPLE}/data/Customer"
JSON = {"Content-Type": "application/json"}
PARENT = "b7ad6b7169203331"
EVENT = {"ActivityTime": "2026-11-01T00:00:00Z", "ActivityType": "Feedback", "Title": "x"}
Asked = tuple[str, str, dict[str, str], bytes]


async def customers(admin: httpx.AsyncClient) -> list[str]:
    """Return the ids of the sample's customers without those in the README, as its calls print all their values."""
    query = {"$select": "CustomerId", "$top": "400"}
    rows = (await admin.get(CUSTOMERS, params=query)).json()["value"]
    shown = README.read_text(encoding="utf-8")
    return [row["CustomerId"] for row in rows if row["CustomerId"] not in shown]


FAULTS: list[tuple[Asked, int, str]] = [
    (("PATCH", f"{CUSTOMERS}/nobody", JSON, b'{"City": "Oslo"}'), 404, "CustomerNotFound"),
    (("PATCH", f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", JSON, b'{"City": 1, "Cty": "Oslo"}'), 400, "UnknownAttribute"),
    (("PATCH", f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", JSON, b'{"City": '), 400, "MalformedJson"),
    (("PATCH", f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", JSON, b"\xff\xfe"), 400, "MalformedJson"),
    (("PATCH", f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", {"Content-Type": "text/xml"}, b"<a/>"), 415, "UnsupportedMediaType"),
    (("PATCH", f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", JSON, b" " * (256 * 1024 + 1)), 413, "BodyTooLarge"),
    (("GET", f"{CUSTOMERS}?$filter=City eq 'Oslo", {}, b""), 400, "InvalidQuery"),
    (("GET", f"{CUSTOMERS}?nope=1", {}, b""), 400, "UnknownParameter"),
    (("GET", "/instances/nowhere/data/Customer", {}, b""), 404, "InstanceNotFound"),
    (("GET", "/pages/nothing.js", {}, b""), 404, "FileNotFound"),
]


@pytest.mark.parametrize(("asked", "status", "code"), FAULTS, ids=[code for *_, code in FAULTS])
async def test_a_fault_is_reported_in_words(admin: httpx.AsyncClient, asked: Asked, status: int, code: str) -> None:
    verb, path, headers, content = asked
    answer = await admin.request(verb, path, headers=headers, content=content)
    assert (answer.status_code, answer.json()["errorCode"]) == (status, code)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_chunked_body_is_refused_until_it_comes_with_its_length(admin: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"City": "Oslo"}'

    answer = await admin.patch(f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", content=chunks(), headers=JSON)
    assert (answer.status_code, answer.json()["errorCode"]) == (411, "LengthRequired")


async def test_what_a_caller_has_is_answered_304_without_body_and_type(admin: httpx.AsyncClient) -> None:
    conditional = [operation.id for operation in OPERATIONS if operation.is_conditional]
    assert {"GetCustomer", "ShowCard", "GetPageFile"} <= set(conditional)
    for name in conditional:
        first = await admin.get(address(name), params=CALLS[name].query)
        again = await admin.get(
            address(name), params=CALLS[name].query, headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (name, first.status_code, again.status_code) == (name, 200, 304)
        assert again.headers["ETag"] == first.headers["ETag"]
        assert (again.content, again.headers.get("content-type", "")) == (b"", "")


async def test_a_repeat_is_distinguished_from_a_conflict(admin: httpx.AsyncClient) -> None:
    path, headers = f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", {"Repeatability-Request-ID": "clash"}
    answers = [await admin.patch(path, json={"City": city}, headers=headers) for city in ("Oslo", "Oslo", "Rome")]
    assert [answer.status_code for answer in answers] == [204, 204, 409]
    assert [answer.headers.get("x-ms-update-id") for answer in answers] == ["clash", "clash", None]


@pytest.mark.parametrize(
    "page",
    ["/", *(f"/instances/{SAMPLE}/{path}" for path in (f"card/{SAMPLE_CUSTOMER}", "usage/page", "page"))],
)
async def test_a_page_and_all_it_loads_are_served_with_their_types(stage: Stage, page: str) -> None:
    types = {"css": "text/css", "js": "text/javascript", "html": "text/html"}
    async with stage.client() as browser:
        shown = await browser.get(page)
        assert shown.headers["content-type"] == "text/html; charset=utf-8"
        assert "frame-ancestors" in shown.headers["content-security-policy"]
        loaded = set(re.findall(r"(?:src|href)=\"([^\"]*pages/[^\"]+\.\w+)\"", shown.text))
        assert len(loaded) > 1
        for name in loaded:
            file = await browser.get(str(httpx.URL(f"http://localhost/api{page}").join(name)))
            assert (name, file.status_code) == (name, 200)
            assert file.headers["content-type"].startswith(types[name.rpartition(".")[2]])


async def test_batches_of_500_are_accepted_completely(admin: httpx.AsyncClient) -> None:
    ids = (await customers(admin))[:300]
    updates = [{"CustomerId": ids[n % 300], "Street": f"Batch {n}"} for n in range(500)]
    events = [{**EVENT, "CustomerId": ids[n % 300], "ActivityId": f"batch-{n}"} for n in range(500)]
    for path, items, outcomes in (
        (f"{CUSTOMERS}/batch", updates, {"applied", "superseded"}),
        (f"/instances/{SAMPLE}/data/UnifiedActivity/batch", events, {"created", "duplicate"}),
    ):
        results = await send(admin, path, items)
        assert sorted(results) == list(range(500))
        assert set(results.values()) <= outcomes


async def send(admin: httpx.AsyncClient, path: str, items: list[dict[str, Any]]) -> dict[int, str]:
    """Send a batch, and items again if a slow store had no time for them; return the outcome or code of each item."""
    outcomes: dict[int, str] = {}
    for _ in range(MAX_TRIES):
        left = [index for index in range(len(items)) if outcomes.get(index) in {None, "StoreUnavailable", "Busy"}]
        if not left:
            break
        results = (await admin.post(path, json={"items": [items[index] for index in left]})).json()["value"]
        assert [result["index"] for result in results] == list(range(len(left)))
        outcomes |= {
            index: result.get("outcome") or result["errorCode"] for index, result in zip(left, results, strict=True)
        }
    return outcomes


async def test_50_calls_at_once_are_all_answered(admin: httpx.AsyncClient) -> None:
    addresses = [f"{CUSTOMERS}/{customer_id}" for customer_id in (await customers(admin))[:50]]
    writes = [admin.patch(each, json={"PostalCode": f"P{n}"}) for n, each in enumerate(addresses)]
    assert {answer.status_code for answer in await asyncio.gather(*writes)} == {204}
    reads = await asyncio.gather(*map(admin.get, addresses))
    assert [answer.json()["PostalCode"] for answer in reads] == [f"P{n}" for n in range(50)]


async def test_a_location_leads_to_what_was_created(admin: httpx.AsyncClient) -> None:
    for activity_id in ("plain", "with space", "order/1", "서울 é", "a?b#c&d=e%f"):
        answer = await admin.post(
            f"/instances/{SAMPLE}/data/UnifiedActivity",
            json={**EVENT, "CustomerId": SAMPLE_CUSTOMER, "ActivityId": activity_id},
        )
        assert answer.status_code == 201, answer.text
        assert (await admin.get(answer.headers["Location"])).json()["ActivityId"] == activity_id


async def test_a_page_leads_to_the_next(admin: httpx.AsyncClient) -> None:
    first = (
        await admin.get(CUSTOMERS, params={"$orderby": "City desc"}, headers={"Prefer": "odata.maxpagesize=3"})
    ).json()
    second = (await admin.get(first["@odata.nextLink"])).json()
    assert not {row["CustomerId"] for row in first["value"]} & {row["CustomerId"] for row in second["value"]}


async def test_the_trace_of_the_host_is_continued(stage: Stage, admin: httpx.AsyncClient) -> None:
    trace_id = uuid.uuid4().hex
    await admin.get(f"{CUSTOMERS}/{SAMPLE_CUSTOMER}", headers={"traceparent": f"00-{trace_id}-{PARENT}-01"})
    deadline = time.monotonic() + LONG_S
    while not (spans := spans_of(stage, trace_id)):
        assert time.monotonic() < deadline, "nothing arrived"
        await asyncio.sleep(0.05)
    assert spans["GetCustomer"]["tags"]["ai.operation.parentId"] == PARENT
    assert {item["data"]["baseType"] for item in spans.values()} == {"RemoteDependencyData"}, (
        "the Request is the host's"
    )


def spans_of(stage: Stage, trace_id: str) -> dict[str, Any]:
    """Return the items of a trace in Application Insights by name, after the request itself has arrived."""
    items = [item for item in stage.services.insights.items if item["tags"].get("ai.operation.id") == trace_id]
    spans = {item["data"]["baseData"].get("name"): item for item in items}
    return spans if "GetCustomer" in spans else {}


async def test_an_unknown_address_is_answered_with_our_error_and_the_callers_id(admin: httpx.AsyncClient) -> None:
    answer = await admin.get("/nowhere/at/all", headers={"x-ms-request-id": "mine"})
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "AddressNotFound")
    assert answer.headers["x-ms-request-id"] == "mine"
