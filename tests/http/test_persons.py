from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, NOW, Clock, host_over
from support.person import FORMER, KEY, OTHER, PERSON, put_person

from function_app.domain.instant import format_instant
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"/instances/{INSTANCE}/data/Customer"
PURCHASE = {"PurchaseId": "p9", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": KEY.key, "Product": "Bike"}
COUNTS = {"profiles": 1, "updates": 1, "activities": 1, "parked": 1, "keys": 2}


@pytest.fixture
async def hosted(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The host with a person of which it has something of every kind."""
    async with host_over(EmbeddedStore(tmp_path / "data"), clock) as (client, services):
        await put_person(services, clock())
        yield client, services


async def test_an_export_has_each_kind_of_stored_document(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{AT}/{PERSON}/export")
    export = answer.json()
    assert (answer.status_code, export["customerId"]) == (200, PERSON)
    assert export["profile"]["attributes"]["City"] == "Rome"
    assert export["profile"]["source"]["City"] == "Oslo"
    assert export["profile"]["live"]["City"]["caller"] == "shop"
    (update,) = export["updates"]
    assert (update["attributes"], update["caller"], update["customerId"]) == ({"City": "Rome"}, "shop", PERSON)
    assert [one["activityId"] for one in export["activities"]] == ["Zxq7-1"]
    assert export["parked"][0]["activity"]["activityId"] == "Zxq7-3"
    assert {name: export["parked"][0][name] for name in ("entity", "key")} == KEY._asdict()
    assert export["keys"] == [KEY._asdict(), FORMER._asdict()]
    assert [(count["caller"], count["principal"], count["count"]) for count in export["usage"]] == [
        (PERSON, None, 1),
        ("portal", PERSON, 1),
    ]
    assert len(export["refreshes"]["00000001"]) == 2
    assert OTHER not in answer.text


async def test_an_export_names_who_sent_an_update_and_who_ended_it(client: httpx.AsyncClient) -> None:
    sent = await client.patch(f"{AT}/{PERSON}", json={"City": "Bern"})
    await client.post(f"{AT}/{PERSON}/revert", params={"attributes": "City"})
    updates = (await client.get(f"{AT}/{PERSON}/export")).json()["updates"]
    (update,) = (each for each in updates if each["updateId"] == sent.headers["x-ms-update-id"])
    sender = {"id": "local", "kind": "user", "name": None}
    assert update["principal"] == sender
    assert update["ends"]["City"] == {"at": format_instant(NOW), "landed": False, "by": sender}


async def test_an_erased_person_is_unknown_to_reads_and_refused_to_writes(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{AT}/{PERSON}/erase")
    assert (answer.status_code, answer.json()["erased"]) == (200, COUNTS)
    assert "Zxq7" not in answer.text
    assert (await client.get(f"{AT}/{PERSON}")).status_code == 404
    assert (await client.get(f"{AT}/{PERSON}/export")).status_code == 404
    unified = {"CustomerId": PERSON, "ActivityTime": PURCHASE["PurchasedOn"], "ActivityType": "Visit"}
    data = f"/instances/{INSTANCE}/data"
    refused = [
        await client.patch(f"{AT}/{PERSON}", json={"City": "Rome"}),
        await client.post(f"{data}/Shop_Purchases", json=PURCHASE),
        await client.post(f"{data}/UnifiedActivity", json=unified),
        await client.post(f"{AT}/{PERSON}/revert"),
        await client.delete(f"{AT}/{PERSON}/updates/u1"),
    ]
    assert [(each.status_code, each.json()["errorCode"]) for each in refused] == [(410, "CustomerErased")] * 5
    batch = await client.post(f"{data}/Shop_Purchases/batch", json={"items": [PURCHASE, PURCHASE | {"ContactId": "x"}]})
    assert [item.get("errorCode", item.get("outcome")) for item in batch.json()["value"]] == [
        "CustomerErased",
        "parked",
    ]
    assert (await client.patch(f"{AT}/{OTHER}", json={"City": "Bern"})).status_code == 204
    assert (await client.patch(f"{AT}/nobody", json={"City": "Bern"})).status_code == 404


async def test_an_erasure_can_be_repeated(client: httpx.AsyncClient) -> None:
    await client.post(f"{AT}/{PERSON}/erase")
    again = await client.post(f"{AT}/{PERSON}/erase")
    assert (again.status_code, again.json()["erased"]) == (200, dict.fromkeys(COUNTS, 0))


@pytest.mark.parametrize(("verb", "path"), [("GET", "export"), ("POST", "erase")])
async def test_a_person_of_whom_nothing_is_held_is_404(client: httpx.AsyncClient, verb: str, path: str) -> None:
    answer = await client.request(verb, f"{AT}/nobody/{path}")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "CustomerNotFound")


async def test_exports_and_erasures_are_recorded_without_the_id(client: httpx.AsyncClient, clock: Clock) -> None:
    clock.advance(seconds=1)
    await client.get(f"{AT}/{PERSON}/export")
    clock.advance(seconds=1)
    await client.post(f"{AT}/{PERSON}/erase")
    erased, exported = (await client.get(f"/instances/{INSTANCE}/changes")).json()[:2]
    assert (erased["action"], exported["action"]) == ("eraseCustomer", "exportCustomer")
    assert erased["subject"] == exported["subject"]
    assert erased["detail"] == "profiles: 1, updates: 1, activities: 1, parked: 1, keys: 2"
    assert "Zxq7" not in json.dumps([erased, exported])


async def test_the_usage_of_an_erased_person_is_counted_without_its_name(client: httpx.AsyncClient) -> None:
    await client.post(f"{AT}/{PERSON}/erase")
    usage = await client.get(f"/instances/{INSTANCE}/usage", params={"groupBy": "caller,principal"})
    assert PERSON not in usage.text
    names = {(row["caller"], row["principal"]) for row in usage.json()["rows"]}
    assert names >= {("(erased)", None), ("portal", "(erased)")}


async def test_a_dry_erasure_counts_and_leaves_everything(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{AT}/{PERSON}/erase", params={"dryRun": "true"})
    assert (answer.status_code, answer.json()["erased"]) == (200, COUNTS)
    assert (await client.get(f"{AT}/{PERSON}")).status_code == 200
    assert (await client.patch(f"{AT}/{PERSON}", json={"City": "Rome"})).status_code == 204
    changes = (await client.get(f"/instances/{INSTANCE}/changes")).json()
    assert "eraseCustomer" not in {change["action"] for change in changes}
