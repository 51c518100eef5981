from __future__ import annotations

import asyncio
import itertools
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_customers, put_profiles

from function_app.services import read_activities, read_records
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

BASE = f"/instances/{INSTANCE}"
TIMELINE = f"{BASE}/profile/timeline"


def event(number: int, minutes: int = 0, kind: str = "Feedback", customer: str = "ada") -> dict[str, Any]:
    return {
        "CustomerId": customer,
        "ActivityId": f"e{number:03}",
        "ActivityTime": f"2026-11-23T{11 - minutes // 60:02}:{59 - minutes % 60:02}:00Z",
        "ActivityType": kind,
        "Title": f"Event {number}",
    }


async def post(client: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    answer = await client.post(f"{BASE}/data/UnifiedActivity/batch", json={"items": list(events)})
    assert [result["outcome"] for result in answer.json()["value"]] == ["created"] * len(events)


async def ids(client: httpx.AsyncClient, url: str = TIMELINE, **parameters: Any) -> list[str]:
    """Return the ids of all pages."""
    query = {"customerId": "ada"} if url == TIMELINE else {}
    page = (await client.get(url, params=query | parameters)).json()
    found = [row["ActivityId"] for row in page["value"]]
    while "@odata.nextLink" in page:
        page = (await client.get(page["@odata.nextLink"])).json()
        found += [row["ActivityId"] for row in page["value"]]
    return found


async def test_a_page_holds_fifty_newest_first_and_links_to_the_next(client: httpx.AsyncClient) -> None:
    await post(client, *(event(n, minutes=n) for n in range(120)))
    page = (await client.get(TIMELINE, params={"customerId": "ada"})).json()
    assert [row["ActivityId"] for row in page["value"]] == [f"e{n:03}" for n in range(50)]
    assert await ids(client) == [f"e{n:03}" for n in range(120)]


async def test_a_timeline_is_narrowed_by_type_and_by_time(client: httpx.AsyncClient) -> None:
    await post(client, *(event(n, minutes=n, kind="SalesOrder" if n % 2 else "Feedback") for n in range(6)))
    assert await ids(client, activityType="SalesOrder") == ["e001", "e003", "e005"]
    span = {"from": "2026-11-23T12:55:00+01:00", "to": "2026-11-23T11:58:00Z"}
    assert await ids(client, **span) == ["e002", "e003", "e004"]
    assert await ids(client, **span, activityType="Feedback", **{"$top": "1"}) == ["e002", "e004"]


async def test_pages_survive_arrivals_without_a_row_twice_or_missed(client: httpx.AsyncClient) -> None:
    await post(client, *(event(n, minutes=10 + n) for n in range(10)))
    page = (await client.get(TIMELINE, params={"customerId": "ada", "$top": 3})).json()
    seen = [row["ActivityId"] for row in page["value"]]
    for late in itertools.count():
        if "@odata.nextLink" not in page:
            break
        await post(client, event(100 + late, minutes=late % 3))
        page = (await client.get(page["@odata.nextLink"])).json()
        seen += [row["ActivityId"] for row in page["value"]]
    assert seen == [f"e{n:03}" for n in range(10)]


async def test_pages_of_long_activities_end_early_and_no_row_is_lost(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_activities, "MAX_PAGE_CHARACTERS", 100_000)
    await post(client, *({**event(n, minutes=n), "Description": "x" * 400} for n in range(450)))
    every = [f"e{n:03}" for n in range(450)]
    page = (await client.get(TIMELINE, params={"customerId": "ada", "$top": 1000})).json()
    assert 200 <= len(page["value"]) < 450
    assert await ids(client, **{"$top": "1000"}) == every
    listed = f"{BASE}/data/UnifiedActivity"
    for options, rows in (({"$top": "440"}, 440), ({"$top": "1000"}, 450), ({"$top": "300", "$skip": "120"}, 300)):
        skipped = int(options.get("$skip", 0))
        assert await ids(client, listed, **options) == every[skipped : skipped + rows]


async def test_an_unknown_customer_has_no_timeline_and_a_quiet_one_an_empty_one(client: httpx.AsyncClient) -> None:
    assert (await client.get(TIMELINE, params={"customerId": "nobody"})).json()["errorCode"] == "CustomerNotFound"
    assert (await client.get(TIMELINE, params={"customerId": "bob"})).json()["value"] == []
    assert (await client.get(TIMELINE)).json()["errorCode"] == "MissingParameter"


@pytest.mark.parametrize("parameter", ["from", "to"])
async def test_an_end_without_offset_is_refused(client: httpx.AsyncClient, parameter: str) -> None:
    answer = await client.get(TIMELINE, params={"customerId": "ada", parameter: "2026-11-23T12:00:00"})
    assert (answer.json()["errorCode"], answer.json()["target"]) == ("InvalidParameter", parameter)


async def test_activities_of_all_customers_are_found_by_condition(client: httpx.AsyncClient) -> None:
    await post(client, event(1), event(2, minutes=1, customer="bob"), event(3, minutes=2, kind="SalesOrder"))
    data = f"{BASE}/data/UnifiedActivity"
    assert await ids(client, data) == ["e001", "e002", "e003"]
    assert await ids(client, data, **{"$orderby": "ActivityTime asc", "$top": 9}) == ["e003", "e002", "e001"]
    assert await ids(
        client, data, **{"$filter": "CustomerId eq 'ada' and ActivityTime gt 2017-01-01T00:00:00.000Z"}
    ) == [
        "e001",
        "e003",
    ]
    assert await ids(client, data, **{"$filter": "ActivityType eq 'SalesOrder' or Title eq 'Event 2'"}) == [
        "e002",
        "e003",
    ]
    assert await ids(client, data, **{"$search": '"event 2"', "$skip": 0}) == ["e002"]
    counted = (await client.get(data, params={"$count": "true", "$top": 1, "$select": "Title"})).json()
    assert counted["@odata.count"] == 3
    assert counted["value"] == [{"Title": "Event 1"}]
    refused = await client.get(data, params={"$orderby": "Title"})
    assert (refused.status_code, refused.json()["target"]) == (400, "$orderby")


async def test_customers_are_expanded_with_their_newest_activities(client: httpx.AsyncClient) -> None:
    await post(client, *(event(n, minutes=n) for n in range(60)), event(99, customer="bob"))
    page = (await client.get(f"{BASE}/data/Customer", params={"$expand": "UnifiedActivity", "$select": "City"})).json()
    assert [len(row["UnifiedActivity"]) for row in page["value"]] == [50, 1, 0]
    assert page["value"][0]["UnifiedActivity"][0]["ActivityId"] == "e000"
    assert page["value"][0]["City"] == "Oslo"


async def test_pages_of_customers_with_long_activities_end_early_and_no_customer_is_lost(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_activities, "MAX_PAGE_CHARACTERS", 3_000)
    names = [f"p{n:02}" for n in range(40)]
    await put_profiles(services.store, INSTANCE, in_json(*(profile(name, City="Oslo") for name in names)))
    await post(client, *({**event(n, customer=names[n]), "Description": "x" * 1000} for n in range(40)))
    for options, expected in (
        ({}, names),
        ({"$top": "25"}, names[:25]),
        ({"$orderby": "CustomerId desc", "$skip": "3"}, names[::-1][3:]),
        ({"$orderby": "City,CustomerId desc"}, names[::-1]),
    ):
        query = {"$filter": "CustomerId ge 'p'", "$expand": "UnifiedActivity", "$count": "true", **options}
        page = (await client.get(f"{BASE}/data/Customer", params=query)).json()
        found, pages = list(page["value"]), [page]
        while "@odata.nextLink" in page:
            page = (await client.get(page["@odata.nextLink"])).json()
            found += page["value"]
            pages.append(page)
        assert {(each["@odata.count"], 1 <= len(each["value"]) <= 2) for each in pages} == {(40, True)}
        assert [row["CustomerId"] for row in found] == expected
        assert all(len(row["UnifiedActivity"]) == 1 for row in found)


async def test_pages_of_long_records_end_early_and_no_record_is_lost(
    client: httpx.AsyncClient, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put_customers(services, INSTANCE, [{"CustomerId": "ada", "Crm_Contacts_ContactId": "c1"}], clock)
    monkeypatch.setattr(read_records, "MAX_PAGE_CHARACTERS", 20_000)
    items = [
        {"PurchaseId": f"p{n:03}", "PurchasedOn": "2026-11-20T10:00:00Z", "ContactId": "c1", "Product": "x" * 900}
        for n in range(150)
    ]
    answer = await client.post(f"{BASE}/data/Shop_Purchases/batch", json={"items": items})
    assert {result["outcome"] for result in answer.json()["value"]} == {"created"}
    every = [item["PurchaseId"] for item in items]
    for options, rows in (
        ({}, 150),
        ({"$top": "120"}, 120),
        ({"$skip": "130"}, 20),
        ({"$filter": "Product ne 'y'"}, 150),
    ):
        page = (await client.get(f"{BASE}/data/Shop_Purchases", params=options)).json()
        found = page["value"]
        while "@odata.nextLink" in page:
            assert 1 <= len(page["value"]) <= 25
            page = (await client.get(page["@odata.nextLink"])).json()
            found += page["value"]
        assert len(found) == len({row["PurchaseId"] for row in found}) == rows
        assert {row["PurchaseId"] for row in found} <= set(every)


async def test_types_are_counted_most_frequent_first(client: httpx.AsyncClient) -> None:
    await post(client, event(1), event(2), event(3, kind="SalesOrder"), event(4, customer="bob"))
    found = (await client.get(f"{BASE}/profile/activityresponsemetadata", params={"customerId": "ada"})).json()
    assert found == {
        "customerId": "ada",
        "activityTypes": [
            {"activityType": "Feedback", "activityTypeDisplay": "Feedback", "icon": None, "count": 2},
            {"activityType": "SalesOrder", "activityTypeDisplay": "SalesOrder", "icon": None, "count": 1},
        ],
    }


async def test_a_customer_is_found_by_source_key_until_the_key_moves(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    async def owner() -> httpx.Response:
        query = {"dataSourceName": "Crm", "entityName": "Contacts", "key": "c1"}
        return await client.get(f"{BASE}/profile/keyring", params=query)

    assert (await owner()).json()["errorCode"] == "KeyNotFound"
    await put_customers(services, INSTANCE, [{"CustomerId": "ada", "Crm_Contacts_ContactId": "c1"}], clock)
    assert (await owner()).json() == {"instanceId": INSTANCE, "customerId": "ada", "keyRing": {"Crm_Contacts": "c1"}}
    moved = [{"CustomerId": "bob", "Crm_Contacts_ContactId": "c1"}, {"CustomerId": "ada"}]
    await put_customers(services, INSTANCE, moved, clock)
    assert (await owner()).json()["customerId"] == "bob"
    await put_customers(services, INSTANCE, [{"CustomerId": "bob"}], clock)
    assert (await owner()).status_code == 404


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=st.permutations([0, 0, 1, 1, 1, 2, 3, 3]), size=st.integers(1, 8))
def test_any_order_and_any_repetition_of_posts_gives_the_same_timeline(
    posts: list[int], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async def play() -> list[str]:
        clock = Clock()
        async with host_over(EmbeddedStore(tmp_path_factory.mktemp("data")), clock) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            await put_profiles(services.store, INSTANCE, in_json(profile("ada")))
            for start in range(0, len(posts), size):
                items = [event(n, minutes=n // 2) for n in posts[start : start + size]]
                await client.post(f"{BASE}/data/UnifiedActivity/batch", json={"items": items})
            return await ids(client)

    assert asyncio.run(play()) == ["e001", "e000", "e003", "e002"]
