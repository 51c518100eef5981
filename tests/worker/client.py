"""The host side of a worker: starts the process, loads the app, invokes its functions."""

from __future__ import annotations

import json
import socket
import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Literal, Self

from support.process import Program, running, scaled
from worker.messages import protos
from worker.process import LENGTH
from worker.process import __file__ as process_file

Mode = Literal["plain", "placeholder"]
SECONDS_TO_ANSWER = scaled(120)
HOST_CAPABILITIES = {"SharedMemoryDataTransfer": "", "FunctionDataCache": ""}


class WorkerEndedError(Exception):
    """The worker process ended; the message is what it wrote to stderr."""


class InvocationFailedError(Exception):
    """A function raised; the message is that of the worker."""


@dataclass(frozen=True)
class Deployment:
    """A function app on disk, and the interpreter that runs it."""

    python: Path
    app: Path
    libraries: Path
    worker: Path


@dataclass
class Function:
    """One indexed function: its id in the worker, and its bindings as the host reads them."""

    id: str
    name: str
    bindings: list[dict[str, Any]]

    @property
    def trigger(self) -> dict[str, Any]:
        return next(each for each in self.bindings if each["type"].endswith("Trigger"))


@dataclass
class Worker:
    """A worker process with an app in it.

    `plain`: the process is started with the app's settings, as after a restart. `placeholder`: it is started without
    app and settings, and gets both by a reload, as Flex Consumption does with a process that it keeps ready.
    """

    deployment: Deployment
    settings: Mapping[str, str]
    mode: Mode
    standby: Path
    functions: dict[str, Function] = field(default_factory=dict)
    capabilities: dict[str, str] = field(default_factory=dict)
    logs: list[Any] = field(default_factory=list)
    runtime_version: str = ""
    invoked: list[str] = field(default_factory=list)
    _waiting: dict[str, Future[Any]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            server.settimeout(0)
            self._program = stack.enter_context(self._start(server.getsockname()[1]))
            self._socket = stack.enter_context(self._program.until(lambda: _accepted(server), SECONDS_TO_ANSWER))
            self._reader = Thread(target=self._read, daemon=True)
            self._reader.start()
            stack.callback(self._end)
            self._load()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _end(self) -> None:
        """Close the connection, as the host does, and wait until the process ends."""
        with suppress(OSError):  # the process closed it first
            self._socket.shutdown(socket.SHUT_WR)
        self._program.process.wait(SECONDS_TO_ANSWER)
        self._reader.join()

    def invoke(self, name: str, data: Any, metadata: Mapping[str, Any] | None = None, trace: Any = None) -> Future[Any]:
        """Call a function with the data of its trigger; return its result as TypedData.

        `trace` is an RpcTraceContext. InvocationFailedError if the function raised.
        """
        function = self.functions[name]
        self.invoked.append(name)
        request = protos.InvocationRequest(
            invocation_id=str(uuid.uuid4()),
            function_id=function.id,
            input_data=[protos.ParameterBinding(name=function.trigger["name"], data=data)],
            trigger_metadata=metadata or {},
            trace_context=trace,
        )
        returned: Future[Any] = Future()
        self._ask("invocation_request", request).add_done_callback(lambda done: _settle(returned, done))
        return returned

    def said(self) -> str:
        """Return the stderr of the process."""
        return self._program.said()

    def _start(self, port: int) -> AbstractContextManager[Program]:
        given = self.deployment
        arguments = [process_file, str(port), str(given.worker), str(given.libraries)]
        environment = {"PATH": "/usr/bin:/bin", "CONTAINER_NAME": "container"}
        if self.mode == "plain":
            environment |= self.settings
        else:
            environment["WEBSITE_PLACEHOLDER_MODE"] = "1"
        folder = given.app if self.mode == "plain" else self.standby
        return running([given.python, "-I", "-S", *arguments], cwd=folder, environment=environment)

    def _load(self) -> None:
        """Exchange the messages that precede the first call."""
        app = str(self.deployment.app)
        init = protos.WorkerInitRequest(
            host_version="4",
            capabilities=HOST_CAPABILITIES,
            worker_directory=str(self.deployment.worker),
            function_app_directory=app if self.mode == "plain" else str(self.standby),
        )
        response = self._done("worker_init_request", init)
        self.capabilities |= response.capabilities
        if self.mode == "placeholder":
            reload = protos.FunctionEnvironmentReloadRequest(
                environment_variables={**self.settings, "WEBSITE_PLACEHOLDER_MODE": "0"}, function_app_directory=app
            )
            response = self._done("function_environment_reload_request", reload)
            self.capabilities |= response.capabilities
        self.runtime_version = response.worker_metadata.worker_version
        found = self._done("functions_metadata_request", protos.FunctionsMetadataRequest(function_app_directory=app))
        assert not found.use_default_metadata_indexing
        for each in found.function_metadata_results:
            self._done("function_load_request", protos.FunctionLoadRequest(function_id=each.function_id, metadata=each))
            bindings = [json.loads(binding) for binding in each.raw_bindings]
            self.functions[each.name] = Function(each.function_id, each.name, bindings)

    def _done(self, kind: str, content: Any) -> Any:
        response = self._ask(kind, content).result(SECONDS_TO_ANSWER)
        if response.result.status != protos.StatusResult.Success:
            raise InvocationFailedError(response.result.exception.message)
        return response

    def _ask(self, kind: str, content: Any) -> Future[Any]:
        message = protos.StreamingMessage(request_id=str(uuid.uuid4()), **{kind: content})
        text = message.SerializeToString()
        answered: Future[Any] = Future()
        with self._lock:
            self._waiting[message.request_id] = answered
            self._socket.sendall(len(text).to_bytes(LENGTH, "big") + text)
        return answered

    def _read(self) -> None:
        with self._socket.makefile("rb") as stream:
            while length := stream.read(LENGTH):
                message = protos.StreamingMessage.FromString(stream.read(int.from_bytes(length, "big")))
                content = getattr(message, message.WhichOneof("content"))
                if message.WhichOneof("content") == "rpc_log":
                    self.logs.append(content)
                else:
                    self._waiting.pop(message.request_id).set_result(content)
        for left in self._waiting.values():
            left.set_exception(WorkerEndedError(self.said()))


def _accepted(server: socket.socket) -> socket.socket | None:
    """Return the connection of a process that has connected, else None."""
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        return None
    connection.settimeout(None)
    return connection


def _settle(returned: Future[Any], done: Future[Any]) -> None:
    if error := done.exception():
        returned.set_exception(error)
    elif done.result().result.status != protos.StatusResult.Success:
        returned.set_exception(InvocationFailedError(done.result().result.exception.message))
    else:
        returned.set_result(done.result().return_value)
