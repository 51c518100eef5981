"""A host on a separate port, served from a thread of this process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from queue import Queue

from function_app.local.host import Host
from function_app.local.server import Server
from support.process import LONG_S


async def nothing() -> None:
    """Do nothing: the default for `start` and `stop`."""


@contextmanager
def served(
    host: Host, start: Callable[[], Awaitable[None]] = nothing, stop: Callable[[], Awaitable[None]] = nothing
) -> Iterator[int]:
    """Serve a host until the block ends; yield its port; `start` and `stop` run in the thread's event loop."""
    outcome: Queue[int | BaseException] = Queue()
    loop, ended = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        server = Server(host)
        try:
            await start()
            outcome.put(await server.start(0))
            await ended.wait()
        except BaseException as error:
            outcome.put(error)
            raise
        finally:
            await server.close()
            await stop()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        port = outcome.get(timeout=LONG_S)
        if isinstance(port, BaseException):
            raise port
        yield port
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
