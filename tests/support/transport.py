"""The local host in this process, for httpx: requests and responses pass its HTTP parser and writer."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import httpx

from function_app.local.wire import END_OF_HEAD, Request, Response, body_length, parse_head, serialize


class Answering(Protocol):
    """A host."""

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request."""


class HostTransport(httpx.AsyncBaseTransport):
    """Passes requests to a host without a socket."""

    def __init__(self, host: Answering) -> None:
        self._host = host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
        lines += [name + b": " + value for name, value in request.headers.raw]
        asked = parse_head(b"\r\n".join(lines))
        body = await request.aread()
        if body_length(asked.headers) is not None:
            asked = replace(asked, body=body)
        data, _ = serialize(await self._host.answer(asked), asked, "Thu, 01 Jan 1970 00:00:00 GMT")
        head, _, content = data.partition(END_OF_HEAD)
        status, *headers = head.split(b"\r\n")
        pairs = [(name, value) for name, _, value in (header.partition(b": ") for header in headers)]
        return httpx.Response(int(status.split()[1]), headers=pairs, content=content)
