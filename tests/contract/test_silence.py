"""A Cosmos DB that takes requests and never answers: every call ends in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from support import INSTANCE, NOW

from function_app.domain.usage import Series, Traffic
from function_app.errors import Unavailable
from function_app.services.suite import Suite
from function_app.store.cosmos import CosmosStore, account

ANSWERS_WITHIN_S, PATIENCE_S = 0.2, 30


@pytest.fixture
async def silent(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CosmosStore]:
    monkeypatch.setattr(account, "ANSWERS_WITHIN_S", ANSWERS_WITHIN_S)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(65_536):
                pass
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        store = CosmosStore(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "db", "ZW11bGF0b3I=")
        yield store
        await store.close()


async def test_a_read_that_gets_no_answer_ends(silent: CosmosStore) -> None:
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(Unavailable):
            await silent.customers.read(INSTANCE, "ada", NOW)


async def test_a_flush_of_many_hours_ends_with_the_first_that_gets_no_answer(silent: CosmosStore) -> None:
    services, now = Suite(silent), datetime.now(UTC)
    for hour in range(100):
        series = Series("GetCustomer", None, "ada", 200, None)
        services.usage.record(INSTANCE, series, Traffic(1, 1, 0.1), now - timedelta(hours=hour))
    async with asyncio.timeout(PATIENCE_S):
        await services.usage.flush()
        await services.usage.close()
