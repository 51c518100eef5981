from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over
from support.entra import issuer, token

from function_app.api.runtime import Runtime
from function_app.domain.access import Assignment, Principal, Role
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"instances/{INSTANCE}"
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
ADA = {"Authorization": f"Bearer {token(oid='ada-1')}"}

BOSS = Principal("boss", "user", Role.ADMINISTRATOR)
ASSIGNED = Assignment("ada-1", "user", Role.VIEWER)


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock)

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            yield client, services


@pytest.fixture
def guarded_client(guarded: tuple[httpx.AsyncClient, Services]) -> httpx.AsyncClient:
    return guarded[0]


def keyed(key: str) -> dict[str, str]:
    return {"Ocp-Apim-Subscription-Key": key}


def contents(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


async def assign(client: httpx.AsyncClient, principal: str, **body: Any) -> httpx.Response:
    return await client.put(f"{AT}/rbac/principals/{principal}/assignment", json=body, headers=ADMIN)


async def test_a_role_is_assigned_shown_and_removed(guarded_client: httpx.AsyncClient) -> None:
    client = guarded_client
    assert (await client.get(f"{AT}/rbac/myrole", headers=ADA)).status_code == 403
    answer = await assign(client, "ADA-1", principalType="user", roles=["Viewer", "Contributor"])
    ada = {"principalId": "ada-1", "principalType": "user", "roles": ["Contributor"], "instanceId": INSTANCE}
    assert (answer.status_code, answer.json()) == (200, [ada])
    assert (await client.get(f"{AT}/rbac/myrole", headers=ADA)).json() == ada
    assert (await client.get(f"{AT}/rbac/assignments", headers=ADMIN)).json() == [ada]
    removed = await client.delete(f"{AT}/rbac/principals/ada-1/assignment", headers=ADMIN)
    assert (removed.status_code, removed.content) == (200, b"")
    assert (await client.get(f"{AT}/rbac/myrole", headers=ADA)).status_code == 403


async def test_the_roles_are_described(guarded_client: httpx.AsyncClient) -> None:
    answer = await guarded_client.get(f"{AT}/rbac/roles", headers=ADMIN)
    assert [role["roleName"] for role in answer.json()] == ["Viewer", "Contributor", "Administrator"]


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"principalType": "robot", "roles": ["Viewer"]}, "/principalType"),
        ({"principalType": "user", "roles": []}, "/roles"),
        ({"principalType": "user", "roles": ["Owner"]}, "/roles/0"),
        ({"principalType": "user", "roles": ["Viewer"], "principalId": "bob"}, "/principalId"),
        ({"principalType": "user", "roles": ["Viewer"], "instanceId": "other"}, "/instanceId"),
        ({"principalType": "user", "roles": ["Viewer"], "until": "never"}, "/until"),
    ],
)
async def test_a_wrong_assignment_is_refused(
    guarded_client: httpx.AsyncClient, body: dict[str, Any], target: str
) -> None:
    answer = await assign(guarded_client, "ada-1", **body)
    assert (answer.status_code, answer.json()["errorCode"], answer.json()["target"]) == (
        400,
        "InvalidAssignment",
        target,
    )


@pytest.mark.parametrize("principal", ["ada 1", "ada_1", "åda", "a" * 65])
async def test_an_id_that_no_principal_has_is_refused(guarded_client: httpx.AsyncClient, principal: str) -> None:
    answer = await assign(guarded_client, principal, principalType="user", roles=["Viewer"])
    assert (answer.status_code, answer.json()["target"]) == (400, "principalId")
    assert "up to 64 letters, digits and hyphens" in answer.json()["message"]


