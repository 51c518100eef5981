from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, refresh
from support.process import LONG_S
from support.receiver import ACCEPT, Held, Receiver, answer, receiving, subscribe

from function_app.domain.feed import TRAILS
from function_app.services.services import Services
from function_app.services.webhooks import delivery
from function_app.services.webhooks.outlet import LocalWaker

DATA = f"/instances/{INSTANCE}/data"


async def update(client: httpx.AsyncClient, customer_id: str = "c0", points: int = 1, **query: str) -> httpx.Response:
    path = f"{DATA}/Customer/{customer_id}"
    response = await client.patch(path, params=query, json={"Points": points})
    assert response.status_code == 204
    return response


async def update_many(client: httpx.AsyncClient, *customers: str) -> None:
    items = [{"CustomerId": customer, "Points": number} for number, customer in enumerate(customers)]
    response = await client.post(f"{DATA}/Customer/batch", json={"items": items})
    assert {result["outcome"] for result in response.json()["value"]} <= {"applied", "superseded"}


async def create(client: httpx.AsyncClient, activity_id: str) -> None:
    record = {"CustomerId": "c0", "ActivityId": activity_id, "ActivityTime": "2026-11-23T11:00:00Z"}
    response = await client.post(f"{DATA}/UnifiedActivity", json=record | {"ActivityType": "Other"})
    assert response.status_code == 201


async def listed(client: httpx.AsyncClient) -> dict[str, Any]:
    [found] = (await client.get(f"/instances/{INSTANCE}/subscriptions")).json()
    info: dict[str, Any] = found
    return info


async def minute(services: Services) -> None:
    """Do what is done every minute."""
    await services.webhooks.wake_all()


def points(receiver: Receiver) -> list[int]:
    return [event["data"]["fields"]["Points"] for event in receiver.accepted]


async def test_an_update_is_sent_as_the_polling_trigger_returns_it(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock
) -> None:
    poll = (await client.get(f"/instances/{INSTANCE}/triggers/updatedprofiles")).headers["Location"]
    assert (await subscribe(client, receiver)).status_code == 201
    await update(client, caller="shop")
    [event] = await receiver.events(1)
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    [polled] = (await client.get(poll)).json()["value"]
    assert event == {
        "type": "profile.updated",
        "timestamp": polled["receivedAt"],
        "data": {"instanceId": INSTANCE, **polled},
    }


async def test_an_activity_is_sent_as_the_polling_trigger_returns_it(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock
) -> None:
    poll = (await client.get(f"/instances/{INSTANCE}/triggers/createdactivities")).headers["Location"]
    await subscribe(client, receiver, "createdactivities")
    await create(client, "x")
    [event] = await receiver.events(1)
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    [polled] = (await client.get(poll)).json()["value"]
    assert polled["ActivityId"] == "x"
    assert (event["type"], event["data"]) == ("activity.created", {"instanceId": INSTANCE, **polled})


