"""The turns of event loops: how long one callback holds its loop, while all other requests wait.

Measured in processor time of the thread, so that a busy machine changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LONGEST_S = 0.05


@contextmanager
def watched(report: Callable[[float], Any], longest_s: float = LONGEST_S) -> Iterator[None]:
    """Call `report` with the seconds of each turn that is longer, of every loop of asyncio itself in this process."""
    handle: Any = asyncio.events.Handle
    run = handle._run  # noqa: SLF001  # there is no other place to measure at

    def timed(self: Any) -> None:
        begun = time.thread_time()
        run(self)
        seconds = time.thread_time() - begun
        if seconds > longest_s:
            report(seconds)

    handle._run = timed  # noqa: SLF001
    try:
        yield
    finally:
        handle._run = run  # noqa: SLF001
