from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, definition

ENTITIES = f"/instances/{INSTANCE}/manage/entities"
SEARCH = {"isSearchable": True, "isFilterable": True, "isFacetable": False, "isSortable": True}


async def got(client: httpx.AsyncClient, address: str, **params: str) -> dict[str, Any]:
    answer = await client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_defined_entities_are_listed_in_the_originals_shape(client: httpx.AsyncClient) -> None:
    found = await got(client, ENTITIES)
    assert found["instanceId"] == INSTANCE
    by_name = {entity["qualifiedEntityName"]: entity for entity in found["entities"]}
    assert {"Customer", "Shop_Purchases"} <= set(by_name)
    customer, purchases = by_name["Customer"], by_name["Shop_Purchases"]
    assert (customer["name"], customer["dataSourceName"], customer["entityType"]) == ("Customer", None, "profile")
    assert (purchases["name"], purchases["dataSourceName"]) == ("Purchases", "Shop")
    assert purchases["entityType"] == "activity"
    assert purchases["timestampAttribute"] == purchases["attributes"][1]
    assert purchases["relationships"] == [{"name": "ContactId", "toEntity": "Crm_Contacts"}]
    declared = definition()["entities"][0]["attributes"]
    assert [(a["name"], a["dataType"]) for a in customer["attributes"]] == [
        (a["name"], a["dataType"]) for a in declared
    ]


async def test_attributes_and_keys_are_described(client: httpx.AsyncClient) -> None:
    customer = await got(client, f"{ENTITIES}/Customer")
    attributes = {attribute["name"]: attribute for attribute in customer["attributes"]}
    assert attributes["FullName"]["friendlyName"] == "Full Name"
    assert attributes["City"]["friendlyName"] == "City"
    assert attributes["City"]["searchProperties"] == SEARCH
    assert attributes["Points"]["searchProperties"] == {**SEARCH, "isSearchable": False}
    assert customer["keys"] == [[attributes["CustomerId"]]]


async def test_one_entity_reads_as_in_the_list(client: httpx.AsyncClient) -> None:
    for entity in (await got(client, ENTITIES))["entities"]:
        assert await got(client, f"{ENTITIES}/{entity['qualifiedEntityName']}") == entity


async def test_annotations_are_returned_when_requested(client: httpx.AsyncClient) -> None:
    plain = await got(client, f"{ENTITIES}/Customer")
    assert not any("annotations" in attribute for attribute in plain["attributes"])
    found = await got(client, f"{ENTITIES}/Customer", attributesAnnotations="true")
    hints = {a["name"]: {hint["name"]: hint["value"] for hint in a["annotations"]} for a in found["attributes"]}
    assert hints["CustomerId"] == {"ReadOnly": "true", "Mandatory": "true"}
    assert hints["City"] == {"ReadOnly": "false", "Mandatory": "false"}
    assert hints["Score"]["ReadOnly"] == hints["Crm_Contacts_ContactId"]["ReadOnly"] == "true"
    everything = await got(client, ENTITIES, attributesAnnotations="TRUE")
    assert found in everything["entities"]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("customer", "'Customer'"), ("Purchases", "'Shop_Purchases'"), ("Shop_Purchase", "'Shop_Purchases'")],
)
async def test_an_unknown_entity_is_404_with_the_nearest_names(
    client: httpx.AsyncClient, name: str, nearest: str
) -> None:
    answer = await client.get(f"{ENTITIES}/{name}")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "EntityNotFound")
    assert nearest in answer.json()["message"]


@pytest.mark.parametrize("option", ["includeQuarantined", "includeSelfConflatedEntity"])
async def test_the_originals_options_change_nothing(client: httpx.AsyncClient, option: str) -> None:
    everything = await got(client, ENTITIES)
    assert await got(client, ENTITIES, **{option: "false"}) == everything
    assert await got(client, ENTITIES, **{option: "True"}) == everything


async def test_entities_of_an_unknown_instance_are_404(client: httpx.AsyncClient) -> None:
    for address in ("/instances/nowhere/manage/entities", "/instances/nowhere/manage/entities/Customer"):
        answer = await client.get(address)
        assert (answer.status_code, answer.json()["errorCode"]) == (404, "InstanceNotFound")
