"""The local host in a separate process, as started by `make run`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from support import ROOT
from support.process import LONG_S, Program, running

COMMAND = [sys.executable, "-m", "function_app.local", "serve"]


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of this process with these settings instead of its settings."""
    ours = ("STORE", "DATA_DIR", "COSMOS_", "AUTH_MODE", "PORT", "WEBSITE_", "SNAPSHOTS", "ENTRA_")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)} | settings


def free_port() -> int:
    """Return a port that the system gives to no other program for a minute: a connection to it has just ended there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address: tuple[str, int] = server.getsockname()
        with socket.create_connection(address):
            server.accept()[0].close()
        return address[1]


@dataclass
class Served:
    """A local host in a separate process."""

    program: Program
    port: int
    cpu_seconds_to_start: float = 0.0

    @property
    def pid(self) -> int:
        return self.program.process.pid

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}/api"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(f"{self.base}/{path}", timeout=LONG_S, **options)

    def said(self) -> str:
        """Return its stderr so far."""
        return self.program.said()

    def kill(self) -> None:
        """Kill it."""
        self.program.process.kill()

    def end(self, number: int) -> tuple[int, str, str]:
        """Send a signal; return the exit status and the output."""
        status = self.program.end(number)
        return status, self.program.printed(), self.said()

    def is_healthy(self) -> bool | None:
        """Return True once it is, None before."""
        return self.get("health").status_code == httpx.codes.OK or None


@contextmanager
def serving(command: Sequence[str] = COMMAND, **settings: str) -> Iterator[Served]:
    """Start it with these settings, by default on a free port; wait until it is healthy; end it with the block."""
    port = int(settings.get("PORT", "0")) or free_port()
    with running(command, cwd=ROOT, environment=environment(**{**settings, "PORT": str(port)})) as program:
        served = Served(program, port)
        program.hear("Real-time Customer Profiles at")
        program.until(served.is_healthy)
        served.cpu_seconds_to_start = program.cpu_seconds()
        yield served