async def test_a_change_of_roles_reaches_other_workers_within_a_minute(
    guarded: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, services = guarded
    assert (await client.get(f"{AT}/rbac/myrole", headers=ADA)).status_code == 403
    elsewhere = Services(services.store)
    await elsewhere.access.assign(INSTANCE, ASSIGNED, BOSS, clock())
    clock.advance(seconds=60)
    assert (await client.get(f"{AT}/rbac/myrole", headers=ADA)).status_code == 200


async def test_a_key_is_shown_once_and_works_until_it_is_regenerated_or_revoked(
    guarded_client: httpx.AsyncClient,
) -> None:
    client, at = guarded_client, f"{AT}/apikeys/Contributor/primary"
    made = await client.post(at, headers=ADMIN)
    first = made.json()["key"]
    assert made.headers["Cache-Control"] == "private, no-store"
    assert (await client.get(f"{AT}/rbac/myrole", headers=keyed(first))).json()["roles"] == ["Contributor"]
    listed = await client.get(f"{AT}/apikeys", headers=ADMIN)
    assert [(key["role"], key["slot"], key["createdBy"]) for key in listed.json()] == [
        ("Contributor", "primary", "boss")
    ]
    assert first not in listed.text
    second = (await client.post(at, headers=ADMIN)).json()["key"]
    assert (await client.get(AT, headers=keyed(first))).status_code == 401
    assert (await client.get(AT, headers=keyed(second))).status_code == 200
    for _ in range(2):
        assert (await client.delete(at, headers=ADMIN)).status_code == 204
    assert (await client.get(AT, headers=keyed(second))).status_code == 401


async def test_primary_and_secondary_work_side_by_side(guarded_client: httpx.AsyncClient) -> None:
    for slot in ("primary", "secondary"):
        made = await guarded_client.post(f"{AT}/apikeys/Viewer/{slot}", headers=ADMIN)
        assert (await guarded_client.get(AT, headers=keyed(made.json()["key"]))).status_code == 200
    assert len((await guarded_client.get(f"{AT}/apikeys", headers=ADMIN)).json()) == 2


async def test_a_key_is_not_stored(guarded_client: httpx.AsyncClient, tmp_path: Path) -> None:
    made = await guarded_client.post(f"{AT}/apikeys/Viewer/primary", headers=ADMIN)
    secret = made.json()["key"].split(".")[1].encode()
    assert secret not in contents(tmp_path)


async def test_a_bearer_token_counts_before_a_key(guarded_client: httpx.AsyncClient) -> None:
    answer = await guarded_client.get(AT, headers=ADMIN | keyed("anything"))
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["Owner/primary", "Viewer/third"])
async def test_there_are_three_roles_and_two_slots(guarded_client: httpx.AsyncClient, path: str) -> None:
    answer = await guarded_client.post(f"{AT}/apikeys/{path}", headers=ADMIN)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "InvalidParameter")


async def test_changes_are_listed_newest_first(guarded_client: httpx.AsyncClient, clock: Clock) -> None:
    client = guarded_client
    clock.advance(seconds=1)
    await client.put(AT, json=definition(), headers=ADMIN)
    await client.put(AT, json={"name": "broken", "entities": []}, headers=ADMIN)
    clock.advance(seconds=1)
    await assign(client, "ada-1", principalType="user", roles=["Viewer"])
    clock.advance(seconds=1)
    await client.post(f"{AT}/apikeys/Viewer/primary", headers=ADMIN)
    answer = await client.get(f"{AT}/changes", headers=ADMIN)
    assert [(c["changedBy"], c["action"], c["subject"], c["detail"]) for c in answer.json()] == [
        ("boss", "regenerateKey", "Viewer:primary", ""),
        ("boss", "assignRole", "ada-1", "user: Viewer"),
        ("boss", "defineInstance", "definition", "2 entities"),
        ("operator", "defineInstance", "definition", "2 entities"),
    ]
    before = answer.json()[1]["changedAt"]
    page = await client.get(f"{AT}/changes", params={"before": before, "$top": 1}, headers=ADMIN)
    assert page.json() == answer.json()[2:3]
    assert (await client.get(f"{AT}/changes?before=yesterday", headers=ADMIN)).status_code == 400


async def test_what_is_not_there_is_404_for_those_who_may_look(guarded_client: httpx.AsyncClient) -> None:
    for path in ("rbac/roles", "rbac/myrole", "rbac/assignments", "apikeys", "changes"):
        assert (await guarded_client.get(f"instances/missing/{path}", headers=ADMIN)).status_code == 404
