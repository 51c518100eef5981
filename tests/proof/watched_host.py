"""The local host as started by `make run`, but on asyncio's own loop, and each long turn is reported on stderr."""

from __future__ import annotations

import asyncio
import os
import sys

import uvloop
from support.turns import watched

from function_app.local.__main__ import serve
from function_app.settings import read_settings

REPORTED = "A turn took"


def _report(seconds: float) -> None:
    sys.stderr.write(f"{REPORTED} {1000 * seconds:.0f} ms.\n")
    sys.stderr.flush()


if __name__ == "__main__":
    uvloop.run = asyncio.run  # type: ignore[assignment]  # uvloop's turns can not be watched
    with watched(_report):
        serve(read_settings({**os.environ, "AUTH_MODE": "local"}))
