"""A Cosmos DB that requires a longer wait than a request may have."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from support import INSTANCE, NOW, model
from support.process import LONG_S

from function_app.errors import Throttled
from function_app.store.cosmos import CosmosStore

NEVER_S = 100 * round(LONG_S)
THROTTLED = f"HTTP/1.1 429 -\r\ncontent-length: 0\r\nx-ms-retry-after-ms: {NEVER_S}000\r\n\r\n".encode()


async def test_a_long_wait_is_passed_on_to_the_caller_at_once() -> None:
    async def throttle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(THROTTLED)
        writer.close()

    async with await asyncio.start_server(throttle, "127.0.0.1", 0) as server:
        store = CosmosStore(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "db", "ZW11bGF0b3I=")
        async with asyncio.timeout(LONG_S):
            with pytest.raises(Throttled) as raised:
                await store.customers.read(INSTANCE, "ada", model().fitting, NOW)
        await store.close()
    assert raised.value.retry_after == NEVER_S
