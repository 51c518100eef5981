from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE

from function_app.errors import Throttled, Unavailable
from function_app.services.services import Services

DATA = f"/instances/{INSTANCE}/data"
EVENT = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}


async def send(client: httpx.AsyncClient, entity: str, items: list[Any], **headers: str) -> list[dict[str, Any]]:
    answer = await client.post(f"{DATA}/{entity}/batch", json={"items": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["value"]
    assert [result["index"] for result in results] == list(range(len(items)))
    return results


async def test_each_customer_of_a_batch_is_updated_by_itself(client: httpx.AsyncClient) -> None:
    items: list[Any] = [
        {"CustomerId": "ada", "City": "Bergen"},
        {"CustomerId": "nobody", "City": "Bergen"},
        {"CustomerId": "bob", "Cty": "Bergen", "Points": "x"},
        {"City": "Bergen"},
        "no object",
        {"CustomerId": "eve", "Points": None},
    ]
    results = await send(client, "Customer", items)
    assert [result.get("outcome") or result["errorCode"] for result in results] == [
        "applied",
        "CustomerNotFound",
        "UnknownAttribute",
        "MissingAttribute",
        "NotAnObject",
        "applied",
    ]
    assert [fault["target"] for fault in results[2]["details"]] == ["/Cty", "/Points"]
    shown = (await client.get(f"{DATA}/Customer", params={"$select": "City,Points"})).json()["value"]
    assert shown == [{"City": "Bergen", "Points": 1}, {"City": "Oslo", "Points": 2}, {"City": None, "Points": None}]


async def test_of_two_items_for_one_customer_the_later_one_shows(client: httpx.AsyncClient) -> None:
    cities = [f"City {n}" for n in range(100)]
    results = await send(client, "Customer", [{"CustomerId": "ada", "City": city} for city in cities])
    assert all(result["outcome"] in {"applied", "superseded"} for result in results)
    assert (await client.get(f"{DATA}/Customer/ada")).json()["City"] == "City 99"


async def test_a_batch_of_updates_sent_again_with_its_id_changes_nothing(client: httpx.AsyncClient) -> None:
    items = [{"CustomerId": "ada", "City": "Bergen"}, {"CustomerId": "bob", "City": "Bergen"}]
    first = await send(client, "Customer", items, **{"Repeatability-Request-ID": "b1"})
    again = await send(client, "Customer", items, **{"Repeatability-Request-ID": "b1"})
    assert [result["outcome"] for result in again] == ["duplicate", "duplicate"]
    assert [result["updateId"] for result in again] == [result["updateId"] for result in first]


async def test_each_activity_of_a_batch_is_accepted_independently(client: httpx.AsyncClient) -> None:
    items = [EVENT, EVENT | {"CustomerId": "nobody"}, EVENT, {"ActivityType": "x"}, EVENT | {"Title": "other"}]
    results = await send(client, "UnifiedActivity", items)
    assert [result.get("errorCode") for result in results] == [None, "CustomerNotFound", None, "MissingAttribute", None]
    assert sorted([results[0]["outcome"], results[2]["outcome"]]) == ["created", "duplicate"]
    assert results[4]["outcome"] == "created"


async def test_five_hundred_items_are_accepted_and_a_batch_of_one_more_is_refused(client: httpx.AsyncClient) -> None:
    items = [EVENT | {"ActivityId": str(n)} for n in range(501)]
    answer = await client.post(f"{DATA}/UnifiedActivity/batch", json={"items": items})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidBatch")
    assert "500" in answer.json()["message"]
    assert "501" in answer.json()["message"]
    assert (await client.get(f"{DATA}/UnifiedActivity")).json()["value"] == []
    results = await send(client, "UnifiedActivity", items[:500])
    assert {result["outcome"] for result in results} == {"created"}


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": {}}, {"items": [EVENT], "more": 1}])
async def test_what_is_no_batch_is_refused(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await client.post(f"{DATA}/UnifiedActivity/batch", json=body)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidBatch")


@pytest.mark.parametrize("entity", ["Quux", "Shop"])
async def test_a_batch_for_what_is_no_activity_entity_is_refused_whole(client: httpx.AsyncClient, entity: str) -> None:
    answer = await client.post(f"{DATA}/{entity}/batch", json={"items": [EVENT]})
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "NotAnActivityEntity")
    assert "Shop_Purchases" in answer.json()["message"]


async def test_a_store_fault_before_anything_is_written_is_reported_for_every_item(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise Throttled(2)

    monkeypatch.setattr(services.store.customers, "filter_existing", fail)
    results = await send(client, "UnifiedActivity", [EVENT] * 250)
    assert {result["errorCode"] for result in results} == {"TooManyRequests"}
    answer = await client.post(f"{DATA}/UnifiedActivity", json=EVENT)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    monkeypatch.undo()
    assert (await client.get(f"{DATA}/UnifiedActivity")).json()["value"] == []


async def test_a_store_fault_in_the_middle_is_reported_for_the_items_it_affects(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = services.store.activities.create

    async def fail_for_some(instance_id: str, activities: Any, now: Any) -> Any:
        fails = [int(activity.activity_id) % 3 == 1 for activity in activities]
        good = [activity for activity, failed in zip(activities, fails, strict=True) if not failed]
        known = iter(await create(instance_id, good, now))
        return [Unavailable().as_rejected() if failed else next(known) for failed in fails]

    monkeypatch.setattr(services.store.activities, "create", fail_for_some)
    results = await send(client, "UnifiedActivity", [EVENT | {"ActivityId": str(n)} for n in range(90)])
    done = {str(result["index"]) for result in results if result.get("outcome") == "created"}
    failed = {str(result["index"]) for result in results if result.get("errorCode") == "StoreUnavailable"}
    assert (len(done), len(failed)) == (60, 30)
    monkeypatch.undo()
    kept = (await client.get(f"{DATA}/UnifiedActivity", params={"$top": 1000})).json()["value"]
    assert {row["ActivityId"] for row in kept} == done
    again = await send(client, "UnifiedActivity", [EVENT | {"ActivityId": str(n)} for n in range(90)])
    assert {str(r["index"]) for r in again if r["outcome"] == "created"} == failed


async def test_an_unexpected_fault_in_an_item_is_reported_without_internal_details(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError("secret-inside")

    monkeypatch.setattr(services.store.customers, "add_update", fail)
    results = await send(client, "Customer", [{"CustomerId": "ada", "City": "Bergen"}])
    assert results[0]["errorCode"] == "InternalError"
    assert "secret" not in str(results)
