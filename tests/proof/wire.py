"""Bytes over a socket to the local host, and the responses: without a client library that would correct them."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from time import perf_counter

from support.process import LONG_S

_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """The first response on a connection; `status` is 0 if the host closed it without one."""

    status: int
    head: bytes
    body: bytes
    seconds: float


def request(verb: str, path: str, body: bytes = b"", headers: bytes = b"") -> bytes:
    """Return a request; `headers` are whole lines, and may include Content-Length or Transfer-Encoding."""
    framed = any(name in headers.lower() for name in (b"content-length", b"transfer-encoding"))
    length = b"" if framed or not body else b"Content-Length: %d\r\n" % len(body)
    media = b"" if b"content-type" in headers.lower() or not body else b"Content-Type: application/json\r\n"
    line = f"{verb} /api/{path} HTTP/1.1\r\nHost: localhost\r\n".encode()
    return line + media + length + headers + b"\r\n" + body


class Connection:
    """A persistent connection for well-formed requests in sequence."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def exchange(self, sent: bytes) -> Answer:
        begun = perf_counter()
        self._writer.write(sent)
        head = (await self._reader.readuntil(b"\r\n\r\n"))[:-4]
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1])) if length else b""
        return Answer(int(head[9:12]), head, body, perf_counter() - begun)


async def connect(port: int) -> Connection:
    return Connection(*await asyncio.open_connection("127.0.0.1", port))


def exchange(port: int, sent: bytes, *, half_close: bool = False) -> Answer:
    """Send and read until the response is complete; with `half_close` nothing more can be sent."""
    begun = perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as connection:
        sending = Thread(target=_send, args=(connection, sent, half_close))
        sending.start()
        found = _receive(connection)
        took = perf_counter() - begun
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        sending.join()
    head, _, body = found.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/1.1 ") else 0
    return Answer(status, head, body, took)


def _send(connection: socket.socket, sent: bytes, half_close: bool) -> None:  # an argument of a thread
    with suppress(OSError):  # the host may close early
        connection.sendall(sent)
        if half_close:
            connection.shutdown(socket.SHUT_WR)


def _receive(connection: socket.socket) -> bytes:
    found = bytearray()
    with suppress(ConnectionError, TimeoutError):
        while not _is_whole(found):
            chunk = connection.recv(65_536)
            if not chunk:
                break
            found += chunk
    return bytes(found)


def _is_whole(found: bytearray) -> bool:
    head, end, body = found.partition(b"\r\n\r\n")
    if not end:
        return False
    length = _LENGTH.search(head)
    return len(body) >= int(length[1]) if length else bytes(head[9:12]) in {b"204", b"304"}