async def test_an_expiry_is_sent_at_its_instant(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    poll = (await client.get(f"/instances/{INSTANCE}/triggers/expiredupdates")).headers["Location"]
    await subscribe(client, receiver, "expiredupdates")
    for customer, span in (("c0", "PT2S"), ("c1", "PT1H")):
        await update(client, customer, validFor=span)
    clock.advance(seconds=1)
    await services.webhooks.deliver(INSTANCE)
    assert receiver.accepted == []
    clock.advance(seconds=1, microseconds=1)
    await services.webhooks.deliver(INSTANCE)
    [event] = receiver.accepted
    clock.advance(seconds=TRAILS.total_seconds())  # the feed returns the short one now
    [polled] = (await client.get(poll)).json()["value"]
    assert polled["customerId"] == "c0"
    assert event == {
        "type": "update.expired",
        "timestamp": polled["validUntil"],
        "data": {"instanceId": INSTANCE, **polled},
    }
    await services.webhooks.deliver(INSTANCE)
    clock.advance(hours=1)
    await services.webhooks.deliver(INSTANCE)
    assert [event["data"]["customerId"] for event in receiver.accepted] == ["c0", "c1"]


async def test_an_expiry_in_a_few_seconds_wakes_the_delivery_by_itself(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, send = asyncio.Event(), LocalWaker.send

    async def note(waker: LocalWaker, instance_id: str, delay_s: float) -> None:
        await send(waker, instance_id, delay_s)
        if delay_s > 0:
            planned.set()

    monkeypatch.setattr(LocalWaker, "send", note)
    await subscribe(client, receiver, "expiredupdates")
    await update(client, validFor="PT1S")
    async with asyncio.timeout(LONG_S):
        await planned.wait()  # the look after the update plans the next one, in a real second
    clock.advance(seconds=2)
    assert len(await receiver.events(1)) == 1


async def test_an_expiry_is_announced_before_and_at_once_if_the_update_is_shorter(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    poll = await client.get(f"/instances/{INSTANCE}/triggers/expiringupdates", params={"within": "10 minutes"})
    created = await subscribe(client, receiver, "expiringupdates", within="10 minutes")
    assert created.json()["within"] == "PT10M"
    await update(client, "c1", validFor="PT1H")
    await update(client, "c0", validFor="PT5M")
    [short] = await receiver.events(1)
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    poll = await client.get(poll.headers["Location"])
    [polled] = poll.json()["value"]
    assert polled["customerId"] == "c0"
    assert short == {
        "type": "update.will_expire",
        "timestamp": polled["receivedAt"],
        "data": {"instanceId": INSTANCE, **polled},
    }
    clock.advance(minutes=49)
    await services.webhooks.deliver(INSTANCE)
    assert len(receiver.accepted) == 1
    clock.advance(minutes=2)
    await services.webhooks.deliver(INSTANCE)
    [_, long] = receiver.accepted
    [polled] = (await client.get(poll.headers["Location"])).json()["value"]
    assert polled["customerId"] == "c1"
    assert long == {
        "type": "update.will_expire",
        "timestamp": "2026-11-23T12:50:00.000000Z",
        "data": {"instanceId": INSTANCE, **polled},
    }


async def test_a_refresh_that_was_skipped_is_sent_and_none_from_before_the_subscription(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # no request wakes, only the end of a refresh
    await refresh(client, INSTANCE)
    await subscribe(client, receiver, "endedrefreshes")
    job = await refresh(client, INSTANCE)
    [event] = await receiver.events(1)
    assert (event["type"], event["data"]["jobId"], event["data"]["jobStatus"]) == (
        "refresh.ended",
        job["jobId"],
        "skipped",
    )


@pytest.mark.parametrize("status", ["failed", "aborted"])
async def test_a_refresh_that_failed_or_was_cancelled_is_sent(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    jobs, cancelled = f"/instances/{INSTANCE}/workflows/main/jobs", asyncio.Event()

    async def plan(*_: Any) -> Any:
        if status == "aborted":
            await cancelled.wait()
        raise OSError

    monkeypatch.setattr(services.refresh._planner, "plan", plan)  # noqa: SLF001
    if status == "failed":
        monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # no request wakes, only the end of a refresh
    await subscribe(client, receiver, "endedrefreshes")
    job = (await client.post(jobs)).json()
    if status == "aborted":
        await client.delete(f"{jobs}/{job['jobId']}")
        cancelled.set()
    [event] = await receiver.events(1)
    assert (event["data"]["jobId"], event["data"]["jobStatus"]) == (job["jobId"], status)
    assert (event["data"]["written"], event["data"]["warnings"]) == (0, [])
    assert event["data"]["message"]


async def test_what_happened_before_the_subscription_is_not_sent(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock
) -> None:
    await update(client, points=1)
    clock.advance(microseconds=1)
    await subscribe(client, receiver)
    await update(client, points=2)
    await receiver.events(1)
    assert points(receiver) == [2]


async def test_events_of_a_customer_come_in_order_and_each_once(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    for _ in range(5):
        await update_many(client, *(f"c{number % 20}" for number in range(200)))
        clock.advance(seconds=7)
    await receiver.events(1000)
    clock.advance(seconds=60)
    await services.webhooks.deliver(INSTANCE)
    assert len(set(receiver.ids)) == len(receiver.ids) == 1000
    for customer in {event["data"]["customerId"] for event in receiver.accepted}:
        times = [event["timestamp"] for event in receiver.accepted if event["data"]["customerId"] == customer]
        assert times == sorted(times)


async def test_a_failed_event_comes_again_with_its_id_before_the_next_ones_of_its_customer(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda event: answer(500) if event["data"]["customerId"] == "c0" else answer(200)
    await update_many(client, "c0", "c1", "c0", "c2")
    await receiver.events(2)
    assert points(receiver) == [1, 3]
    await services.webhooks.deliver(INSTANCE)  # it waits until what came is kept
    info = await listed(client)
    assert (info["state"], info["lastFailure"]) == ("failing", "it answered 500")
    assert info["nextAttemptAt"] == "2026-11-23T12:00:05.000000Z"
    await services.webhooks.deliver(INSTANCE)
    assert len(receiver.refused) == 1
    receiver.judge = lambda _: answer(200)
    clock.advance(seconds=5)
    await services.webhooks.deliver(INSTANCE)
    assert points(receiver) == [1, 3, 0, 2]
    assert (await listed(client))["state"] == "active"


async def test_waits_grow_to_an_hour_and_a_receiver_may_ask_for_longer(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    await update(client)
    await receiver.events(1)
    receiver.judge = lambda _: answer(429, "Retry-After: 120")
    await update(client)
    await receiver.until(lambda: len(receiver.refused) == 1)
    await services.webhooks.deliver(INSTANCE)
    for seconds in (120, 120, 120, 320, 1280, 3600, 3600):
        clock.advance(seconds=seconds, microseconds=-1)
        await services.webhooks.deliver(INSTANCE)
        before = len(receiver.refused)
        clock.advance(microseconds=1)
        await services.webhooks.deliver(INSTANCE)
        assert len(receiver.refused) == before + 1, seconds


async def test_nothing_is_lost_while_the_receiver_is_down_for_hours(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda _: answer(503)
    for number in range(30):
        await update_many(client, *(f"c{(number * 7 + one) % 20}" for one in range(20)))
        clock.advance(minutes=20)
        await services.webhooks.deliver(INSTANCE)
    assert len({event["data"]["customerId"] for event in receiver.refused}) < 20  # the others are not even tried
    receiver.judge = lambda _: answer(202)
    clock.advance(hours=1)
    await services.webhooks.deliver(INSTANCE)
    assert len(receiver.ids) == len(set(receiver.ids)) == 600


async def test_a_receiver_that_accepts_nothing_for_a_day_loses_its_subscription(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda _: answer(500)
    await update(client, validFor="P2D")
    for _ in range(40):
        clock.advance(hours=1)
        await services.webhooks.deliver(INSTANCE)
    assert (await client.get(f"/instances/{INSTANCE}/subscriptions")).json() == []
    newest = (await client.get(f"/instances/{INSTANCE}/changes")).json()[0]
    assert (newest["action"], newest["changedBy"]) == ("endSubscription", "service")
    assert newest["detail"] == "profileUpdated: its receiver accepted nothing for a day"


async def test_an_event_that_alone_fails_for_a_day_is_given_up(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda event: answer(400) if event["data"]["fields"]["Points"] == 0 else answer(200)
    await update_many(client, "c0", "c0")
    for _ in range(26):
        await update(client, "c1", validFor="P2D")
        clock.advance(hours=1)
        await services.webhooks.deliver(INSTANCE)
    assert [event["data"]["customerId"] for event in receiver.accepted].count("c0") == 1
    assert len(receiver.accepted) == 27
    assert (await listed(client))["state"] == "active"


async def test_404_and_410_end_a_subscription(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    for status in (404, 410):
        await subscribe(client, receiver)
        clock.advance(seconds=1)
        receiver.replies.append(answer(status))
        await update(client)
        await receiver.until(lambda: not receiver.replies)
        async with asyncio.timeout(LONG_S):
            while await services.webhooks.list(INSTANCE):
                await services.webhooks.deliver(INSTANCE)
        newest = (await client.get(f"/instances/{INSTANCE}/changes")).json()[0]
        assert (newest["action"], newest["detail"]) == (
            "endSubscription",
            "profileUpdated: its receiver does not exist",
        )
    assert receiver.accepted == []


async def test_events_of_other_customers_are_not_sent_to_a_receiver_that_does_not_exist(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "AT_ONCE", 1)
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # one look finds all
    await subscribe(client, receiver)
    await update_many(client, "c0", "c1", "c2")
    receiver.replies.append(answer(410))
    await services.webhooks.deliver(INSTANCE)
    assert receiver.connections == 1
    assert list(await services.webhooks.list(INSTANCE)) == []


async def test_events_of_other_customers_are_sent_while_one_is_not_answered(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # one look finds both
    held = Held(receiver, ACCEPT)
    await subscribe(client, receiver)
    await update_many(client, "c0", "c1")
    delivering = asyncio.create_task(services.webhooks.deliver(INSTANCE))
    await held.came.wait()
    await receiver.events(1)
    held.continues.set()
    await delivering
    assert receiver.connections == 2


async def test_a_delivery_that_takes_long_is_kept_and_the_next_look_sends_the_rest(
    client: httpx.AsyncClient, receiver: Receiver, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds, kept, replace = [0.0], list[int](), services.store.subscriptions.replace

    def judge(_: Any) -> bytes:
        seconds[0] += delivery.WITHIN_S + 1
        return ACCEPT

    async def keep(*args: Any) -> Any:
        kept.append(len(receiver.accepted))
        return await replace(*args)

    receiver.judge = judge
    monkeypatch.setattr(delivery, "monotonic", lambda: seconds[0])
    monkeypatch.setattr(services.store.subscriptions, "replace", keep)
    monkeypatch.setattr(services.webhooks, "wake", lambda _: None)  # one look finds all
    await subscribe(client, receiver)
    await update_many(client, "c0", "c0", "c0")
    await services.webhooks.deliver(INSTANCE)
    assert points(receiver) == [0, 1, 2]
    assert kept[:3] == [1, 2, 3]


async def test_each_attempt_is_counted_in_usage(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.replies.append(answer(500))
    await update(client)
    await receiver.until(lambda: len(receiver.refused) == 1)
    await services.webhooks.deliver(INSTANCE)
    clock.advance(seconds=5)
    await services.webhooks.deliver(INSTANCE)
    report = (await client.get(f"/instances/{INSTANCE}/usage", params={"groupBy": "operation,result,errorCode"})).json()
    found = {
        (row["result"], row["errorCode"]): row["count"] for row in report["rows"] if row["operation"] == "DeliverEvent"
    }
    assert found == {(500, "NotDelivered"): 1, (204, None): 1}


async def test_an_attempt_without_an_answer_is_counted_as_504(
    client: httpx.AsyncClient, receiver: Receiver, services: Services
) -> None:
    async def hang_up(_: Any, __: asyncio.StreamWriter) -> None:
        receiver.reply = None

    receiver.reply = hang_up
    await subscribe(client, receiver)
    await update(client)
    await receiver.until(lambda: receiver.connections == 1)
    await services.webhooks.deliver(INSTANCE)  # it waits until what came is kept
    report = (await client.get(f"/instances/{INSTANCE}/usage", params={"groupBy": "operation,result,errorCode"})).json()
    found = [row for row in report["rows"] if row["operation"] == "DeliverEvent"]
    assert [(row["result"], row["errorCode"], row["count"]) for row in found] == [(504, "NotDelivered", 1)]
    assert (await listed(client))["lastFailure"] == "no connection, or no HTTP answer"


async def test_a_late_event_is_sent_when_it_appears(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    late = clock()
    clock.advance(seconds=20)
    await update(client, points=1)
    await receiver.events(1)
    now, clock.now = clock.now, late + timedelta(microseconds=1)
    await update(client, points=2)  # received before, stored now
    clock.now = now + timedelta(seconds=10)
    await services.webhooks.deliver(INSTANCE)
    assert sorted(points(receiver)) == [1, 2]


async def test_more_events_than_are_remembered_come_each_once(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services, monkeypatch: Any
) -> None:
    monkeypatch.setattr("function_app.services.webhooks.streams.MAX_DONE", 150)
    monkeypatch.setattr("function_app.domain.subscription.MAX_DONE", 150)
    await subscribe(client, receiver)
    await update_many(client, *(f"c{number % 20}" for number in range(400)))
    await receiver.events(150)
    await services.webhooks.deliver(INSTANCE)
    assert len(receiver.ids) == 150
    clock.advance(seconds=TRAILS.total_seconds() + 1)
    await services.webhooks.deliver(INSTANCE)
    assert len(receiver.ids) == len(set(receiver.ids)) == 400


async def test_a_receiver_that_hangs_delays_no_other(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock
) -> None:
    hangs, goes_on = asyncio.Event(), asyncio.Event()

    async def hang(_: Any, __: asyncio.StreamWriter) -> None:
        hangs.set()
        await goes_on.wait()

    async with receiving() as other:
        other.reply = hang
        await subscribe(client, other)
        await update(client, points=1)
        await hangs.wait()
        clock.advance(microseconds=1)
        await subscribe(client, receiver)
        await update(client, points=2)
        await receiver.events(1)
        assert points(receiver) == [2]
        goes_on.set()


async def test_a_replaced_subscription_begins_with_what_failed(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda _: answer(500)
    await update(client, points=1)
    await receiver.until(lambda: len(receiver.refused) == 1)
    clock.advance(seconds=4)
    await update(client, points=2)
    await services.webhooks.deliver(INSTANCE)  # the second one waits for the first one
    receiver.judge = lambda _: answer(200)
    await subscribe(client, receiver)
    await receiver.events(2)
    assert points(receiver) == [1, 2]


async def test_what_waited_for_other_customers_is_not_overtaken(
    client: httpx.AsyncClient, receiver: Receiver, clock: Clock, services: Services
) -> None:
    await subscribe(client, receiver)
    receiver.judge = lambda _: answer(503)
    await update_many(client, *(f"c{number}" for number in range(20)))
    await services.webhooks.deliver(INSTANCE)
    waiting = {f"c{number}" for number in range(20)} - {one["data"]["customerId"] for one in receiver.refused}
    clock.advance(seconds=4)
    receiver.judge = lambda _: answer(204)
    await update_many(client, *waiting)
    clock.advance(seconds=1)
    await services.webhooks.deliver(INSTANCE)
    for customer in waiting:
        times = [one["timestamp"] for one in receiver.accepted if one["data"]["customerId"] == customer]
        assert times == sorted(times)
        assert len(times) == 2
