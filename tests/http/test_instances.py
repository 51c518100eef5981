from __future__ import annotations

from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, in_json, profile, put_profiles

from function_app.services.services import Services

OTHER = "22222222-2222-4222-8222-222222222222"
CONTOSO = {
    "instanceId": INSTANCE,
    "name": "Contoso",
    "instanceType": "production",
    **dict.fromkeys(("expiryTimeUtc", "azureRegion", "platformType")),
}


def renamed(name: str) -> dict[str, Any]:
    return definition() | {"name": name}


async def test_instances_are_listed_by_id(client: httpx.AsyncClient) -> None:
    assert (await client.get("/instances")).json() == [CONTOSO]
    await client.put(f"/instances/{OTHER}", json=renamed("Fabrikam"))
    await client.put("/instances/0", json=renamed("Adatum"))
    assert [found["name"] for found in (await client.get("/instances")).json()] == ["Adatum", "Contoso", "Fabrikam"]


async def test_an_instance_says_its_name_and_id(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/instances/{INSTANCE}")
    assert (answer.status_code, answer.json()) == (200, CONTOSO)


async def test_a_definition_is_answered_201_when_new_and_200_when_replaced(client: httpx.AsyncClient) -> None:
    first = await client.put(f"/instances/{OTHER}", json=renamed("Fabrikam"))
    again = await client.put(f"/instances/{OTHER}", json=renamed("Fabrikam Ltd"))
    assert (first.status_code, first.json()["name"]) == (201, "Fabrikam")
    assert (again.status_code, again.json()["name"]) == (200, "Fabrikam Ltd")
    assert (await client.get(f"/instances/{OTHER}")).json() == again.json()


async def test_a_definition_is_read_encoded_twice_too(client: httpx.AsyncClient) -> None:
    import json  # noqa: PLC0415

    content = json.dumps(json.dumps(renamed("Fabrikam"))).encode()
    answer = await client.put(f"/instances/{OTHER}", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201


async def test_a_new_definition_holds_for_the_next_call(client: httpx.AsyncClient) -> None:
    address = f"/instances/{INSTANCE}/data/Customer/ada"
    assert (await client.patch(address, json={"Nickname": "Countess"})).status_code == 400
    wanted = definition()
    wanted["entities"][0]["attributes"].append({"name": "Nickname", "dataType": "Edm.String"})
    assert (await client.put(f"/instances/{INSTANCE}", json=wanted)).status_code == 200
    assert (await client.patch(address, json={"Nickname": "Countess"})).status_code == 204
    assert (await client.get(address)).json()["Nickname"] == "Countess"


async def test_replacing_a_definition_leaves_profiles_and_updates_as_they_are(client: httpx.AsyncClient) -> None:
    address = f"/instances/{INSTANCE}/data/Customer/ada"
    await client.patch(address, json={"City": "Bergen"})
    before = (await client.get(address)).json()
    await client.put(f"/instances/{INSTANCE}", json=renamed("Contoso Ltd"))
    assert (await client.get(address)).json() == before


async def test_a_refused_definition_changes_nothing(client: httpx.AsyncClient) -> None:
    bad = definition() | {"validity": {"maximum": "P31D"}, "name": "Changed"}
    assert (await client.put(f"/instances/{INSTANCE}", json=bad)).status_code == 400
    assert (await client.get(f"/instances/{INSTANCE}")).json() == CONTOSO


async def test_the_instances_own_validity_holds(client: httpx.AsyncClient, clock: Clock) -> None:
    address = f"/instances/{INSTANCE}/data/Customer/ada"
    wanted = definition() | {"validity": {"update": "PT10M", "activity": "PT1H", "maximum": "PT1H"}}
    await client.put(f"/instances/{INSTANCE}", json=wanted)
    beyond = await client.patch(address, json={"City": "Moss"}, params={"validFor": "PT61M"})
    assert beyond.json()["errorCode"] == "ValidUntilTooFar"
    assert "PT1H" in beyond.json()["message"]
    answer = await client.patch(address, json={"City": "Bergen"})
    assert answer.headers["x-ms-valid-until"] == "2026-11-23T12:10:00.000000Z"
    clock.advance(minutes=10)
    assert (await client.get(address)).json()["City"] == "Oslo"


async def test_nothing_crosses_instances(client: httpx.AsyncClient, services: Services) -> None:
    here, there = f"/instances/{INSTANCE}/data/Customer", f"/instances/{OTHER}/data/Customer"
    await client.put(f"/instances/{OTHER}", json=renamed("Fabrikam"))
    assert (await client.get(f"{there}/ada")).status_code == 404
    await put_profiles(services.store, OTHER, in_json(profile("ada", City="Roma")))
    repeat = {"Repeatability-Request-ID": "one", "Prefer": "return=representation"}
    one = await client.patch(f"{here}/ada", json={"City": "Bergen"}, headers=repeat)
    other = await client.patch(f"{there}/ada", json={"City": "Milano"}, headers=repeat)
    assert [answer.json()["receipt"]["outcome"] for answer in (one, other)] == ["applied", "applied"]
    assert (await client.get(f"{here}/ada")).json()["City"] == "Bergen"
    assert [row["City"] for row in (await client.get(there)).json()["value"]] == ["Milano"]
    bergen = {"$filter": "City eq 'Bergen'", "$count": "true"}
    assert (await client.get(there, params=bergen)).json()["@odata.count"] == 0
    assert (await client.get(here, params=bergen)).json()["@odata.count"] == 1


@pytest.mark.parametrize("instance_id", ["-x", "a_b", "a.b", "x" * 65, "æ", "a|b", "a%2Fb"])
@pytest.mark.parametrize("verb", ["GET", "PUT"])
async def test_an_id_that_is_none_is_refused(client: httpx.AsyncClient, instance_id: str, verb: str) -> None:
    body = definition() if verb == "PUT" else None
    answer = await client.request(verb, f"/instances/{instance_id}", json=body)
    if instance_id == "a%2Fb":
        assert answer.status_code in {400, 404}
    else:
        assert (answer.status_code, answer.json()["target"]) == (400, "instanceId")
    assert (await client.get("/instances")).json() == [CONTOSO]


async def test_a_definition_is_read_back_as_it_was_put(client: httpx.AsyncClient) -> None:
    wanted = {"$schema": "https://host/api/definition.schema.json", **renamed("Fabrikam"), "validity": None}
    wanted["entities"][1]["activity"] |= {"icon": None, "showInTimeline": True}
    wanted["refresh"] = {"mostRemoved": 0.25}
    await client.put(f"/instances/{OTHER}", json=wanted)
    answer = await client.get(f"/instances/{OTHER}/definition")
    assert (answer.status_code, answer.json()) == (200, wanted)
    assert (await client.put(f"/instances/{OTHER}", json=answer.json())).status_code == 200
    assert (await client.get(f"/instances/{OTHER}/definition")).content == answer.content


async def test_the_definition_of_no_instance_is_404(client: httpx.AsyncClient) -> None:
    answer = await client.get("/instances/nowhere/definition")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "InstanceNotFound")


async def test_an_instance_is_deleted_with_its_name_and_its_changes_stay(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    address = f"/instances/{INSTANCE}"
    clock.advance(seconds=1)
    for query in ({}, {"name": "contoso"}):
        assert (await client.delete(address, params=query)).status_code == 400
    await services.usage.flush()  # else it is written only if this takes seconds
    answer = await client.delete(address, params={"name": "Contoso"})
    assert (answer.status_code, answer.json()["instanceId"]) == (202, INSTANCE)
    assert (await client.get(f"{address}/data/Customer/ada")).status_code == 404
    assert (await client.delete(address, params={"name": "Contoso"})).status_code == 404
    refused = await client.put(address, json=definition())
    assert (refused.status_code, refused.json()["errorCode"]) == (409, "InstanceBeingDeleted")
    clock.advance(minutes=6)
    await services.settle()
    changes = (await client.get(f"{address}/changes")).json()
    assert [change["action"] for change in changes] == ["instanceDeleted", "deleteInstance", "defineInstance"]
    assert changes[0]["detail"] == "4 documents"
    assert (await client.get("/instances/nowhere/changes")).status_code == 404
    assert (await client.put(address, json=definition())).status_code == 201
    assert (await client.get(f"{address}/data/Customer")).json()["value"] == []
