from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE

SHOWN = ("profile", "output", "row")
ENTITIES = f"/instances/{INSTANCE}/manage/entities"


async def schema(client: httpx.AsyncClient, entity: str, use: str) -> dict[str, Any]:
    answer = await client.get(f"{ENTITIES}/{entity}/schema", params={"use": use})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["schema"]
    return found


async def test_an_update_has_the_attributes_that_can_change_and_an_item_names_its_customer_too(
    client: httpx.AsyncClient,
) -> None:
    changed, item, shown = [await schema(client, "Customer", use) for use in ("input", "item", "profile")]
    assert "required" not in changed
    assert item["required"] == ["CustomerId"]
    assert set(shown["properties"]) - set(item["properties"]) == {"Score", "Crm_Contacts_ContactId"}
    assert set(item["properties"]) - set(changed["properties"]) == {"CustomerId", "clear"}


async def test_a_record_of_an_activity_needs_its_key_its_time_and_its_customer(client: httpx.AsyncClient) -> None:
    for use in ("input", "item"):
        found = await schema(client, "Shop_Purchases", use)
        assert found["required"] == ["PurchaseId", "PurchasedOn", "ContactId"]
        assert found["properties"]["PurchaseId"]["x-ms-visibility"] == "important"
    unified = await schema(client, "UnifiedActivity", "input")
    assert unified["required"] == ["CustomerId", "ActivityTime", "ActivityType"]
    assert "RangeIndex" not in unified["properties"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("FullName", {"type": "string", "maxLength": 40, "title": "Full Name", "x-ms-summary": "Full Name"}),
        ("Tier", {"type": "string", "enum": ["Gold", "Silver"], "description": "Tier: one of Gold, Silver."}),
        ("Points", {"type": "integer", "format": "int32"}),
        ("BirthDate", {"format": "date", "description": "BirthDate: a date like 1990-12-31."}),
        ("OptIn", {"type": "boolean", "x-nullable": True}),
    ],
)
async def test_a_field_describes_the_values_it_accepts(
    client: httpx.AsyncClient, name: str, expected: dict[str, Any]
) -> None:
    field = (await schema(client, "Customer", "input"))["properties"][name]
    assert expected.items() <= field.items()


async def test_a_page_has_records_with_all_attributes_and_the_next_link(client: httpx.AsyncClient) -> None:
    page = await schema(client, "Customer", "page")
    assert set(page["properties"]) == {"value", "@odata.context", "@odata.count", "@odata.nextLink"}
    assert page["properties"]["value"]["items"] == await schema(client, "Customer", "row")


async def test_a_customer_has_what_a_response_of_one_or_of_several_has_on_request(client: httpx.AsyncClient) -> None:
    profile, output, row = [set((await schema(client, "Customer", use))["properties"]) for use in SHOWN]
    assert output - profile == {"@explain"}
    assert row - profile == {"UnifiedActivity", "UnifiedActivity@odata.nextLink"}
    purchase = [await schema(client, "Shop_Purchases", use) for use in SHOWN]
    assert purchase[1] == purchase[2] == {key: each for key, each in purchase[0].items() if key != "title"}


@pytest.mark.parametrize(
    ("path", "asked", "use"),
    [
        ("Customer/ada", {"explain": "true"}, "output"),
        ("Customer", {"$expand": "UnifiedActivity", "$count": "true", "$top": "3"}, "page"),
    ],
)
async def test_all_that_is_answered_on_request_has_a_field(
    client: httpx.AsyncClient, path: str, asked: dict[str, str], use: str
) -> None:
    event = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}
    assert (await client.post(f"/instances/{INSTANCE}/data/UnifiedActivity", json=event)).status_code == 201
    answer = await client.get(f"/instances/{INSTANCE}/data/{path}", params=asked)
    found = await schema(client, "Customer", use)
    shown = answer.json()
    assert set(shown) <= set(found["properties"])
    for row in shown.get("value", ()):
        assert set(row) <= set(found["properties"]["value"]["items"]["properties"])
        for activity in row["UnifiedActivity"]:
            fields = found["properties"]["value"]["items"]["properties"]["UnifiedActivity"]["items"]["properties"]
            assert set(activity) == set(fields)


async def test_the_use_must_be_said(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{ENTITIES}/Customer/schema")
    assert (answer.status_code, answer.json()["target"]) == (400, "use")


async def test_data_sources_and_entities_with_keys_are_listed(client: httpx.AsyncClient) -> None:
    address = f"/instances/{INSTANCE}/manage/keyentities"
    contacts = {"name": "Contacts", "dataSourceName": "Crm"}
    assert (await client.get(address)).json() == {"dataSources": [{"name": "Crm"}], "value": [contacts]}
    assert (await client.get(address, params={"dataSourceName": "Other"})).json()["value"] == []


async def test_another_use_or_entity_is_refused(client: httpx.AsyncClient) -> None:
    odd = await client.get(f"{ENTITIES}/Customer/schema", params={"use": "both"})
    assert (odd.status_code, odd.json()["target"]) == (400, "use")
    unknown = await client.get(f"{ENTITIES}/Custmer/schema", params={"use": "output"})
    assert (unknown.status_code, unknown.json()["errorCode"]) == (404, "EntityNotFound")


async def test_kinds_of_activities_are_listed_with_their_names(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/instances/{INSTANCE}/manage/activityentities")
    assert answer.json()["types"] == [{"activityType": "SalesOrder", "displayName": "Purchase"}]
    assert answer.json()["value"] == [
        {"entityName": "Shop_Purchases", "displayName": "Purchase (Shop_Purchases)"},
        {"entityName": "UnifiedActivity", "displayName": "Any activity (UnifiedActivity)"},
    ]
