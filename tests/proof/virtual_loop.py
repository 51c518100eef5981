"""An event loop that a seed drives: what is ready runs in a random order, threads' work too, and no time passes."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")


class _NoSelector(selectors.SelectSelector):
    """Waits for nothing: there is no network, and the next timer is due at once."""

    def select(self, timeout: float | None = None) -> Any:  # noqa: ARG002  # the base class's
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """One for each seed; `executed` is how many calls for threads it has run."""

    def __init__(self, chance: Random) -> None:
        super().__init__(_NoSelector())
        self._chance, self._at, self.executed = chance, 0.0, 0

    def time(self) -> float:
        return self._at

    def _run_once(self) -> None:
        ready = list(self._ready)  # type: ignore[has-type]  # the base class's
        self._chance.shuffle(ready)
        self._ready = deque(ready)
        if not ready and self._scheduled:  # type: ignore[attr-defined]  # the base class's
            self._at = max(self._at, self._scheduled[0].when())  # type: ignore[attr-defined]
        super()._run_once()  # type: ignore[misc]

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]  # noqa: ARG002
        """Run a call in some later turn; not at all if its future was cancelled, as in a process that is killed."""
        future: asyncio.Future[T] = self.create_future()

        def run() -> None:
            if future.done():
                return
            self.executed += 1
            try:
                future.set_result(func(*args))
            except Exception as error:  # noqa: BLE001  # it belongs to who waits
                future.set_exception(error)

        self.call_soon(run)
        return future


def run(chance: Random, main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a separate loop."""
    loop = VirtualLoop(chance)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
