"""What happens to a subscription while an event of it is being sent."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from support import INSTANCE, Clock, refresh
from support.process import LONG_S
from support.receiver import ACCEPT, Held, Receiver, answer, subscribe

from function_app.outbound.addresses import CheckedResolver
from function_app.services.services import Services
from function_app.services.webhooks import webhooks

DATA = f"/instances/{INSTANCE}/data"
SUBSCRIPTIONS = f"/instances/{INSTANCE}/subscriptions"


async def update(client: httpx.AsyncClient, points: int, **query: str) -> None:
    (await client.patch(f"{DATA}/Customer/c0", json={"Points": points}, params=query)).raise_for_status()


async def at_rest(services: Services) -> None:
    """Wait until no subscription is being served."""
    async with asyncio.timeout(LONG_S):
        while services.webhooks._serving:  # noqa: ASYNC110, SLF001  # it has no event
            await asyncio.sleep(0)


async def test_a_callback_that_is_ended_and_subscribed_again_while_it_is_called_gets_what_comes_after(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, clock: Clock
) -> None:
    held = Held(receiver, ACCEPT)
    first = await subscribe(client, receiver)
    await update(client, 1)
    await held.came.wait()
    await client.delete(first.headers["Location"].removeprefix("http://localhost/api"))
    clock.advance(seconds=1)
    receiver.secrets.clear()
    await subscribe(client, receiver)
    await update(client, 2)
    held.continues.set()
    events = await receiver.events(1)
    assert [event["data"]["fields"]["Points"] for event in events] == [2]
    await at_rest(services)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_receiver_that_moved_while_its_subscription_was_replaced_ends_only_the_old_one(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, status: int
) -> None:
    held = Held(receiver, answer(status))
    await subscribe(client, receiver)
    await update(client, 1)
    await held.came.wait()
    await subscribe(client, receiver)
    held.continues.set()
    await receiver.events(1)
    await at_rest(services)
    assert len((await client.get(SUBSCRIPTIONS)).json()) == 1


async def test_a_message_of_the_queue_does_not_wait_for_a_receiver_that_hangs(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(receiver, ACCEPT)
    await subscribe(client, receiver)
    await update(client, 1)
    await held.came.wait()
    monkeypatch.setattr(webhooks, "DELIVER_WITHIN_S", 0)
    async with asyncio.timeout(LONG_S):
        await services.webhooks.deliver(INSTANCE)
    held.continues.set()
    await at_rest(services)


async def test_what_is_being_sent_stops_with_its_subscription(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(receiver, ACCEPT)
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # one look finds both
    created = await subscribe(client, receiver)
    for number in range(2):
        await update(client, number)
    delivering = asyncio.create_task(services.webhooks.deliver(INSTANCE))
    await held.came.wait()
    await client.delete(created.headers["Location"].removeprefix("http://localhost/api"))
    held.continues.set()
    await delivering
    assert receiver.connections == 1


async def test_only_what_still_counts_is_announced_to_expire(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, clock: Clock
) -> None:
    await subscribe(client, receiver, "expiringupdates", within="10 minutes")
    body = {"Points": 7, "City": "Rome"}
    (await client.patch(f"{DATA}/Customer/c0", json=body, params={"validFor": "PT1H"})).raise_for_status()
    (await client.post(f"{DATA}/Customer/c0/revert", params={"attributes": "City"})).raise_for_status()
    clock.advance(minutes=51)
    await services.webhooks.deliver(INSTANCE)
    [event] = await receiver.events(1)
    assert (event["data"]["names"], event["data"]["fields"]) == (["Points"], {"Points": 7})


async def test_every_refresh_that_ended_while_the_receiver_was_down_is_reported_in_order(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, clock: Clock
) -> None:
    await subscribe(client, receiver, "endedrefreshes")
    receiver.judge = lambda _: answer(503)
    jobs = [(await refresh(client, INSTANCE))["jobId"] for _ in range(25)]
    await receiver.until(lambda: bool(receiver.refused))
    receiver.judge = lambda _: ACCEPT
    clock.advance(hours=2)
    await services.webhooks.deliver(INSTANCE)
    events = await receiver.events(len(jobs))
    assert [event["data"]["jobId"] for event in events] == jobs


async def test_what_wakes_has_ended_before_the_waker_is_closed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhooks, open_tasks = services.webhooks, list[int]()
    webhooks._begin(asyncio.sleep(LONG_S))  # noqa: SLF001

    async def close() -> None:
        open_tasks.append(len(webhooks._tasks))  # noqa: SLF001

    monkeypatch.setattr(webhooks._waker, "close", close)  # noqa: SLF001
    await webhooks.close()
    assert open_tasks == [0]


async def test_name_servers_that_do_not_answer_hold_up_no_other_work_in_threads() -> None:
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look(_: str, __: int) -> list[str]:
        asyncio.run_coroutine_threadsafe(answered.wait(), loop).result()
        return ["93.184.216.34"]

    resolver = CheckedResolver(loopback=False, look=look)
    looks = [asyncio.create_task(resolver.resolve(f"host{number}.example.com")) for number in range(40)]
    await asyncio.sleep(0)  # all looks have begun
    try:
        async with asyncio.timeout(LONG_S):
            assert await asyncio.to_thread(lambda: True)
    finally:
        answered.set()
    assert all(await asyncio.gather(*looks))
