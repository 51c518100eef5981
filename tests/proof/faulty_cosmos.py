"""A proxy in front of the Cosmos DB server, with the faults that Cosmos DB and the network may have."""

from __future__ import annotations

import asyncio
import json
import re
import struct
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from random import Random
from socket import SO_LINGER, SOL_SOCKET
from urllib.parse import urlsplit

# The probability of each fault among faults; "after" means that the request was executed nevertheless.
WEIGHTS = {
    "429": 30, "503": 15, "503 after": 5, "408": 5, "408 after": 5,
    "reset": 10, "reset after": 10, "slow": 12, "cut after": 8, "silent": 0.5, "silent after": 0.5,
}  # fmt: skip
AT_AN_OPERATION = 0.5
RETRY_AFTER_MS = (1, 10, 20, 50, 100, 200, 1_000, 10_000)
SLOW_S = (0.05, 0.8)
_RESET = struct.pack("ii", 1, 0)  # closing sends RST
_IS_BATCH = b"x-ms-cosmos-is-batch-request"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection to read from and write to."""

    reader: StreamReader
    writer: StreamWriter

    async def message(self) -> bytes:
        """Read one whole request or response."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        return head + await self.reader.readexactly(int(length[1]) if length else 0)

    async def send(self, message: bytes) -> None:
        self.writer.write(message)
        await self.writer.drain()


class FaultyCosmos:
    """The proxy: `rate` is the share of requests with a fault, 0 in calm; `met` counts the faults."""

    def __init__(self, endpoint: str, seed: int) -> None:
        self.rate = 0.0
        self.met: Counter[str] = Counter()
        self._writers: list[StreamWriter] = []
        self._endpoint, self._chance = urlsplit(endpoint), Random(seed)  # noqa: S311  # faults, not secrets

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer the requests of one connection until a fault or the caller ends it."""
        caller = _Line(reader, writer)
        server = _Line(*await asyncio.open_connection(self._endpoint.hostname, self._endpoint.port))
        self._writers += [writer, server.writer]
        with suppress(OSError, asyncio.IncompleteReadError):
            while await self._answer(caller, server):
                pass
        server.writer.close()
        writer.close()

    async def end(self) -> None:
        """End every connection at once."""
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _answer(self, caller: _Line, server: _Line) -> bool:
        """Answer a request, or inject a fault; return whether the connection stays open."""
        asked, fault = await caller.message(), self._fault()
        if fault == "slow":
            await asyncio.sleep(self._chance.uniform(*SLOW_S))
        answer = b""
        if fault in {"", "slow"} or fault.endswith(" after"):
            await server.send(asked)
            answer = await server.message()
        match fault.removesuffix(" after"):
            case "429" | "503" | "408" as status:
                answer = self._sorry(status, asked)
            case "reset":
                caller.writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _RESET)
                caller.writer.transport.abort()
                return False
            case "silent":
                await caller.reader.read()
                return False
            case "cut":
                await caller.send(answer[: self._chance.randrange(1, len(answer))])
                return False
        await caller.send(answer)
        return True

    def _fault(self) -> str:
        if self._chance.random() >= self.rate:
            return ""
        (fault,) = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        self.met[fault] += 1
        return fault

    def _sorry(self, status: str, asked: bytes) -> bytes:
        """Return a response with this status; half of the batches are throttled at one of their operations."""
        wait = self._chance.choice(RETRY_AFTER_MS) if status == "429" else 0
        head, _, operations = asked.partition(b"\r\n\r\n")
        if wait and _IS_BATCH in head.lower() and self._chance.random() < AT_AN_OPERATION:
            results: list[dict[str, int]] = [{"statusCode": 424, "requestCharge": 0} for _ in json.loads(operations)]
            self._chance.choice(results).update(statusCode=429, retryAfterMilliseconds=wait)
            return _response("207 Multi-Status", json.dumps(results))
        return _response(f"{status} Sorry", "<h1>Sorry</h1>", f"x-ms-retry-after-ms: {wait}\r\n" if wait else "")


def _response(status: str, body: str, header: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{header}content-length: {len(body)}\r\n\r\n{body}".encode()


@asynccontextmanager
async def faulty_cosmos(endpoint: str, seed: int) -> AsyncIterator[tuple[FaultyCosmos, str]]:
    """Run the proxy in front of a Cosmos DB server; yield the proxy and its URL."""
    proxy = FaultyCosmos(endpoint, seed)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await proxy.end()
