"""Customers whose ids are GUIDs, as Dataverse's virtual tables need them: their type is Edm.Guid everywhere."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree
from support import INSTANCE, Clock, definition, put_customers

from function_app.services.services import Services

ADA, BOB = "6f9619ff-8b86-4d11-b42d-00c04fc964ff", "7f9619ff-8b86-4d11-b42d-00c04fc964ff"
DATA = f"/instances/{INSTANCE}/data"
PROPERTY = "{http://docs.oasis-open.org/odata/ns/edm}Property"


@pytest.fixture
async def of_guids(client: httpx.AsyncClient, services: Services, clock: Clock) -> httpx.AsyncClient:
    given: dict[str, Any] = definition()
    given["entities"][0]["attributes"][0]["dataType"] = "Edm.Guid"
    answer = await client.put(f"/instances/{INSTANCE}", json=given)
    assert answer.status_code == 200, answer.text
    await put_customers(services, INSTANCE, [{"CustomerId": ADA, "Token": BOB}, {"CustomerId": BOB}], clock)
    event = {"CustomerId": ADA, "ActivityTime": "2026-11-20T10:00:00Z", "ActivityType": "Visit"}
    assert (await client.post(f"{DATA}/UnifiedActivity", json=event)).status_code == 201
    return client


async def test_the_metadata_types_every_customer_id_as_a_guid(of_guids: httpx.AsyncClient) -> None:
    document = etree.fromstring((await of_guids.get(f"{DATA}/$metadata")).content)
    ids = [each for each in document.iter(PROPERTY) if each.get("Name") == "CustomerId"]
    assert [each.get("Type") for each in ids] == ["Edm.Guid"] * 3
    assert [each.get("Nullable") for each in ids] == ["false", None, None]


@pytest.mark.parametrize("written", [ADA, ADA.upper(), f"'{ADA}'"])
async def test_a_guid_is_found_as_key_and_in_filters_in_each_form(of_guids: httpx.AsyncClient, written: str) -> None:
    one = await of_guids.get(f"{DATA}/Customer({written})")
    assert (one.status_code, one.json()["Token"]) == (200, BOB)
    for name in ("Customer", "UnifiedActivity"):
        found = await of_guids.get(f"{DATA}/{name}", params={"$filter": f"CustomerId eq {written}"})
        assert [row["CustomerId"] for row in found.json()["value"]] == [ADA]
    found = await of_guids.get(f"{DATA}/Customer({written})/UnifiedActivity")
    assert [row["CustomerId"] for row in found.json()["value"]] == [ADA]


async def test_a_customer_with_a_guid_is_updated_and_read(of_guids: httpx.AsyncClient) -> None:
    assert (await of_guids.patch(f"{DATA}/Customer/{ADA}", json={"City": "Oslo"})).status_code == 204
    assert (await of_guids.get(f"{DATA}/Customer({ADA})")).json()["City"] == "Oslo"
    refused = await of_guids.get(f"{DATA}/Customer", params={"$filter": "CustomerId eq 'ada'"})
    assert refused.status_code == 400
