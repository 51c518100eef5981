"""A Cosmos DB that accepts requests and never answers: every call ends in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from support import INSTANCE, NOW, model
from support.limits import set_limits
from support.process import LONG_S

from function_app.domain.activity import SourceKey, activity_of_unified
from function_app.domain.feed import LOOK_UP_WITHIN_S, REQUEST_WITHIN_S, TRAILS, WRITE_WITHIN_S
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.domain.usage import Series, Traffic
from function_app.errors import Unavailable
from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore, account

ANSWERS_WITHIN_S, NEVER_S = 0.2, 100 * LONG_S


@pytest.fixture
async def silent(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CosmosStore]:
    monkeypatch.setattr(account, "ANSWERS_WITHIN_S", ANSWERS_WITHIN_S)
    taking = list[asyncio.Task[None] | None]()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taking.append(asyncio.current_task())
        with suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        store = CosmosStore(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "db", "ZW11bGF0b3I=")
        yield store
        await store.close()
        await asyncio.gather(*filter(None, taking))  # until the store has closed its connections


async def test_a_read_that_gets_no_answer_ends(silent: CosmosStore) -> None:
    async with asyncio.timeout(LONG_S):
        with pytest.raises(Unavailable):
            await silent.customers.read(INSTANCE, "ada", model().fitting, NOW)


async def test_look_ups_and_writes_end_before_the_feed_passes_their_time_of_receipt(
    silent: CosmosStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_limits(monkeypatch.setattr, NEVER_S, "ANSWERS_WITHIN_S")
    set_limits(monkeypatch.setattr, 0.1, "LOOK_UP_WITHIN_S", "WRITE_WITHIN_S")
    event = {"CustomerId": "ada", "ActivityTime": format_instant(NOW), "ActivityType": "Feedback"}
    activity = activity_of_unified(event, "", NOW + timedelta(hours=1))
    update = Update("u", "ada", {"City": "Oslo"}, NOW, NOW, NOW + timedelta(hours=1), "")
    async with asyncio.timeout(LONG_S):
        (fault,) = await silent.activities.create(INSTANCE, [activity], NOW)
    assert fault == Unavailable().as_rejected()
    for call in (
        silent.customers.read(INSTANCE, "ada", model().fitting, NOW),
        silent.customers.filter_existing(INSTANCE, ["ada"]),
        silent.keys.find_customers(INSTANCE, [SourceKey("Crm_Contacts", "c1")]),
        silent.customers.add_update(INSTANCE, update, model().fitting, NOW),
    ):
        async with asyncio.timeout(LONG_S):
            with pytest.raises(Unavailable):
                await call


def test_a_look_up_and_a_write_have_less_time_than_a_request_and_that_less_than_the_feed_delay() -> None:
    assert LOOK_UP_WITHIN_S + WRITE_WITHIN_S < REQUEST_WITHIN_S < TRAILS.total_seconds()


async def test_a_flush_of_many_hours_ends_with_the_first_that_gets_no_answer(
    silent: CosmosStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, read = list[str](), silent.control.read_instance

    async def counted(instance_id: str) -> object:
        asked.append(instance_id)
        return await read(instance_id)

    monkeypatch.setattr(silent.control, "read_instance", counted)
    services, now = Services(silent), datetime.now(UTC)
    for hour in range(100):
        series = Series("GetCustomer", None, "ada", 200, None)
        services.usage.record(INSTANCE, series, Traffic(1, 1, 0.1), now - timedelta(hours=hour))
    async with asyncio.timeout(LONG_S):
        await services.usage.flush()
        await services.usage.close()
    assert len(asked) < 10  # each flush asks once; there are 100 hours
