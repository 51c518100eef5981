"""Faults of the store, and others, while events are delivered: nothing is lost, and the log has no personal data."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, in_json, profile, put_profiles
from support.process import LONG_S
from support.receiver import Receiver, receiving, subscribe

from function_app.errors import Unavailable
from function_app.services.cache import CACHE_TTL
from function_app.services.services import Services
from function_app.services.webhooks import webhooks
from function_app.services.webhooks.outlet import LocalWaker

CUSTOMER, CITY = "Qvb7Person", "Zxq7Secret"
Wake = Callable[[str], None]


@pytest.fixture(autouse=True)
async def _person(services: Services) -> None:
    """Add a customer whose id can be found in a log."""
    await put_profiles(services.store, INSTANCE, in_json(profile(CUSTOMER)))


@pytest.fixture
def wake(services: Services, monkeypatch: pytest.MonkeyPatch) -> Wake:
    """What each write calls, which does nothing in these tests by itself."""
    found = services.webhooks.wake
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)
    return found


@dataclass
class Fault:
    """Makes a method raise an error once, or for the calls with some argument."""

    error: Exception
    argument: str | None = None
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, patch: pytest.MonkeyPatch, owner: object, method: str) -> None:
        act = getattr(owner, method)

        async def run(*args: Any) -> Any:
            if self.argument in args or (self.argument is None and not self.happened.is_set()):
                self.happened.set()
                raise self.error
            return await act(*args)

        patch.setattr(owner, method, run)


async def update(client: httpx.AsyncClient, city: str = CITY) -> None:
    (await client.patch(f"/instances/{INSTANCE}/data/Customer/{CUSTOMER}", json={"City": city})).raise_for_status()


async def minute(services: Services) -> None:
    """Do what is done every minute."""
    await services.webhooks.wake_all()


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return the only message of the log, which has no personal data."""
    [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert record.name == webhooks.__name__
    assert CITY not in caplog.text
    assert CUSTOMER not in caplog.text
    return record.getMessage()


@pytest.mark.parametrize(
    ("step", "says", "comes"),
    [
        ("subscriptions.list_instances", "Webhooks were not woken; the next minute tries again", 1),
        ("subscriptions.list", "Webhooks were not delivered; the next minute tries again", 1),
        ("subscriptions.read", "A webhook was not delivered; the next minute tries again", 1),
        ("control.read_instance", "A webhook was not delivered; the next minute tries again", 1),
        ("access.read_grants", "A webhook was not delivered; the next minute tries again", 1),
        ("feed.read_received", "A webhook was not delivered; the next minute tries again", 1),
        ("subscriptions.replace", "A webhook was not delivered; the next minute tries again", 2),
    ],
)
@pytest.mark.usefixtures("wake")
async def test_a_fault_of_the_store_at_any_step_of_a_delivery_loses_no_event(  # noqa: PLR0913, PLR0917
    client: httpx.AsyncClient,
    receiver: Receiver,
    services: Services,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    step: str,
    says: str,
    comes: int,
) -> None:
    await subscribe(client, receiver)
    await update(client)
    clock.advance(seconds=CACHE_TTL.total_seconds())  # nothing is remembered any more
    part, method = step.split(".")
    fault = Fault(Unavailable())
    fault.put(monkeypatch, getattr(services.store, part), method)
    if method == "list_instances":
        await minute(services)
    else:
        await services.webhooks.deliver(INSTANCE)
    assert fault.happened.is_set()
    assert says in logged(caplog)
    assert len(receiver.accepted) == comes - 1
    await minute(services)
    events = await receiver.events(comes)
    await services.webhooks.deliver(INSTANCE)  # it waits until what came is kept
    assert {event["data"]["fields"]["City"] for event in events} == {CITY}
    assert (len(receiver.ids), len(set(receiver.ids))) == (comes, 1)
    logged(caplog)


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError(f"{CUSTOMER} has {CITY}")], ids=["foreseen", "other"])
@pytest.mark.usefixtures("wake")
async def test_a_fault_of_one_subscription_stops_no_other(
    client: httpx.AsyncClient,
    receiver: Receiver,
    services: Services,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    async with receiving() as other:
        ill = await subscribe(client, receiver)
        await subscribe(client, other)
        await update(client)
        fault = Fault(error, ill.json()["subscriptionId"])
        with pytest.MonkeyPatch.context() as patch:
            fault.put(patch, services.store.subscriptions, "read")
            await services.webhooks.deliver(INSTANCE)
        assert fault.happened.is_set()
        assert (len(receiver.accepted), len(other.accepted)) == (0, 1)
        assert logged(caplog).startswith("A webhook was not delivered")
        assert isinstance(error, Unavailable) or "RuntimeError" in caplog.text
        await minute(services)
        await receiver.events(1)
        await services.webhooks.deliver(INSTANCE)
        assert (len(receiver.accepted), len(other.accepted)) == (1, 1)


@pytest.mark.parametrize("place", ["store", "queue"])
async def test_what_can_not_wake_loses_no_event(  # noqa: PLR0913, PLR0917
    client: httpx.AsyncClient,
    receiver: Receiver,
    services: Services,
    wake: Wake,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    await subscribe(client, receiver)
    await update(client)
    fault = Fault(RuntimeError(f"{CUSTOMER} has {CITY}"))
    fault.put(monkeypatch, *((services.store.subscriptions, "list") if place == "store" else (LocalWaker, "send")))
    wake(INSTANCE)
    async with asyncio.timeout(LONG_S):
        await fault.happened.wait()
    assert logged(caplog).startswith("Webhooks were not woken; the next minute delivers")
    assert receiver.connections == 0
    await minute(services)
    await receiver.events(1)


@pytest.mark.usefixtures("wake")
async def test_a_host_delivers_every_minute_what_nothing_has_woken(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes, send = asyncio.Semaphore(0), LocalWaker.send
    list_instances = services.store.subscriptions.list_instances

    async def list_at_the_minute() -> Any:
        await minutes.acquire()
        return await list_instances()

    async def send_at_once(waker: LocalWaker, instance_id: str, delay_s: float) -> None:
        if not delay_s:  # no look that is planned for later
            await send(waker, instance_id, delay_s)

    monkeypatch.setattr(webhooks, "EVERY_S", 0)
    monkeypatch.setattr(services.store.subscriptions, "list_instances", list_at_the_minute)
    monkeypatch.setattr(LocalWaker, "send", send_at_once)
    await subscribe(client, receiver)
    running = asyncio.create_task(services.webhooks.run())
    for number, city in enumerate((CITY, "Bergen"), 1):
        await update(client, city)
        minutes.release()
        events = await receiver.events(number)
        await services.webhooks.deliver(INSTANCE)  # it waits until nothing is being delivered
    running.cancel()
    assert [event["data"]["fields"]["City"] for event in events] == [CITY, "Bergen"]
