"""Faults of the parameters, of the body, and of what only the instance tells are reported in one response."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, definition

AT = f"/instances/{INSTANCE}"
DATA = f"{AT}/data"
ADA = f"{DATA}/Customer/ada"
PURCHASE = {"PurchaseId": "P1", "PurchasedOn": "2026-11-23T09:00:00Z", "ContactId": "c1"}
MANY = {"$top": "all", "$filter": "Cty eq 'x' and Poins gt 1", "$orderby": "Ctx,Pints up", "$select": "Foo,City,Bar"}


async def refused(
    client: httpx.AsyncClient, verb: str, path: str, body: Any = None, **query: str
) -> list[tuple[str, str]]:
    """Return code and target of every fault of a request."""
    answer = await client.request(verb, path, json=body, params=query or None)
    assert answer.status_code == 400, answer.text
    problem = answer.json()
    assert problem["details"][0]["errorCode"] == problem["errorCode"]
    return [(fault["errorCode"], fault["target"]) for fault in problem["details"]]


async def test_faults_of_parameters_and_of_the_fields_of_an_update_come_together(client: httpx.AsyncClient) -> None:
    found = await refused(client, "PATCH", ADA, {"Cty": 1, "Points": "x"}, dryRun="maybe", validUntil="soon")
    assert found == [
        ("InvalidParameter", "dryRun"),
        ("InvalidInstant", "validUntil"),
        ("UnknownAttribute", "/Cty"),
        ("WrongType", "/Points"),
    ]


async def test_a_body_that_can_not_be_read_hides_no_fault_of_the_timing(client: httpx.AsyncClient) -> None:
    assert await refused(client, "PATCH", ADA, ["City"], validFor="ages") == [
        ("NotAnObject", ""),
        ("InvalidDuration", "validFor"),
    ]


async def test_names_to_clear_that_are_faulty_are_not_taken_for_none(client: httpx.AsyncClient) -> None:
    assert await refused(client, "PATCH", ADA, {}, clear=",") == [("InvalidParameter", "clear")]


async def test_faults_of_parameters_and_of_an_activity_come_together(client: httpx.AsyncClient) -> None:
    found = await refused(client, "POST", f"{DATA}/Shop_Purchases", PURCHASE | {"Prodct": 1}, dryRun="x", validFor="y")
    assert found == [
        ("InvalidParameter", "dryRun"),
        ("InvalidDuration", "validFor"),
        ("UnknownAttribute", "/Prodct"),
    ]
    assert await refused(client, "POST", f"{DATA}/Shop_Purchass", PURCHASE, dryRun="x") == [
        ("InvalidParameter", "dryRun"),
        ("NotAnActivityEntity", "entityName"),
    ]


async def test_a_time_in_the_future_is_reported_beside_other_faults_of_a_record(client: httpx.AsyncClient) -> None:
    late = PURCHASE | {"PurchasedOn": "2027-11-23T09:00:00Z", "Amount": "nine"}
    assert await refused(client, "POST", f"{DATA}/Shop_Purchases", late) == [
        ("WrongType", "/Amount"),
        ("OccurredInFuture", "/PurchasedOn"),
    ]


async def test_faults_of_parameters_and_of_the_form_of_a_batch_come_together(client: httpx.AsyncClient) -> None:
    batch = {"items": [], "mode": "fast"}
    expected = [("InvalidParameter", "dryRun"), ("InvalidBatch", ""), ("InvalidBatch", "/items")]
    assert await refused(client, "POST", f"{DATA}/Customer/batch", batch, dryRun="x") == expected
    assert await refused(client, "POST", f"{DATA}/Shop_Purchases/batch", batch, dryRun="x") == expected


async def test_all_faults_of_an_item_of_a_batch_come_together(client: httpx.AsyncClient) -> None:
    items = [{"CustomerId": 5, "clear": "City", "Cty": 1}, {"CustomerId": "ada", "clear": "City"}]
    answer = await client.post(f"{DATA}/Customer/batch", json={"items": items})
    assert [[fault["target"] for fault in result["details"]] for result in answer.json()["value"]] == [
        ["/CustomerId", "/clear", "/Cty"],
        ["/clear"],
    ]


async def test_faults_of_all_options_of_a_query_come_together(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{DATA}/Customer", params=MANY)
    details = answer.json()["details"]
    assert [fault["target"] for fault in details] == [
        *("$top", "$filter", "$filter", "$select", "$select", "$orderby", "$orderby", "$orderby"),
    ]
    for name in ("'Cty'", "'Poins'", "'Foo'", "'Bar'", "'Ctx'", "'Pints'", "'up'"):
        assert [fault for fault in details if name in fault["message"]], name
    without_top = {name: value for name, value in MANY.items() if name != "$top"}
    others = (await client.get(f"{DATA}/Customer", params=without_top)).json()["details"]
    assert sorted(map(str, others)) == sorted(map(str, details[1:]))


@pytest.mark.parametrize("entity", ["UnifiedActivity", "Shop_Purchases", "Customer('ada')/UnifiedActivity"])
async def test_faults_of_all_options_of_a_list_by_time_come_together(client: httpx.AsyncClient, entity: str) -> None:
    wishes = {"$filter": "Cty eq 'x'", "$search": '"', "$select": "Foo,Bar", "$orderby": "CustmerId"}
    found = await refused(client, "GET", f"{DATA}/{entity}", **wishes)
    assert sorted(target for _, target in found) == ["$filter", "$orderby", "$search", "$select", "$select"]


async def test_faults_of_all_options_of_a_count_come_together(client: httpx.AsyncClient) -> None:
    for entity in ("Customer", "UnifiedActivity"):
        found = await refused(client, "GET", f"{DATA}/{entity}/$count", **{"$filter": "Cty eq 1", "$search": '"'})
        assert [target for _, target in found] == ["$filter", "$search"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("Customer(1)", "The key of Customer expects a text in single quotes for 'CustomerId' (Edm.String)"),
        ("Customer(1)/UnifiedActivity", "The key of Customer expects a text in single quotes"),
        ("UnifiedActivity(2026-11-23)", "The key of UnifiedActivity expects a text in single quotes for 'ActivityId'"),
        ("Shop_Purchases(ada)", "The key of Shop_Purchases expects a text in single quotes for 'PurchaseId'"),
    ],
)
async def test_a_key_of_the_wrong_type_is_blamed_itself(client: httpx.AsyncClient, path: str, says: str) -> None:
    problem = (await client.get(f"{DATA}/{path}")).json()
    assert (problem["errorCode"], problem["target"]) == ("InvalidQuery", "entityName")
    assert says in problem["message"]
    assert "$filter" not in problem["message"]
    both = await refused(client, "GET", f"{DATA}/{path}", **{"$select": "Foo"})
    assert sorted(target for _, target in both) == ["$select", "entityName"]


async def test_live_updates_of_an_unknown_attribute_are_refused_with_the_nearest_names(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get(f"{AT}/updates", params={"attribute": "Cty"})
    message = "Customer has no attribute 'Cty'; nearest: 'City'."
    problem = answer.json()
    assert (answer.status_code, problem["errorCode"]) == (400, "UnknownAttribute")
    assert (problem["message"], problem["target"]) == (message, "attribute")
    assert await refused(client, "GET", f"{AT}/updates", **{"attribute": "Cty", "$top": "x"}) == [
        ("InvalidParameter", "$top"),
        ("UnknownAttribute", "attribute"),
    ]
    reverted = await client.post(f"{ADA}/revert", params={"attributes": "Cty,Poins", "dryRun": "maybe"})
    assert [fault["target"] for fault in reverted.json()["details"]] == ["dryRun", "attributes", "attributes"]
    assert message in [fault["message"] for fault in reverted.json()["details"]]


async def test_a_key_of_an_unknown_source_entity_is_not_found_with_the_nearest_names(client: httpx.AsyncClient) -> None:
    query = {"dataSourceName": "Crm", "entityName": "Contcts", "key": "c1"}
    problem = (await client.get(f"{AT}/profile/keyring", params=query)).json()
    assert (problem["errorCode"], problem["target"]) == ("KeyNotFound", "entityName")
    assert problem["message"] == "Customers have no keys in 'Crm_Contcts'; nearest: 'Crm_Contacts'."


async def test_all_unknown_entities_of_a_refresh_are_named(client: httpx.AsyncClient) -> None:
    jobs = f"{AT}/workflows/main/jobs"
    wishes = {"identifiers": "Custmer,Nothing", "acceptRemovals": "x"}
    details = (await client.post(jobs, params=wishes)).json()["details"]
    assert [fault["target"] for fault in details] == ["acceptRemovals", "identifiers", "identifiers"]
    assert "nearest: 'Customer'" in details[1]["message"]
    assert "a refresh loads Customer, Shop_Purchases" in details[2]["message"]


async def test_an_unknown_name_in_the_address_is_reported_beside_faulty_parameters(client: httpx.AsyncClient) -> None:
    assert await refused(client, "GET", f"{AT}/manage/entities/Custmer/schema", use="forms") == [
        ("InvalidParameter", "use"),
        ("EntityNotFound", "entityName"),
    ]
    assert await refused(client, "GET", f"{AT}/workflows/mane/jobs", top="all") == [
        ("InvalidParameter", "top"),
        ("WorkflowNotFound", "workflowName"),
    ]


async def test_faults_of_parameters_and_of_a_definition_come_together(client: httpx.AsyncClient) -> None:
    wanted = definition() | {"timeZone": "Oslo", "validity": {"update": "4 hours", "maximum": "P60D"}}
    expected = [("InvalidDefinition", f"/{place}") for place in ("validity/update", "timeZone", "validity/maximum")]
    assert await refused(client, "PUT", AT, wanted) == expected
    assert await refused(client, "PUT", AT, wanted, force="yes") == [("UnknownParameter", "force"), *expected]
    del wanted["validity"]
    assert await refused(client, "PUT", "/instances/new", wanted, force="yes") == [
        ("UnknownParameter", "force"),
        ("InvalidDefinition", "/timeZone"),
    ]


async def test_faults_of_callback_and_span_come_together(client: httpx.AsyncClient) -> None:
    body = {"callbackUrl": "ftp://example.com", "within": "a while"}
    details = (await client.post(f"{AT}/webhooks/expiringupdates", json=body)).json()["details"]
    assert [(fault["errorCode"], fault["target"]) for fault in details] == [
        ("InvalidSubscription", "/within"),
        ("InvalidSubscription", "/callbackUrl"),
    ]
    assert details[0]["message"] == (
        "'within' must be a span up to 30 days, like 1 hour, 3 days or PT90M; received 'a while'."
    )


async def test_faults_of_an_assignment_and_of_parameters_come_together(client: httpx.AsyncClient) -> None:
    body = {"principalId": "bob", "principalType": "user", "roles": ["Viewer"], "instanceId": "another"}
    assert await refused(client, "PUT", f"{AT}/rbac/principals/ada/assignment", body, force="x") == [
        ("UnknownParameter", "force"),
        ("InvalidAssignment", "/principalId"),
        ("InvalidAssignment", "/instanceId"),
    ]


async def test_faults_of_the_hours_and_of_the_groups_of_usage_come_together(client: httpx.AsyncClient) -> None:
    wishes = {"from": "2026-01-01T00:00:00Z", "groupBy": "colour"}
    assert await refused(client, "GET", f"{AT}/usage", **wishes) == [
        ("InvalidParameter", "groupBy"),
        ("InvalidParameter", "from"),
    ]


async def test_a_state_that_is_none_is_reported_beside_a_span_that_is_none(client: httpx.AsyncClient) -> None:
    found = await refused(client, "GET", f"{AT}/triggers/expiringupdates", within="ages", state="x")
    assert found == [("InvalidParameter", "within"), ("InvalidState", "state")]


async def test_a_faulty_request_of_an_unknown_instance_is_refused_by_its_form(client: httpx.AsyncClient) -> None:
    path = "/instances/nowhere/data/Customer"
    assert await refused(client, "GET", path, **{"$top": "x", "$select": "Foo"}) == [("InvalidParameter", "$top")]
