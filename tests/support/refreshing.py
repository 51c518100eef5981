"""Rows of snapshots and calls shared by tests of refreshes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from support import INSTANCE
from support import refresh as refresh_instance

JOBS = f"/instances/{INSTANCE}/workflows/main/jobs"
ADA = {"CustomerId": "ada", "City": "Oslo", "Points": "7", "Crm_Contacts_ContactId": "c-ada"}
BOB = {"CustomerId": "bob", "City": "Bergen", "Points": "", "Crm_Contacts_ContactId": "c-bob"}
SALE = {
    "PurchaseId": "p1",
    "PurchasedOn": "2026-11-20T10:00:00Z",
    "ContactId": "c-ada",
    "Product": "Bike",
    "Amount": "12.50",
}
POSTED = {**SALE, "Amount": 12.5}
Write = Callable[..., None]


async def refresh(client: httpx.AsyncClient, **options: str) -> dict[str, Any]:
    return await refresh_instance(client, INSTANCE, options)


def counted(job: Mapping[str, Any], *words: str) -> list[int]:
    return [job["progress"][word] for word in words]


async def read(client: httpx.AsyncClient, customer_id: str) -> Any:
    answer = await client.get(f"/instances/{INSTANCE}/data/Customer/{customer_id}")
    return answer.json() if answer.status_code == 200 else None


async def timeline(client: httpx.AsyncClient, customer_id: str) -> list[dict[str, Any]]:
    answer = await client.get(f"/instances/{INSTANCE}/profile/timeline", params={"customerId": customer_id})
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


async def owner(client: httpx.AsyncClient, key: str) -> str | None:
    asked = {"dataSourceName": "Crm", "entityName": "Contacts", "key": key}
    answer = await client.get(f"/instances/{INSTANCE}/profile/keyring", params=asked)
    found: str | None = answer.json().get("customerId")
    return found


async def post(client: httpx.AsyncClient, **changes: Any) -> httpx.Response:
    return await client.post(f"/instances/{INSTANCE}/data/Shop_Purchases", json=POSTED | changes)


async def patch(client: httpx.AsyncClient, customer_id: str, **changes: Any) -> None:
    answer = await client.patch(f"/instances/{INSTANCE}/data/Customer/{customer_id}", json=changes)
    assert answer.status_code == 204


async def rejected(client: httpx.AsyncClient, job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all rejected rows of a job, page by page."""
    found, url = list[dict[str, Any]](), f"{JOBS}/{job['jobId']}/rejected"
    while url:
        page = (await client.get(url)).json()
        found += page["value"]
        url = page.get("@odata.nextLink", "")
    assert len(found) == page["count"]
    return found


class NoWorkers:
    """Workers that lose every step, as a process does that dies."""

    stopping = False

    async def send(self, steps: Any) -> None:
        pass

    async def close(self) -> None:
        pass
