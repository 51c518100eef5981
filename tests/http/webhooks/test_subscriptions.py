from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over
from support.receiver import Receiver, answer, subscribe

from function_app.api.sign_in.auth import authenticate_local
from function_app.domain.access import Assignment, Principal, Role
from function_app.domain.subscription import MAX_SUBSCRIPTIONS
from function_app.services.services import Services
from function_app.services.webhooks.subscriptions import Wanted
from function_app.store.embedded import EmbeddedStore

SUBSCRIPTIONS = f"/instances/{INSTANCE}/subscriptions"
WEBHOOK = f"/instances/{INSTANCE}/webhooks/updatedprofiles"
ADA = Principal("ada", "user", identities=frozenset({("user", "ada"), ("group", "desk")}))
HOOK = Wanted("profileUpdated", "https://example.com/hook")


async def update(client: httpx.AsyncClient, points: int = 1) -> None:
    response = await client.patch(f"/instances/{INSTANCE}/data/Customer/c0", json={"Points": points})
    assert response.status_code == 204


async def test_a_subscription_has_an_absolute_address_where_it_is_ended(
    client: httpx.AsyncClient, receiver: Receiver, services: Services
) -> None:
    created = await subscribe(client, receiver)
    location = created.headers["Location"]
    assert location == f"http://localhost/api{SUBSCRIPTIONS}/{created.json()['subscriptionId']}"
    assert [(await client.delete(location)).status_code for _ in range(2)] == [204, 204]
    assert (await client.get(SUBSCRIPTIONS)).json() == []
    await update(client)
    await services.webhooks.deliver(INSTANCE)
    assert receiver.connections == 0
    actions = {change["action"] for change in (await client.get(f"/instances/{INSTANCE}/changes")).json()}
    assert actions == {"defineInstance", "subscribe", "unsubscribe"}


async def test_the_same_callback_replaces_its_subscription_and_loses_nothing(
    client: httpx.AsyncClient, receiver: Receiver, services: Services
) -> None:
    first = await subscribe(client, receiver)
    receiver.judge = lambda _: answer(500)
    await update(client)
    await receiver.until(lambda: len(receiver.refused) == 1)
    await services.webhooks.deliver(INSTANCE)
    receiver.judge = lambda _: answer(200)
    receiver.secrets.clear()
    second = await subscribe(client, receiver)  # at once, not after the wait of the first
    await receiver.events(1)
    assert first.headers["Location"] == second.headers["Location"]
    assert first.json()["secret"] != second.json()["secret"]
    assert len((await client.get(SUBSCRIPTIONS)).json()) == 1
    await subscribe(client, receiver, "expiredupdates")
    assert len((await client.get(SUBSCRIPTIONS)).json()) == 2


async def test_the_list_shows_no_secret_and_no_callback(client: httpx.AsyncClient) -> None:
    body = {"callbackUrl": "https://hooks.example.com/T0/B0/secret-path?sig=secret-query"}
    created = await client.post(WEBHOOK, json=body)
    listed = await client.get(SUBSCRIPTIONS)
    [info] = listed.json()
    assert (info["callbackHost"], info["event"], info["state"]) == ("hooks.example.com", "profileUpdated", "active")
    assert "secret" not in listed.text
    assert created.json()["secret"].startswith("whsec_")


@pytest.mark.parametrize(
    "callback",
    [
        *("http://example.com/hook", "ftp://example.com/", "example.com", "https://", "", "https://ada@example.com/"),
        *("https://10.0.0.1/", "https://192.168.1.1/", "https://169.254.169.254/metadata", "https://0.0.0.0/"),
        *("https://[::ffff:10.0.0.1]/", "https://[fd00::1]/", "https://[fe80::1]/", "https://[64:ff9b::a00:1]/"),
        *("https://example.com/#part", "https://exämple.com/", "https://example.com:port/", "https://a b.com/"),
        *(
            f"https://example.com/{'x' * 2000}",
            "https://example.com\\@127.0.0.1/",
            "https://[::]/",
            "https://224.0.0.1/",
        ),
        *("https://127.1/", "https://2130706433/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://0x7f000001/"),
        *("https://%31%30.0.0.1/", "https://example.com:99999/", "https://[2002:a00:1::]/", "https://100.64.0.1/"),
    ],
)
async def test_a_callback_without_a_public_https_address_is_refused(client: httpx.AsyncClient, callback: str) -> None:
    response = await client.post(WEBHOOK, json={"callbackUrl": callback})
    assert (response.status_code, response.json()["errorCode"]) == (400, "InvalidSubscription")
    assert response.json()["target"] == "/callbackUrl"


