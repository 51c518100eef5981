"""The connector behaves as its definition says: every operation, called with values from the definition only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, ROOT, Clock, host_over, refresh
from support.designer import Action, Designer, example, sample
from support.process import LONG_S

from connector.build.swagger import definition
from function_app.bootstrap import OPERATIONS
from function_app.local.load import copy_snapshots
from function_app.local.sample import write_sample
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

CONNECTOR = ROOT / "connector"
DEFINITION: dict[str, Any] = json.loads((CONNECTOR / "apiDefinition.swagger.json").read_text("utf-8"))
PROPERTIES: dict[str, Any] = json.loads((CONNECTOR / "apiProperties.json").read_text("utf-8"))
IDS = [
    described["operationId"]
    for item in DEFINITION["paths"].values()
    for described in item.values()
    if "operationId" in described and "x-ms-agentic-protocol" not in described  # agents call it, not makers
]
CALLBACK = {"callbackUrl": "https://receiver.invalid/"}  # the platform sets it
KEYS = {
    "CustomerId",
    "eCommerce_eCommerceContacts_ContactId",
    "PoS_posCustomers_LoyaltyId",
    "Support_Contacts_ContactId",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample")
    write_sample(path)
    return path


@pytest.fixture(params=["general", "instance"])
async def designer(
    tmp_path: Path, folder: Path, clock: Clock, request: pytest.FixtureRequest
) -> AsyncIterator[Designer]:
    """A designer for the sample instance, with the definition for all instances or the one made for it."""
    copy_snapshots(folder, tmp_path / "snapshots", "sample")
    snapshots = Snapshots(str(tmp_path / "snapshots"))
    async with host_over(EmbeddedStore(tmp_path / "data"), clock, snapshots=snapshots) as (client, _):
        wanted = json.loads((folder / "definition.json").read_text(encoding="utf-8"))
        assert (await client.put("/instances/sample", json=wanted)).status_code == 201
        assert (await refresh(client, "sample"))["jobStatus"] == "successful"
        served = await client.get("instances/sample/connector/apiDefinition.swagger.json")
        yield Designer(DEFINITION if request.param == "general" else served.json(), client, PROPERTIES)


async def fill_in(designer: Designer, action: Action) -> AsyncIterator[dict[str, Any]]:
    """Yield the values of the required parameters, once for each choice of the last list."""
    forms: list[dict[str, Any]] = [{}]
    for name, parameter in action.parameters.items():
        if not parameter["required"] or "default" in parameter:
            continue
        filled = []
        for form in forms:
            offered = await designer.choices(parameter, form)
            filled += [{**form, name: value} for value in offered or [await typed(designer, action, name, form)]]
        forms = filled
    for form in forms:
        yield form


async def typed(designer: Designer, action: Action, name: str, form: dict[str, Any]) -> Any:
    """Return a maker's input without a list of values: an id from another action, or the example in the hint."""
    if name == "customerId":
        find = designer.actions["FindCustomer"].parameters
        key = {name: example(parameter) for name, parameter in find.items() if name != "instanceId"}
        return (await designer.call("FindCustomer", {**form, **key}))["customerId"]
    if name == "entityId":
        create = designer.actions["CreateActivity"]
        body = await filled_body(designer, create, form)
        created = (await designer.call(create.id, form, body))["value"]
        return body.get("PurchaseId") or body.get("TicketId") or created["activityId"]
    if name == "updateId":
        await designer.call("UpdateCustomer", form, {"City": "Moss"})
        return (await designer.call("ListCustomerUpdates", form))["value"][0]["updateId"]
    if name == "subscriptionId":
        return (await designer.call("SubscribeToRefreshes", form, CALLBACK))["subscriptionId"]
    if name == "key":
        return {"eCommerce": "CNTID_1000", "PoS": "LOYID_4000", "Support": "SUPID_7000"}[form["dataSourceName"]]
    return example(action.parameters[name])


async def filled_body(designer: Designer, action: Action, form: dict[str, Any]) -> Any:
    """Return the body that a maker fills in; None if the action has none."""
    if action.body is None:
        return None
    customer_id = await typed(designer, action, "customerId", form)
    contact = "SUPID_7000" if form.get("entityName") == "Support_Tickets" else "CNTID_1000"
    keys = {"CustomerId": customer_id, "ContactId": contact, "LoyaltyId": "LOYID_4000", "clear": [], **CALLBACK}
    return sample(await designer.drawn(action.body, form), keys)


@pytest.mark.parametrize("action_id", IDS)
async def test_an_operation_accepts_and_answers_what_the_definition_says(designer: Designer, action_id: str) -> None:
    action, calls = designer.actions[action_id], 0
    async for form in fill_in(designer, action):
        await designer.call(action_id, form, await filled_body(designer, action, form))
        calls += 1
    assert calls


