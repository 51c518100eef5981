"""Withdraw activities that were sent by mistake."""

from __future__ import annotations

from typing import Any

import httpx
from support import INSTANCE, Clock, definition, put_customers

from function_app.services.services import Services

AT = f"/instances/{INSTANCE}"
UNIFIED = f"{AT}/data/UnifiedActivity"
VISIT = {"CustomerId": "ada", "ActivityId": "v1", "ActivityTime": "2026-11-20T10:00:00Z", "ActivityType": "Visit"}
PURCHASE = {"PurchaseId": "h1", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "c1", "Product": "Not hers"}


async def timeline(client: httpx.AsyncClient) -> Any:
    return (await client.get(f"{AT}/profile/timeline", params={"customerId": "ada"})).json()["value"]


async def test_a_withdrawn_activity_leaves_the_timeline_and_its_id_stays(client: httpx.AsyncClient) -> None:
    await client.post(UNIFIED, json=VISIT | {"Title": "Not hers"})
    assert (await client.post(f"{UNIFIED}/v1/withdraw")).status_code == 204
    assert await timeline(client) == []
    assert (await client.get(f"{UNIFIED}/v1")).status_code == 404
    assert (await client.post(f"{UNIFIED}/v1/withdraw")).status_code == 404
    again = await client.post(UNIFIED, json=VISIT | {"Title": "Not hers"})
    assert again.json()["value"]["outcome"] == "duplicate"
    assert (await client.post(UNIFIED, json=VISIT | {"Title": "Another"})).status_code == 409
    changes = (await client.get(f"{AT}/changes")).json()
    assert ("withdrawActivity", "v1") in {(change["action"], change["subject"]) for change in changes}
    assert "Not hers" not in (await client.get(f"{AT}/data/Customer/ada/export")).text


async def test_an_activity_that_is_hidden_from_the_timeline_is_withdrawn_too(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    hidden = definition()
    hidden["entities"][1]["activity"]["showInTimeline"] = False
    assert (await client.put(AT, json=hidden)).status_code == 200
    await put_customers(services, INSTANCE, [{"CustomerId": "ada", "Crm_Contacts_ContactId": "c1"}], clock)
    address = f"{AT}/data/Shop_Purchases"
    assert (await client.post(address, json=PURCHASE)).status_code == 201
    assert (await client.get(f"{address}/h1")).status_code == 404
    assert (await client.post(f"{address}/h1/withdraw")).status_code == 204
    assert (await client.post(f"{address}/h1/withdraw")).status_code == 404
    assert "Not hers" not in (await client.get(f"{AT}/data/Customer/ada/export")).text


async def test_a_dry_withdrawal_changes_nothing(client: httpx.AsyncClient) -> None:
    await client.post(UNIFIED, json=VISIT)
    dry = {"dryRun": "true"}
    assert (await client.post(f"{UNIFIED}/v1/withdraw", params=dry)).status_code == 204
    assert (await client.post(f"{UNIFIED}/none/withdraw", params=dry)).status_code == 404
    assert len(await timeline(client)) == 1
    changes = (await client.get(f"{AT}/changes")).json()
    assert "withdrawActivity" not in {change["action"] for change in changes}