@pytest.mark.parametrize("body", [{}, {"callbackUrl": 1}, {"callbackUrl": "https://example.com", "other": 1}])
async def test_a_body_that_is_not_a_callback_is_refused(client: httpx.AsyncClient, body: Any) -> None:
    response = await client.post(WEBHOOK, json=body)
    assert (response.status_code, response.json()["errorCode"]) == (400, "InvalidSubscription")


async def test_there_are_no_more_subscriptions_than_the_limit(client: httpx.AsyncClient) -> None:
    for number in range(MAX_SUBSCRIPTIONS):
        assert (await client.post(WEBHOOK, json={"callbackUrl": f"https://example.com/{number}"})).status_code == 201
    response = await client.post(WEBHOOK, json={"callbackUrl": "https://example.com/more"})
    assert (response.status_code, response.json()["errorCode"]) == (409, "TooManySubscriptions")
    message = "The instance has 100 subscriptions, which is the most; end one of them."
    assert response.json()["message"] == message
    assert (await client.post(WEBHOOK, json={"callbackUrl": "https://example.com/7"})).status_code == 201


async def test_a_host_that_sends_nothing_takes_no_subscription(tmp_path: Path, clock: Clock) -> None:
    async with host_over(EmbeddedStore(tmp_path / "other"), clock, make_outlet=lambda: None) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        response = await client.post(WEBHOOK, json={"callbackUrl": "https://example.com/hook"})
        assert (response.status_code, response.json()["errorCode"]) == (400, "InvalidSubscription")
        assert response.json()["message"] == "The callback can not be called by this host."
        assert (await client.get(SUBSCRIPTIONS)).json() == []


async def test_a_subscription_ends_with_the_role_of_its_subscriber(services: Services, clock: Clock) -> None:
    model, admin = await services.instances.get(INSTANCE, clock()), await authenticate_local({}, clock())
    for principal, kind in (("ada", "user"), ("desk", "group")):
        await services.access.assign(INSTANCE, Assignment(principal, kind, Role.VIEWER), admin, clock())  # type: ignore[arg-type]
    await services.webhooks.subscribe(model, HOOK, ADA, clock())
    await services.access.unassign(INSTANCE, "ada", admin, clock())
    await services.webhooks.deliver(INSTANCE)
    assert len(await services.webhooks.list(INSTANCE)) == 1  # by the group
    await services.access.unassign(INSTANCE, "desk", admin, clock())
    await services.webhooks.deliver(INSTANCE)
    assert list(await services.webhooks.list(INSTANCE)) == []
    changes = await services.access.changes(INSTANCE, clock() + timedelta(days=1), 10)
    [ended] = [change.detail for change in changes if change.action == "endSubscription"]
    assert ended == "profileUpdated: its subscriber has no role any more"


async def test_a_subscription_by_an_api_key_ends_when_the_key_is_regenerated(services: Services, clock: Clock) -> None:
    model, admin = await services.instances.get(INSTANCE, clock()), await authenticate_local({}, clock())
    key = await services.access.regenerate(INSTANCE, Role.VIEWER, "primary", admin, clock())
    holder = await services.access.holder_of(key, clock())
    assert holder
    await services.webhooks.subscribe(model, HOOK, holder, clock())
    await services.webhooks.deliver(INSTANCE)
    assert len(await services.webhooks.list(INSTANCE)) == 1
    await services.access.regenerate(INSTANCE, Role.VIEWER, "primary", admin, clock())
    await services.webhooks.deliver(INSTANCE)
    assert list(await services.webhooks.list(INSTANCE)) == []


async def test_only_its_subscriber_or_an_administrator_ends_a_subscription(
    client: httpx.AsyncClient, services: Services, clock: Clock
) -> None:
    model, admin = await services.instances.get(INSTANCE, clock()), await authenticate_local({}, clock())
    await services.access.assign(INSTANCE, Assignment("ada", "user", Role.VIEWER), admin, clock())
    subscription = await services.webhooks.subscribe(model, HOOK, ADA, clock())
    other = Principal("bob", "user", Role.CONTRIBUTOR)
    with pytest.raises(Exception, match="This needs the role Administrator"):
        await services.webhooks.unsubscribe(INSTANCE, subscription.subscription_id, other, clock())
    assert len((await client.get(SUBSCRIPTIONS)).json()) == 1
    assert (await client.delete(f"{SUBSCRIPTIONS}/{subscription.subscription_id}")).status_code == 204
    assert (await client.get(SUBSCRIPTIONS)).json() == []


async def test_nothing_is_sent_once_the_instance_is_deleted(
    client: httpx.AsyncClient, receiver: Receiver, services: Services
) -> None:
    await subscribe(client, receiver)
    response = await client.delete(f"/instances/{INSTANCE}", params={"name": definition()["name"]})
    assert response.status_code == 202
    await services.settle()
    await services.webhooks.deliver(INSTANCE)
    assert list(await services.webhooks.list(INSTANCE)) == []
    assert receiver.connections == 0
