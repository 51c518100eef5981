"""A receiver of webhooks on loopback, which does what a test tells it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ssl import SSLContext
from typing import Any

import httpx
from standardwebhooks import Webhook

from support import INSTANCE
from support.process import LONG_S

ACCEPT = b"HTTP/1.1 204 No Content\r\n\r\n"
Reply = Callable[[dict[str, Any], asyncio.StreamWriter], Awaitable[None]]


def answer(status: int, *headers: str) -> bytes:
    """Return an answer without a body."""
    return "\r\n".join((f"HTTP/1.1 {status} Any", *headers, "Content-Length: 0", "", "")).encode()


class Receiver:
    """What came, in order; `replies` are used up first, then each event is accepted."""

    def __init__(self) -> None:
        self.url = ""
        self.secrets = list[str]()
        self.accepted, self.refused = list[dict[str, Any]](), list[dict[str, Any]]()
        self.ids = list[str]()
        self.replies = list[bytes]()
        self.judge: Callable[[dict[str, Any]], bytes] = lambda _: ACCEPT
        self.reply: Reply | None = None
        self.connections = 0
        self.serving = set[asyncio.Task[Any]]()
        self._changed = asyncio.Condition()

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until something is true after an event has come."""
        async with asyncio.timeout(LONG_S), self._changed:
            await self._changed.wait_for(done)

    async def events(self, count: int) -> list[dict[str, Any]]:
        """Return the accepted events once there are so many."""
        await self.until(lambda: len(self.accepted) >= count)
        return self.accepted

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client, or the test, has ended
        finally:
            writer.close()
            async with self._changed:
                self._changed.notify_all()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        event = self._verified(await reader.readexactly(int(headers["content-length"])), headers)
        if self.reply is not None:
            await self.reply(event, writer)
            return
        reply = self.replies.pop(0) if self.replies else self.judge(event)
        is_accepted = reply.split()[1].startswith(b"2")
        (self.accepted if is_accepted else self.refused).append(event)
        if is_accepted:
            self.ids.append(headers["webhook-id"])
        writer.write(reply)
        await writer.drain()

    def _verified(self, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        """Return an event if it is signed by one of the secrets, whatever the clock of the test says."""
        sent = (headers["webhook-id"], datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC), body.decode())
        assert headers["webhook-signature"] in {Webhook(secret).sign(*sent) for secret in self.secrets}
        event: dict[str, Any] = json.loads(body)
        return event


class Held:
    """Holds the first message until the test lets it continue; then it is answered as the test says."""

    def __init__(self, receiver: Receiver, reply: bytes) -> None:
        self.came, self.continues = asyncio.Event(), asyncio.Event()
        self._receiver, self._reply = receiver, reply
        receiver.reply = self

    async def __call__(self, _: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        self._receiver.reply = None
        self.came.set()
        await self.continues.wait()
        writer.write(self._reply)
        await writer.drain()


async def subscribe(
    client: httpx.AsyncClient, receiver: Receiver, kind: str = "updatedprofiles", instance: str = INSTANCE, **more: Any
) -> httpx.Response:
    """Subscribe a receiver to a kind of events, and let it know the secret."""
    path = f"/instances/{instance}/webhooks/{kind}"
    response = await client.post(path, json={"callbackUrl": receiver.url, **more})
    if response.status_code == httpx.codes.CREATED:
        receiver.secrets.append(response.json()["secret"])
    return response


@asynccontextmanager
async def receiving(tls: SSLContext | None = None) -> AsyncIterator[Receiver]:
    """Serve a receiver on a free port."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield receiver
    finally:
        server.close()
        for task in receiver.serving:
            task.cancel()
        await asyncio.gather(*receiver.serving, return_exceptions=True)
