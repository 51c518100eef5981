from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import httpx
import pytest
from support import INSTANCE, ROOT, Clock, definition, put_customers

from function_app.domain.activity import SourceKey
from function_app.services.services import Services

DATA = f"/instances/{INSTANCE}/data"
TIMELINE = f"/instances/{INSTANCE}/profile/timeline"
PURCHASE = {
    "PurchaseId": "P-1",
    "PurchasedOn": "2026-11-23T12:30:00+01:00",
    "ContactId": "c1",
    "Product": "Sykkel",
    "Amount": 9.5,
}
UNIFIED = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback", "Title": "Fin!"}


@pytest.fixture(autouse=True)
async def _key_ring(services: Services, clock: Clock) -> None:
    rows = [{"CustomerId": "ada", "Crm_Contacts_ContactId": "c1"}, {"CustomerId": "bob"}]
    await put_customers(services, INSTANCE, rows, clock)


async def load(services: Services, clock: Clock, **row: str) -> None:
    await put_customers(services, INSTANCE, [row], clock)


async def timeline(client: httpx.AsyncClient, **parameters: Any) -> list[dict[str, Any]]:
    answer = await client.get(TIMELINE, params={"customerId": "ada"} | parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


async def test_a_source_record_is_on_the_timeline_at_once_in_every_attribute(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE)
    created = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == created["location"]
    assert created["statusCode"] == 201
    identity = created["value"]["activityId"]
    assert created["value"] == {
        "activityId": identity,
        "customerId": "ada",
        "outcome": "created",
        "validUntil": "2026-12-23T12:00:00.000000Z",
    }
    assert (await client.get(created["location"])).json() == (await timeline(client))[0]
    shown = (await timeline(client))[0]
    assert json.loads(shown.pop("SemanticData")) == PURCHASE | {"PurchasedOn": "2026-11-23T11:30:00.000000Z"}
    assert shown == {
        "principal": {"id": "local", "kind": "user", "name": None},
        "CustomerId": "ada",
        "ActivityId": identity,
        "ActivityTime": "2026-11-23T11:30:00.000000Z",
        "ActivityType": "SalesOrder",
        "ActivityTypeDisplay": "Purchase",
        "ActivityName": "Purchases",
        "Title": "Sykkel",
        "Description": None,
        "ExternalUrl": None,
        "EntityName": "Shop_Purchases",
        "ActualActivityId": "P-1",
        "ActivityForeignKey": "c1",
        "RangeIndex": "1795433400",
    }


async def test_a_unified_activity_is_completed(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{DATA}/UnifiedActivity", json=UNIFIED)
    assert answer.status_code == 201
    shown = (await timeline(client))[0]
    assert {name: shown[name] for name in ("Title", "ActivityTypeDisplay", "RangeIndex")} == {
        "Title": "Fin!",
        "ActivityTypeDisplay": "Feedback",
        "RangeIndex": "1795431600",
    }


@pytest.mark.parametrize(("entity", "record"), [("Shop_Purchases", PURCHASE), ("UnifiedActivity", UNIFIED)])
async def test_a_record_posted_again_is_a_duplicate_whatever_its_form(
    client: httpx.AsyncClient, clock: Clock, entity: str, record: dict[str, Any]
) -> None:
    first = await client.post(f"{DATA}/{entity}", json=record)
    clock.advance(minutes=5)
    backwards = dict(reversed(record.items()))
    headers = {"Content-Type": "application/json-patch+json; charset=utf-8"}
    again = await client.post(f"{DATA}/{entity}", content=json.dumps(json.dumps(backwards)), headers=headers)
    assert again.status_code == 201
    assert again.json()["value"] == first.json()["value"] | {"outcome": "duplicate"}
    assert len(await timeline(client)) == 1


async def test_the_same_key_with_other_content_is_refused(client: httpx.AsyncClient) -> None:
    await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE)
    answer = await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE | {"Amount": 10})
    assert (answer.status_code, answer.json()["errorCode"]) == (409, "ActivityExists")
    assert len(await timeline(client)) == 1


