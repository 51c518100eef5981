"""Two workers over one Cosmos DB account, woken by a queue of Azure Storage."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from azure.storage.queue import TextBase64DecodePolicy
from azure.storage.queue.aio import QueueClient
from support import (
    INSTANCE,
    NOW,
    Clock,
    CosmosServer,
    azurite,
    create_database,
    definition,
    in_json,
    profile,
    put_profiles,
)
from support.limits import set_limits
from support.process import LONG_S
from support.receiver import Receiver, answer

from function_app.api.sign_in.auth import authenticate_local
from function_app.domain.subscription import EventKind
from function_app.domain.validity import RequestedValidity
from function_app.operations.webhooks import DATA_OF
from function_app.outbound.post import HttpPost
from function_app.outbound.queue import WakeQueue, instance_of
from function_app.services.services import Services
from function_app.services.update_profile import UpdateRequest
from function_app.services.webhooks.outlet import Outlet
from function_app.services.webhooks.subscriptions import Wanted
from function_app.source.files import AZURITE_KEY
from function_app.store.cosmos import CosmosStore


@pytest.fixture(scope="module")
def queues() -> Iterator[str]:
    with azurite("queue") as address:
        yield address


@dataclass
class Workers:
    """Two workers, their queue, and their clock."""

    first: Services
    second: Services
    queue: QueueClient
    clock: Clock

    async def subscribe(self, receiver: Receiver, event: EventKind = "profileUpdated") -> None:
        model = await self.first.instances.get(INSTANCE, self.clock())
        caller, wanted = await authenticate_local({}, self.clock()), Wanted(event, receiver.url)
        receiver.secrets.append((await self.first.webhooks.subscribe(model, wanted, caller, self.clock())).secret)

    async def update(self, customer_id: str, valid_for: str | None = None) -> None:
        model = await self.first.instances.get(INSTANCE, self.clock())
        request = UpdateRequest(customer_id, {"City": "Bergen"}, RequestedValidity(valid_for=valid_for))
        await self.first.update_profile(model, request, self.clock())
        self.first.webhooks.wake(INSTANCE)

    async def messages(self) -> list[str]:
        """Take the messages that are visible now, once there is one."""
        async with asyncio.timeout(LONG_S):
            while not (found := [message async for message in self.queue.receive_messages()]):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        for message in found:
            await self.queue.delete_message(message)
        return [message.content for message in found]


@pytest.fixture
async def workers(
    cosmos: CosmosServer, queues: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Workers]:
    set_limits(monkeypatch.setattr, LONG_S)
    name = f"d{uuid.uuid4().hex}"
    await create_database(cosmos, name)
    address = f"{queues}/{name}"
    made = [
        Services(
            CosmosStore(cosmos.endpoint, name, cosmos.key),
            clock=clock,
            outlet=Outlet(HttpPost(loopback=True, timeout_s=LONG_S), DATA_OF, WakeQueue(address)),
        )
        for _ in range(2)
    ]
    await made[0].instances.define(INSTANCE, definition(), NOW)
    await put_profiles(made[0].store, INSTANCE, in_json(*(profile(f"c{number}") for number in range(5))))
    decode: Any = TextBase64DecodePolicy()
    async with QueueClient.from_queue_url(address, AZURITE_KEY, message_decode_policy=decode) as queue:
        await queue.create_queue()
        yield Workers(made[0], made[1], queue, clock)
    for services in made:
        await services.close()


async def test_an_update_wakes_a_worker_through_the_queue_which_delivers_it(
    workers: Workers, receiver: Receiver
) -> None:
    await workers.subscribe(receiver)
    await workers.update("c0")
    [message] = await workers.messages()
    assert instance_of(message) == INSTANCE
    await workers.second.webhooks.deliver(INSTANCE)
    assert [event["data"]["customerId"] for event in receiver.accepted] == ["c0"]


async def test_many_updates_at_once_wake_rarely(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver)
    await asyncio.gather(*(workers.update(f"c{number % 5}") for number in range(20)))
    assert len(await workers.messages()) < 20
    await workers.second.webhooks.deliver(INSTANCE)
    assert len(receiver.ids) == len(set(receiver.ids)) == 20


async def test_two_workers_at_once_deliver_each_event_once_and_in_order(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver)
    for number in range(40):
        await workers.update(f"c{number % 5}")
        workers.clock.advance(seconds=0.01)
        if number % 5 == 0:
            await asyncio.gather(*(each.webhooks.deliver(INSTANCE) for each in (workers.first, workers.second)))
    await asyncio.gather(*(each.webhooks.deliver(INSTANCE) for each in (workers.first, workers.second)))
    assert len(receiver.ids) == len(set(receiver.ids)) == 40
    for customer in {event["data"]["customerId"] for event in receiver.accepted}:
        times = [event["timestamp"] for event in receiver.accepted if event["data"]["customerId"] == customer]
        assert times == sorted(times)


async def test_a_worker_that_dies_while_it_serves_loses_nothing(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver)
    hangs = asyncio.Event()

    async def hang(_: Any, __: asyncio.StreamWriter) -> None:
        hangs.set()
        await asyncio.sleep(LONG_S)

    receiver.reply = hang
    await workers.update("c0")
    dying = asyncio.create_task(workers.first.webhooks.deliver(INSTANCE))
    await hangs.wait()
    await workers.first.webhooks.close()
    dying.cancel()
    receiver.reply = None
    await workers.second.webhooks.deliver(INSTANCE)
    assert receiver.accepted == []  # it is leased still
    workers.clock.advance(minutes=1, seconds=1)
    await workers.second.webhooks.deliver(INSTANCE)
    assert len(receiver.accepted) == 1


async def test_a_lost_message_is_made_up_for_by_the_timer(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver)
    await workers.update("c0")
    await workers.messages()  # and they are lost
    await workers.second.webhooks.wake_all()
    [message] = await workers.messages()
    await workers.second.webhooks.deliver(instance_of(message))
    assert len(receiver.accepted) == 1


async def test_an_expiry_is_planned_as_a_message_that_appears_then(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver, "updateExpired")
    await workers.update("c0", "PT2S")
    await workers.messages()
    begun = monotonic()
    await workers.second.webhooks.deliver(INSTANCE)
    [message] = await workers.messages()  # some seconds later
    assert monotonic() - begun >= 2  # not before the expiry
    workers.clock.advance(seconds=3)
    await workers.second.webhooks.deliver(instance_of(message))
    assert [event["type"] for event in receiver.accepted] == ["update.expired"]


async def test_a_failed_event_is_planned_too(workers: Workers, receiver: Receiver) -> None:
    await workers.subscribe(receiver)
    receiver.judge = lambda _: answer(500)
    await workers.update("c0")
    await workers.messages()
    await workers.second.webhooks.deliver(INSTANCE)
    assert len(await workers.messages()) == 1
    receiver.judge = lambda _: answer(200)
    workers.clock.advance(seconds=5)
    await workers.first.webhooks.deliver(INSTANCE)
    assert len(receiver.accepted) == 1