@pytest.mark.parametrize("action_id", IDS)
async def test_the_example_of_every_hint_works(designer: Designer, action_id: str) -> None:
    action = designer.actions[action_id]
    form = await anext(fill_in(designer, action))
    body = await filled_body(designer, action, form)
    for name, parameter in action.parameters.items():
        is_shown = parameter.get("x-ms-visibility") != "internal" and not parameter["required"]
        if is_shown and name != "$skiptoken":
            value = example(parameter)
            cleared = value.split(",") if name == "clear" else ()
            rest = body and {field: each for field, each in body.items() if field not in cleared}
            await designer.call(action_id, {**form, name: value}, rest)


async def test_what_was_entered_shows(designer: Designer) -> None:
    form = await anext(fill_in(designer, designer.actions["UpdateCustomer"]))
    updated = await designer.call("UpdateCustomer", form, {"City": "Bergen"})
    read = await designer.call("GetCustomer", form)
    assert updated["customer"] == read
    assert (read["City"], updated["receipt"]["attributes"]) == ("Bergen", {"City": "applied"})


@pytest.mark.parametrize("action_id", [name for name in IDS if name.startswith("When")])
async def test_a_trigger_returns_what_its_definition_says(designer: Designer, clock: Clock, action_id: str) -> None:
    form = {"instanceId": "sample", "entityName": "UnifiedActivity", "within": "1 hour"}
    customer_id = await typed(designer, designer.actions["GetCustomer"], "customerId", form)
    start = await designer.call(action_id, form)
    will_expire = action_id == "WhenAnUpdateWillExpire"
    update = {**form, "customerId": customer_id, "validFor": "PT3M" if will_expire else "PT1M"}
    await designer.call("UpdateCustomer", update, {"City": "Bergen"})
    create = designer.actions["CreateActivity"]
    await designer.call(create.id, form, await filled_body(designer, create, form))
    async with asyncio.timeout(LONG_S):
        job = await designer.call("StartRefresh", form)
        while job["endTimestamp"] is None:
            await asyncio.sleep(0.01)  # all of it is one minute of the limit of requests
            job = await designer.call("GetRefresh", {**form, "jobId": job["jobId"]})
    clock.advance(minutes=2)
    polled = await designer.call(action_id, {**form, "state": start["state"]})
    assert len(polled["value"]) == 1


async def test_every_batch_item_is_accepted(designer: Designer) -> None:
    for action_id in ("UpdateCustomers", "CreateActivities"):
        action = designer.actions[action_id]
        async for form in fill_in(designer, action):
            body = await filled_body(designer, action, form)
            [result] = (await designer.call(action_id, form, body))["value"]
            assert result["outcome"] in {"applied", "created", "superseded"}, result


async def test_the_designer_shows_friendly_fields_without_those_a_maker_can_not_change(designer: Designer) -> None:
    form = await anext(fill_in(designer, designer.actions["UpdateCustomer"]))
    taken = await designer.drawn(designer.actions["UpdateCustomer"].body or {}, form)
    given = await designer.drawn(designer.actions["GetCustomer"].described["responses"]["200"]["schema"], form)
    assert set(given["properties"]) - set(taken["properties"]) == {*KEYS, "@explain"}
    page = await designer.drawn(designer.actions["ListCustomers"].described["responses"]["200"]["schema"], form)
    row = page["properties"]["value"]["items"]["properties"]
    of_row = {"UnifiedActivity", "UnifiedActivity@odata.nextLink"}
    assert set(row) - set(taken["properties"]) == {*KEYS, *of_row}
    assert "@odata.context" in page["properties"]
    tier = taken["properties"]["LoyaltyTier"]["drawn"]
    assert (tier["title"], tier["enum"]) == ("Loyalty Tier", ["Bronze", "Silver", "Gold", "Platinum"])
    assert taken["properties"]["BirthDate"]["drawn"]["format"] == "date"


@pytest.mark.parametrize(
    ("action_id", "name"),
    [("UpdateCustomer", "clear"), ("RevertCustomer", "attributes"), ("ListLiveUpdates", "attribute")],
)
async def test_a_list_of_fields_of_updates_has_those_that_an_update_may_have(
    designer: Designer, action_id: str, name: str
) -> None:
    update = designer.actions["UpdateCustomer"]
    form = await anext(fill_in(designer, update))
    taken = await designer.drawn(update.body or {}, form)
    offered = await designer.choices(designer.actions[action_id].parameters[name], form)
    assert offered == [*taken["properties"]]


async def test_the_definition_is_served_for_the_host_that_is_asked(client: httpx.AsyncClient) -> None:
    served = (await client.get("connector/apiDefinition.swagger.json", headers={"Host": "localhost:7071"})).json()
    assert (served["host"], served["schemes"]) == ("localhost:7071", ["http"])
    assert {**served, "host": DEFINITION["host"], "schemes": ["https"]} == DEFINITION


async def test_the_definition_of_an_instance_is_served_for_the_host_that_is_asked(client: httpx.AsyncClient) -> None:
    address = f"instances/{INSTANCE}/connector/apiDefinition.swagger.json"
    served = (await client.get(address, headers={"Host": "localhost:7071"})).json()
    assert (served["host"], served["schemes"]) == ("localhost:7071", ["http"])
    assert f"/instances/{INSTANCE}/data/Customer" in served["paths"]


def test_the_definition_is_current() -> None:
    assert definition(OPERATIONS) == DEFINITION
