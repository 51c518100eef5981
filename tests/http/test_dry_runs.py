"""Try a write first: the answer is what it would be, and nothing is stored or counted as done."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, put_customers

from function_app.services.services import Services

AT = f"/instances/{INSTANCE}"
ADA = f"{AT}/data/Customer/ada"
DRY = {"dryRun": "true"}
WHOLE = {"Prefer": "return=representation"}
PURCHASE = {"PurchaseId": "p1", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "c1"}
BATCH = {"items": [{"CustomerId": "ada", "City": "Bergen"}, {"CustomerId": "ada", "Points": 7}, {"CustomerId": "no"}]}


@pytest.fixture(autouse=True)
async def _keys(services: Services, clock: Clock) -> None:
    row = {"CustomerId": "ada", "City": "Oslo", "Points": 1, "Crm_Contacts_ContactId": "c1"}
    await put_customers(services, INSTANCE, [row], clock)


async def held(client: httpx.AsyncClient) -> list[Any]:
    paths = ("data/Customer", "data/Customer/ada/updates", "updates", "data/UnifiedActivity", "changes")
    answers = [await client.get(f"{AT}/{path}") for path in paths]
    assert [answer.status_code for answer in answers] == [200] * len(paths)
    return [answer.json() for answer in answers]


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("PATCH", "data/Customer/ada", {"City": "Bergen"}),
        ("PATCH", "data/Customer/ada", {"Town": "Bergen"}),
        ("PATCH", "data/Customer/nobody", {"City": "Bergen"}),
        ("POST", "data/Customer/batch", BATCH),
        ("POST", "data/Shop_Purchases", PURCHASE),
        ("POST", "data/Shop_Purchases", PURCHASE | {"ContactId": "unknown"}),
        ("POST", "data/Shop_Purchases", PURCHASE | {"Amount": "many"}),
        ("POST", "data/Shop_Purchases/batch", {"items": [PURCHASE, PURCHASE, PURCHASE | {"Amount": 2}]}),
        ("POST", "data/Customer/ada/revert", None),
        ("DELETE", "data/Customer/ada/updates/u1", None),
        ("DELETE", "data/Customer/ada/updates/none", None),
    ],
)
async def test_a_dry_run_answers_what_the_write_then_answers(
    client: httpx.AsyncClient, clock: Clock, verb: str, path: str, body: Any
) -> None:
    await client.patch(ADA, json={"City": "Moss"}, headers={"Repeatability-Request-ID": "u1"})
    clock.advance(seconds=1)
    headers, before = WHOLE | {"Repeatability-Request-ID": "u2"}, await held(client)
    dry = await client.request(verb, f"{AT}/{path}", params={"dryRun": "True"}, json=body, headers=headers)
    assert await held(client) == before
    done = await client.request(verb, f"{AT}/{path}", json=body, headers=headers)
    assert (dry.status_code, dry.text) == (done.status_code, done.text)
    ids = "x-ms-update-id", "x-ms-valid-until", "Location"
    assert [dry.headers.get(name) for name in ids] == [done.headers.get(name) for name in ids]
    shows = done.is_success and done.status_code != httpx.codes.ACCEPTED  # what is parked shows nowhere
    assert (await held(client) != before) == shows


async def test_a_dry_run_is_counted_by_itself(client: httpx.AsyncClient) -> None:
    await client.patch(ADA, json={"City": "Bergen"}, params=DRY)
    await client.patch(ADA, json={"City": "Bergen"})
    usage = (await client.get(f"{AT}/usage")).json()["rows"]
    counts = {row["operation"]: row["count"] for row in usage}
    assert (counts["UpdateCustomer"], counts["UpdateCustomer (dry run)"]) == (1, 1)


async def test_a_dry_run_is_refused_where_nothing_is_written(client: httpx.AsyncClient) -> None:
    answer = await client.get(ADA, params=DRY)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "UnknownParameter")
