"""The local host in a separate process, as started by `make run`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

import httpx

from support import ROOT

COMMAND = [sys.executable, "-m", "function_app.local", "serve"]
SECONDS_TO_START, SECONDS_TO_END = 10.0, 10.0


def environment(**settings: str) -> dict[str, str]:
    """Return the environment of this process with these settings instead of its settings."""
    ours = ("STORE", "DATA_DIR", "COSMOS_", "AUTH_MODE", "PORT", "WEBSITE_", "SNAPSHOTS", "ENTRA_")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)} | settings


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Served:
    """A local host in a separate process."""

    process: subprocess.Popen[str]
    port: int
    errors: IO[str]
    seconds: float = 0.0

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}/api"

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(f"{self.base}/{path}", **options)

    def wait(self) -> None:
        began = time.monotonic()
        while True:
            self.seconds = time.monotonic() - began
            try:
                if self.get("health").status_code == 200:
                    return
            except httpx.TransportError:
                assert self.process.poll() is None, self.said()
                assert self.seconds < SECONDS_TO_START
                time.sleep(0.02)

    def said(self) -> str:
        """Return its stderr so far."""
        self.errors.seek(0)
        return self.errors.read()

    def end(self, number: int) -> tuple[int, str, str]:
        """Send a signal; return the exit status and the output."""
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=SECONDS_TO_END)
        return self.process.returncode, out, self.said()


@contextmanager
def serving(command: Sequence[str] = COMMAND, **settings: str) -> Iterator[Served]:
    """Start it on a free port with these settings and wait until it is healthy; kill it at the end."""
    port = free_port()
    with (
        TemporaryFile("a+") as errors,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(PORT=str(port), **settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            served = Served(process, port, errors)
            served.wait()
            yield served
        finally:
            if process.poll() is None:
                process.kill()
