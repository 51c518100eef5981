"""Who sent a write: the principal as the service authenticated it, beside the name that the sender gives itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_profiles
from support.entra import app_token, issuer, token

from function_app.api.runtime import Runtime
from function_app.domain.feed import TRAILS
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"/instances/{INSTANCE}"
ADA = f"{AT}/data/Customer/ada"
MALLORY = {"Authorization": f"Bearer {token(oid='MALLORY-1', name='Mallory Fox', roles=['Contributor'])}"}
FLOW = {"Authorization": f"Bearer {app_token(oid='flow-1', sub='flow-1', roles=['Contributor'])}"}
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock)

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo")))
            yield client


async def ok(client: httpx.AsyncClient, address: str, **query: str) -> Any:
    answer = await client.get(address, params=query or None, headers=ADMIN)
    assert answer.is_success, answer.text
    return answer.json()


async def explained(client: httpx.AsyncClient) -> Any:
    city = (await ok(client, ADA, explain="true"))["@explain"]["City"]
    return city["caller"], city["principal"]


async def test_who_calls_itself_admin_is_shown_as_who_it_is(guarded: httpx.AsyncClient) -> None:
    await guarded.patch(ADA, json={"City": "Bergen"}, params={"caller": "admin"}, headers=MALLORY)
    mallory = {"id": "mallory-1", "kind": "user", "name": "Mallory Fox"}
    assert await explained(guarded) == ("admin", mallory)
    card = str(await ok(guarded, f"{ADA}/card"))
    assert "Mallory Fox" in card
    assert "admin" not in card
    rows = (await ok(guarded, f"{AT}/usage", groupBy="operation,caller,principal"))["rows"]
    assert ("UpdateCustomer", "admin", "mallory-1") in {
        (row["operation"], row["caller"], row["principal"]) for row in rows
    }


async def test_apps_and_keys_have_an_id_and_no_name(guarded: httpx.AsyncClient, clock: Clock) -> None:
    await guarded.patch(ADA, json={"City": "Bergen"}, headers=FLOW)
    assert await explained(guarded) == (None, {"id": "flow-1", "kind": "app", "name": None})
    made = await guarded.post(f"{AT}/apikeys/Contributor/primary", headers=ADMIN)
    key = {"Ocp-Apim-Subscription-Key": made.json()["key"]}
    clock.advance(seconds=1)
    await guarded.patch(ADA, json={"City": "Moss"}, headers=key)
    assert await explained(guarded) == (
        None,
        {"id": f"key:{INSTANCE}:Contributor:primary", "kind": "app", "name": None},
    )


async def test_the_sender_stays_when_an_older_update_shows_again(guarded: httpx.AsyncClient, clock: Clock) -> None:
    await guarded.patch(ADA, json={"City": "Bergen"}, headers=MALLORY)
    clock.advance(seconds=1)
    await guarded.patch(ADA, json={"City": "Moss"}, params={"validFor": "PT1H"}, headers=FLOW)
    clock.advance(minutes=59)
    assert (await explained(guarded))[1]["id"] == "flow-1"
    clock.advance(minutes=1)
    assert (await explained(guarded))[1]["id"] == "mallory-1"


async def test_triggers_tell_who_sent_updates_and_activities(guarded: httpx.AsyncClient, clock: Clock) -> None:
    triggers = [f"{AT}/triggers/updatedprofiles", f"{AT}/triggers/createdactivities"]
    polls = [(await guarded.get(trigger, headers=ADMIN)).headers["Location"] for trigger in triggers]
    record = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Other"}
    await guarded.patch(ADA, json={"City": "Bergen"}, params={"caller": "shop"}, headers=MALLORY)
    items = {"items": [record]}
    await guarded.post(f"{AT}/data/UnifiedActivity/batch", json=items, params={"caller": "shop"}, headers=MALLORY)
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    for poll in polls:
        (event,) = (await ok(guarded, poll))["value"]
        assert (event["caller"], event["principal"]["name"]) == ("shop", "Mallory Fox")


async def test_an_activity_shows_who_sent_it_beside_what_the_sender_calls_itself(guarded: httpx.AsyncClient) -> None:
    record = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Other"}
    await guarded.post(
        f"{AT}/data/UnifiedActivity", json={**record, "ActivityId": "a1"}, params={"caller": "admin"}, headers=MALLORY
    )
    await guarded.post(f"{AT}/data/UnifiedActivity", json={**record, "ActivityId": "a2"}, headers=FLOW)
    (second, first) = (await ok(guarded, f"{AT}/profile/timeline", customerId="ada"))["value"]
    assert (first["caller"], first["principal"]["name"]) == ("admin", "Mallory Fox")
    assert ("caller" in second, second["principal"]["id"]) == (False, "flow-1")
    assert await ok(guarded, f"{AT}/data/UnifiedActivity/a1") == first
    listed = (await ok(guarded, f"{AT}/data/UnifiedActivity"))["value"]  # rows of OData have declared properties only
    assert not any({"caller", "principal"} & row.keys() for row in listed)
    used = {"name": "list_activities", "arguments": {"customer_id": "ada"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": used}
    answer = await guarded.post(
        f"{AT}/mcp", json=message, headers=ADMIN | {"Accept": "application/json, text/event-stream"}
    )
    assert "(from Mallory Fox, via admin)" in answer.json()["result"]["content"][0]["text"]
