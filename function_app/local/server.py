"""A server for one `Host` on loopback: connections, one request after another on each, and an orderly end."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress

from function_app.api.allowance import caller_has_left
from function_app.local.host import Host
from function_app.local.wire import (
    END_OF_HEAD,
    MAX_HEADERS,
    MAX_REQUEST_LINE,
    RefusedError,
    Request,
    Response,
    body_length,
    http_date,
    parse_head,
    serialize,
    skip_chunks,
)

IDLE_TIMEOUT_S, SWEEP_INTERVAL_S, CLOSE_TIMEOUT_S = 60.0, 5.0, 10.0
_MAX_HEAD = MAX_REQUEST_LINE + MAX_HEADERS + len(END_OF_HEAD)
_MAX_BODY_KEPT = 1024 * 1024  # of a longer one the rest is dropped as it comes: the service refuses it anyway
_MAX_AHEAD = 64 * 1024  # what may wait unread behind a request that is being answered


class _Connection(asyncio.Protocol):
    """One connection; a request is read whole, answered, and only then the next one looked at."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._request: Request | None = None
        self._missing: int | None = 0
        self.answering: asyncio.Task[None] | None = None
        self.last_seen = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's
        self._server.connections.add(self)
        self.last_seen = time.monotonic()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # the base class's
        self._transport = None
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self.last_seen = time.monotonic()
        if self.answering is None:
            self._advance()
        elif self._transport and len(self._buffer) > _MAX_AHEAD:
            self._transport.pause_reading()

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _advance(self) -> None:
        try:
            request = self._next_request()
        except RefusedError as error:
            self._send(Response(error.status), None)
            return
        if request is not None:
            self.answering = asyncio.get_running_loop().create_task(self._answer(request))
            self._server.answering.add(self.answering)
            self.answering.add_done_callback(self._server.answering.discard)

    def _next_request(self) -> Request | None:
        """Take a whole request from the buffer, None while something is missing of it."""
        if self._request is None:
            end = self._buffer.find(END_OF_HEAD)
            if end < 0:
                self._check_open_head()
                return None
            self._request = parse_head(bytes(self._buffer[:end]))
            self._missing = body_length(self._request.headers)
            del self._buffer[: end + len(END_OF_HEAD)]
            if self._request.headers.get("expect", "").lower() == "100-continue" and self._missing != 0:
                self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request, missing = self._request, self._missing
        if missing is not None and (surplus := min(len(self._buffer), missing) - _MAX_BODY_KEPT) > 0:
            del self._buffer[_MAX_BODY_KEPT : _MAX_BODY_KEPT + surplus]
            missing = self._missing = missing - surplus
        if missing is None:
            if not skip_chunks(self._buffer):
                return None
        elif len(self._buffer) < missing:
            return None
        self._request = None
        if not missing:
            return request
        body = bytes(self._buffer[:missing])
        del self._buffer[:missing]
        return Request(request.method, request.target, request.headers, body, request.keep_alive)

    def _check_open_head(self) -> None:
        if b"\r\n" not in self._buffer and len(self._buffer) > MAX_REQUEST_LINE:
            raise RefusedError(414)
        if len(self._buffer) > _MAX_HEAD:
            raise RefusedError(431)

    async def _answer(self, request: Request) -> None:
        caller_has_left.set(lambda: self._transport is None)
        response = await self._server.host.answer(request)
        self.answering = None
        self._send(response, request)
        if self._transport:
            self._transport.resume_reading()
            if self._buffer and not self._transport.is_closing():
                self._advance()

    def _send(self, response: Response, request: Request | None) -> None:
        data, goes_on = serialize(response, request, self._server.date())
        self._write(data)
        self.last_seen = time.monotonic()
        if not goes_on or self._server.is_closing:
            self.close()

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)


class Server:
    """Serves a host on a port of 127.0.0.1 until `close`."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.connections: set[_Connection] = set()
        self.answering: set[asyncio.Task[None]] = set()
        """Of every connection, and of callers that have left."""
        self.is_closing = False
        self._date = (0, "")
        self._listener: asyncio.Server | None = None
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self, port: int) -> int:
        """Listen; return the port, which is a free one for 0."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Connection(self), "127.0.0.1", port, backlog=2048)
        self._sweeper = loop.create_task(self._sweep())
        number: int = self._listener.sockets[0].getsockname()[1]
        return number

    async def close(self) -> None:
        """Stop listening, finish the current requests, and end every connection."""
        self.is_closing = True
        if self._listener is None or self._sweeper is None:
            return
        self._sweeper.cancel()
        self._listener.close()
        if self.answering:
            await asyncio.wait(self.answering, timeout=CLOSE_TIMEOUT_S)
        for connection in tuple(self.connections):
            connection.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._listener.wait_closed(), CLOSE_TIMEOUT_S)

    def date(self) -> str:
        """Return the Date header of this second."""
        now = int(time.time())
        if self._date[0] != now:
            self._date = (now, http_date(now))
        return self._date[1]

    async def _sweep(self) -> None:
        """End connections on which nothing happened for long: half requests must not pile up."""
        while True:
            await asyncio.sleep(SWEEP_INTERVAL_S)
            oldest = time.monotonic() - IDLE_TIMEOUT_S
            for connection in tuple(self.connections):
                if connection.answering is None and connection.last_seen < oldest:
                    connection.close()


async def wait_for_signal() -> None:
    """Wait until Ctrl-C or SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
