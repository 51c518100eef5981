"""Who may subscribe: callers whose role can be asked again later, so that a subscription ends with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over
from support.entra import USER, app_token, issuer, token

from function_app.api.limits import Limits
from function_app.api.runtime import Runtime
from function_app.domain.access import Assignment, Principal, PrincipalType, Role
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

WEBHOOK, SUBSCRIPTIONS = f"/instances/{INSTANCE}/webhooks/updatedprofiles", f"/instances/{INSTANCE}/subscriptions"
OPERATOR = Principal("operator", "user", Role.ADMINISTRATOR)
ENTITLED = {
    "user": token(oid=USER, roles=["Viewer"]),
    "group": token(groups=["desk"], roles=["Viewer"]),
    "app": app_token(appid="a-1", roles=["Viewer"]),
}
ASSIGNED: dict[str, tuple[str, PrincipalType]] = {
    "user": (USER, "user"),
    "group": ("desk", "group"),
    "app": ("a-1", "app"),
}


@pytest.fixture
async def signed_in(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The host with sign-in and one instance, on which no caller has a role yet."""
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock, Limits(1000))

        async with host_over(EmbeddedStore(tmp_path / "data"), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            yield client, services


async def subscribe(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.post(WEBHOOK, json={"callbackUrl": "https://example.com/hook"}, headers=headers)


@pytest.mark.parametrize("kind", ENTITLED)
async def test_a_role_by_the_token_alone_is_not_enough_and_an_assignment_is_until_it_is_removed(
    signed_in: tuple[httpx.AsyncClient, Services], clock: Clock, kind: str
) -> None:
    client, services = signed_in
    bearer = f"Bearer {ENTITLED[kind]}"
    refused = await subscribe(client, Authorization=bearer)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "RoleNotAssigned")
    assert "assign a role on this instance" in refused.json()["message"]
    assert list(await services.webhooks.list(INSTANCE)) == []
    principal_id, principal_type = ASSIGNED[kind]
    await services.access.assign(INSTANCE, Assignment(principal_id, principal_type, Role.VIEWER), OPERATOR, clock())
    assert (await subscribe(client, Authorization=bearer)).status_code == 201
    await services.webhooks.deliver(INSTANCE)
    assert len((await client.get(SUBSCRIPTIONS, headers={"Authorization": bearer})).json()) == 1
    await services.access.unassign(INSTANCE, principal_id, OPERATOR, clock())
    await services.webhooks.deliver(INSTANCE)
    assert (await client.get(SUBSCRIPTIONS, headers={"Authorization": bearer})).json() == []


async def test_a_viewer_sees_only_its_own_subscriptions(
    signed_in: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, services = signed_in
    ada, bob = ({"Authorization": f"Bearer {token(oid=oid, roles=['Viewer'])}"} for oid in ("ada", "bob"))
    boss = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
    for name, headers in (("ada", ada), ("bob", bob)):
        await services.access.assign(INSTANCE, Assignment(name, "user", Role.VIEWER), OPERATOR, clock())
        assert (await subscribe(client, **headers)).status_code == 201
    seen = [(await client.get(SUBSCRIPTIONS, headers=headers)).json() for headers in (ada, bob, boss)]
    assert [sorted(each["subscriber"]["id"] for each in one) for one in seen] == [["ada"], ["bob"], ["ada", "bob"]]


async def test_an_api_key_subscribes(signed_in: tuple[httpx.AsyncClient, Services], clock: Clock) -> None:
    client, services = signed_in
    key = await services.access.regenerate(INSTANCE, Role.VIEWER, "primary", OPERATOR, clock())
    assert (await subscribe(client, **{"Ocp-Apim-Subscription-Key": key})).status_code == 201
