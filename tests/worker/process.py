"""The worker process as Microsoft's host starts it, around Microsoft's handlers (`azure_functions_runtime`).

Microsoft's own process, which reads the messages from the wire, is not on PyPI. This one does the same: its search
path in plain and in placeholder mode, a task for each message, log records as messages. Only for the first message in
placeholder mode, where there is no app yet, Microsoft's uses the handlers of the older programming model. It is
started bare (-I -S), so that it can import the standard library, the package and the worker's libraries, but nothing
of the tests.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TESTS = str(Path(__file__).parent.parent)
LENGTH = 4  # bytes of the length before each message


@dataclass(frozen=True)
class Request:
    """A message as the handlers expect it."""

    request: Any
    properties: dict[str, Any] = field(default_factory=dict)
    name: str = ""


class SearchPath:
    """The search path of modules: the worker's libraries first, later after those of the app."""

    def __init__(self, worker: str, libraries: str) -> None:
        self._worker, self._libraries = worker, libraries
        self._standard = list(sys.path)
        sys.path[:] = [worker, *self._standard]

    def put_app_first(self, folder: str) -> None:
        """Drop the modules imported from the worker's libraries, and search the app's libraries before them."""
        for name in [name for name, module in sys.modules.items() if self._is_of_worker(module)]:
            del sys.modules[name]
        sys.path[:] = [self._libraries, self._worker, *self._standard, folder]
        sys.path_importer_cache.clear()

    def _is_of_worker(self, module: Any) -> bool:
        places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
        return any(place and place.startswith(self._worker) for place in places)


class Logs(logging.Handler):
    """Sends every record to the host."""

    def __init__(self, send: Any, log: Any) -> None:
        super().__init__()
        self._send, self._log = send, log

    def emit(self, record: logging.LogRecord) -> None:
        levels = {"WARNING": self._log.Warning, "ERROR": self._log.Error, "CRITICAL": self._log.Critical}
        level = levels.get(record.levelname, self._log.Information)
        with suppress(RuntimeError):  # the event loop has ended
            self._send("", "rpc_log", self._log(category=record.name, level=level, message=self.format(record)))


class Process:
    """One connection to the host."""

    def __init__(self, protos: Any, path: SearchPath, writer: asyncio.StreamWriter) -> None:
        self._protos, self._path, self._writer = protos, path, writer
        self._loop = asyncio.get_running_loop()
        self._outgoing: deque[bytes] = deque()
        self._runtime: Any = None

    def send(self, request_id: str, kind: str, content: Any) -> None:
        """Send a message, from any thread, in order."""
        text = self._protos.StreamingMessage(request_id=request_id, **{kind: content}).SerializeToString()
        self._outgoing.append(len(text).to_bytes(LENGTH, "big") + text)
        self._loop.call_soon_threadsafe(self._write)

    def _write(self) -> None:
        while self._outgoing:
            self._writer.write(self._outgoing.popleft())

    async def handle(self, text: bytes) -> None:
        """Pass a message to Microsoft's handler of its kind, and send the result."""
        message = self._protos.StreamingMessage.FromString(text)
        kind = message.WhichOneof("content")
        content = getattr(message, kind)
        if kind in {"worker_init_request", "function_environment_reload_request"}:
            self._load_runtime(content.function_app_directory, is_placeholder=_is_placeholder(kind))
        request = Request(message, {"protos": self._protos, "host": "127.0.0.1"}, kind)
        response = await getattr(self._runtime, kind)(request)
        answer = "function_metadata_response" if kind == "functions_metadata_request" else f"{kind[:-7]}response"
        self.send(message.request_id, answer, response)

    def _load_runtime(self, app: str, *, is_placeholder: bool) -> None:
        """Import Microsoft's runtime: the app's own if it brings one, else the worker's."""
        if not is_placeholder:
            self._path.put_app_first(app)
        import azure_functions_runtime  # noqa: PLC0415  # which one depends on the search path

        self._runtime = azure_functions_runtime
        self._runtime.start_threadpool_executor()


def _is_placeholder(kind: str) -> bool:
    """Return whether the process has no app yet: it is kept ready, and gets its app by a reload."""
    return kind == "worker_init_request" and os.environ.get("WEBSITE_PLACEHOLDER_MODE") == "1"


async def serve(port: int, protos: Any, path: SearchPath) -> None:
    """Serve the host until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    process = Process(protos, path, writer)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(Logs(process.send, protos.RpcLog))
    async with asyncio.TaskGroup() as tasks:
        while True:
            try:
                length = int.from_bytes(await reader.readexactly(LENGTH), "big")
                text = await reader.readexactly(length)
            except asyncio.IncompleteReadError:  # the host has closed the connection
                return
            tasks.create_task(process.handle(text))


def main(port: str, worker: str, libraries: str) -> None:
    path = SearchPath(worker, libraries)
    sys.path.append(TESTS)
    from worker.messages import protos  # noqa: PLC0415  # can be imported only now

    sys.path.remove(TESTS)
    asyncio.run(serve(int(port), protos, path))


if __name__ == "__main__":
    main(*sys.argv[1:])