def test_an_activity_id_is_the_same_in_every_process() -> None:
    code = (
        "from function_app.domain.activity import activity_id, key_text; print(activity_id('A_B', key_text(['1', 2])))"
    )
    made = {
        subprocess.run(  # the hash seed differs between processes
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1


async def test_composite_keys_with_the_same_letters_are_different_activities(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    composite = definition()
    composite["entities"][1]["keys"] = [["PurchaseId", "Product"]]
    await services.instances.define(INSTANCE, composite, clock())
    for parts in (("a|b", "c"), ("a", "b|c"), ("a\\", "|b|c")):
        record = PURCHASE | {"PurchaseId": parts[0], "Product": parts[1]}
        assert (await client.post(f"{DATA}/Shop_Purchases", json=record)).json()["value"]["outcome"] == "created"
    assert len(await timeline(client)) == 3


async def test_an_activity_of_a_customer_to_come_is_parked_and_joins(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    record = PURCHASE | {"ContactId": "c2"}
    answer = await client.post(f"{DATA}/Shop_Purchases", json=record)
    assert answer.status_code == 202
    assert answer.json()["statusCode"] == 202
    assert answer.json()["value"]["outcome"] == "parked"
    assert answer.json()["value"]["customerId"] is None
    again = await client.post(f"{DATA}/Shop_Purchases", json=record)
    assert (again.status_code, again.json()["value"]["outcome"]) == (202, "duplicate")
    other = await client.post(f"{DATA}/Shop_Purchases", json=record | {"Amount": 1})
    assert other.status_code == 409
    await load(services, clock, CustomerId="eve", Crm_Contacts_ContactId="c2")
    assert [shown["CustomerId"] for shown in await timeline(client, customerId="eve")] == ["eve"]
    late = await client.post(f"{DATA}/Shop_Purchases", json=record)
    assert (late.status_code, late.json()["value"]["outcome"]) == (201, "duplicate")


async def test_a_parked_activity_is_dropped_when_it_ends(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    record = PURCHASE | {"ContactId": "c2"}
    await client.post(f"{DATA}/Shop_Purchases", params={"validFor": "PT1H"}, json=record)
    clock.advance(hours=1)
    await load(services, clock, CustomerId="eve", Crm_Contacts_ContactId="c2")
    assert await timeline(client, customerId="eve") == []


async def test_a_key_that_comes_while_an_activity_is_parked_is_not_passed_by(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = services.store.activities.park

    async def refresh_then_park(*arguments: Any) -> Any:
        await load(services, clock, CustomerId="eve", Crm_Contacts_ContactId="c2")
        return await park(*arguments)

    monkeypatch.setattr(services.store.activities, "park", refresh_then_park)
    answer = await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE | {"ContactId": "c2"})
    assert answer.json()["value"]["customerId"] == "eve"
    assert len(await timeline(client, customerId="eve")) == 1


async def test_of_two_at_once_whose_key_comes_while_they_are_parked_one_is_created(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    park, parked = services.store.activities.park, asyncio.Barrier(2)

    async def park_then_refresh(*arguments: Any) -> Any:
        known = await park(*arguments)
        await parked.wait()
        await load(services, clock, CustomerId="eve", Crm_Contacts_ContactId="c2")
        return known

    monkeypatch.setattr(services.store.activities, "park", park_then_refresh)
    tries = [client.post(f"{DATA}/Shop_Purchases", json=PURCHASE | {"ContactId": "c2"}) for _ in range(2)]
    outcomes = [answer.json()["value"]["outcome"] for answer in await asyncio.gather(*tries)]
    assert sorted(outcomes) == ["created", "duplicate"]
    assert len(await timeline(client, customerId="eve")) == 1


async def test_of_two_with_a_refresh_between_their_parking_one_is_created(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    park = services.store.activities.park
    parked, looked, came = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def park_around_a_refresh(*arguments: Any) -> Any:
        if parked.is_set():
            looked.set()
            await came.wait()
            return await park(*arguments)
        known = await park(*arguments)
        parked.set()
        await looked.wait()
        await load(services, clock, CustomerId="eve", Crm_Contacts_ContactId="c2")
        came.set()
        return known

    monkeypatch.setattr(services.store.activities, "park", park_around_a_refresh)
    one = asyncio.create_task(client.post(f"{DATA}/Shop_Purchases", json=PURCHASE | {"ContactId": "c2"}))
    await parked.wait()
    clock.advance(seconds=1)
    other = await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE | {"ContactId": "c2"})
    assert [answer.json()["value"]["outcome"] for answer in (await one, other)] == ["created", "duplicate"]
    assert len(await timeline(client, customerId="eve")) == 1


async def test_what_was_parked_first_stays_though_its_key_is_there_before_it_has_joined(
    client: httpx.AsyncClient, services: Services
) -> None:
    record = PURCHASE | {"ContactId": "c2"}
    assert (await client.post(f"{DATA}/Shop_Purchases", json=record)).status_code == 202
    await services.store.keys.write(INSTANCE, {SourceKey("Crm_Contacts", "c2"): "bob"})
    other = await client.post(f"{DATA}/Shop_Purchases", json=record | {"Product": "Spark"})
    assert other.status_code == 409
    same = await client.post(f"{DATA}/Shop_Purchases", json=record)
    assert (same.status_code, same.json()["value"]["outcome"]) == (201, "duplicate")
    assert [row["Title"] for row in await timeline(client, customerId="bob")] == ["Sykkel"]


async def test_activities_expire_in_the_very_instant(client: httpx.AsyncClient, clock: Clock) -> None:
    await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE)
    await client.post(f"{DATA}/UnifiedActivity", params={"validUntil": "2026-11-23T13:00:00Z"}, json=UNIFIED)
    clock.advance(hours=1, microseconds=-1)
    assert len(await timeline(client)) == 2
    clock.advance(microseconds=1)
    assert [shown["ActivityType"] for shown in await timeline(client)] == ["SalesOrder"]
    clock.advance(days=30, hours=-1, microseconds=-1)
    assert len(await timeline(client)) == 1
    clock.advance(microseconds=1)
    assert await timeline(client) == []


async def test_hidden_activities_are_accepted_but_never_shown(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    hidden = definition()
    hidden["entities"][1]["activity"]["showInTimeline"] = False
    await services.instances.define(INSTANCE, hidden, clock())
    answer = await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE)
    assert answer.status_code == 201
    assert await timeline(client) == []
    assert (await client.get(answer.json()["location"])).status_code == 404
    assert (await client.get(f"{DATA}/UnifiedActivity")).json()["value"] == []


@pytest.mark.parametrize("verb", ["PATCH", "PUT", "DELETE"])
async def test_activities_never_change(client: httpx.AsyncClient, verb: str) -> None:
    answer = await client.request(verb, f"{DATA}/Shop_Purchases/P-1", json={})
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET"
    assert "can not be changed" in answer.json()["message"]


async def test_an_activity_is_read_by_its_source_key(client: httpx.AsyncClient) -> None:
    await client.post(f"{DATA}/Shop_Purchases", json=PURCHASE)
    assert (await client.get(f"{DATA}/Shop_Purchases/P-1")).json()["Title"] == "Sykkel"
    assert (await client.get(f"{DATA}/Shop_Purchases/P-2")).json()["errorCode"] == "ActivityNotFound"


BAD: list[tuple[str, dict[str, Any], int, list[tuple[str, str]]]] = [
    ("Shop_Purchase", PURCHASE, 400, [("NotAnActivityEntity", "entityName")]),
    ("Shop_Purchases", {}, 400, [("MissingAttribute", f"/{n}") for n in ("PurchaseId", "PurchasedOn", "ContactId")]),
    ("Shop_Purchases", PURCHASE | {"PurchaseId": ""}, 400, [("MissingAttribute", "/PurchaseId")]),
    ("Shop_Purchases", PURCHASE | {"PurchasedOn": "2026-11-23T12:30:00"}, 400, [("WrongFormat", "/PurchasedOn")]),
    ("Shop_Purchases", PURCHASE | {"PurchasedOn": "2026-11-23T12:05:01Z"}, 400, [("OccurredInFuture", "/PurchasedOn")]),
    (
        "Shop_Purchases",
        PURCHASE | {"Amount": "nine", "Prodct": "x", "ContactId": None},
        400,
        [("UnknownAttribute", "/Prodct"), ("MissingAttribute", "/ContactId"), ("WrongType", "/Amount")],
    ),
    ("Shop_Purchases", PURCHASE | {"Product": "x" * 65_536}, 413, [("RecordTooLarge", "")]),
    ("UnifiedActivity", UNIFIED | {"CustomerId": "nobody"}, 404, [("CustomerNotFound", "customerId")]),
    ("UnifiedActivity", UNIFIED | {"RangeIndex": "1"}, 400, [("ReadOnlyAttribute", "/RangeIndex")]),
    ("UnifiedActivity", UNIFIED | {"ActivityId": "x" * 101}, 400, [("TooLong", "/ActivityId")]),
]


@pytest.mark.parametrize(("entity", "record", "status", "faults"), BAD)
async def test_a_bad_record_is_refused_for_all_its_faults_and_nothing_is_written(
    client: httpx.AsyncClient, entity: str, record: dict[str, Any], status: int, faults: list[tuple[str, str]]
) -> None:
    answer = await client.post(f"{DATA}/{entity}", json=record)
    assert answer.status_code == status, answer.text
    assert [(fault["errorCode"], fault["target"]) for fault in answer.json()["details"]] == faults
    assert (await client.get(f"{DATA}/UnifiedActivity")).json()["value"] == []


async def test_the_list_of_activity_entities_is_named_to_those_who_miss_it(client: httpx.AsyncClient) -> None:
    for entity in ("Customers", "Shop_Nothing"):
        answer = await client.post(f"{DATA}/{entity}", json=PURCHASE)
        assert "Shop_Purchases, UnifiedActivity" in answer.json()["message"]
    assert (await client.post(f"{DATA}/Customer", json={})).status_code == 405
