"""Many requests at once: each gets an answer of ours, done or refused in words."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx
from support.transport import HostTransport
from worker.environment import SAMPLE_CUSTOMER, Stage, bearer
from worker.front import open_front
from worker.test_operations import CALLS, PURCHASE, Call, address

from function_app.bootstrap import OPERATIONS

OF_EACH_KIND = 50
VERBS = {operation.id: operation.verb for operation in OPERATIONS}
TEXT = {"FullName": "x" * 200, "Street": "x" * 120, "Company": "x" * 120}
LARGE = [{"CustomerId": SAMPLE_CUSTOMER, **TEXT} for _ in range(45)]
EVENTS = [{"PurchaseId": f"crowd-{number}", **PURCHASE, "Details": "x" * 200} for number in range(45)]
KINDS = {
    "GetCustomer": CALLS["GetCustomer"],
    "ListCustomers": Call(query={"$top": "1000"}),
    "UpdateCustomer": CALLS["UpdateCustomer"],
    "UpdateCustomers": Call(body={"items": LARGE}),
    "CreateActivities": Call(body={"items": EVENTS}),
    "CheckHealth": CALLS["CheckHealth"],
}


async def test_each_of_300_requests_at_once_is_answered_or_refused_with_a_body(stage: Stage) -> None:
    headers = bearer(oid="crowd", roles=["Administrator"])
    transport = HostTransport(open_front(stage.worker))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api", headers=headers) as client:

        async def ask(kind: str) -> httpx.Response:
            call = KINDS[kind]
            return await client.request(
                VERBS[kind], address(kind), params=call.query, json=call.body, headers=call.headers
            )

        asked = [kind for _ in range(OF_EACH_KIND) for kind in KINDS]
        answers = list(zip(asked, await asyncio.gather(*map(ask, asked)), strict=True))
    done = Counter(kind for kind, answer in answers if answer.status_code < 400)
    batches = [answer for kind, answer in answers if kind in {"UpdateCustomers", "CreateActivities"}]
    items = [item for answer in batches if answer.status_code == 200 for item in answer.json()["value"]]
    assert {item.get("errorCode") for item in items} <= {None, "Busy", "StoreUnavailable"}
    assert [item for item in items if "errorCode" not in item]
    refused = [answer for _, answer in answers if answer.status_code >= 400]
    assert done.keys() == KINDS.keys()
    assert {answer.status_code for answer in refused} <= {429, 503}
    for answer in refused:
        assert answer.json()["errorCode"] in {"TooManyRequests", "Busy", "StoreUnavailable"}
        assert int(answer.headers["Retry-After"]) >= 1
