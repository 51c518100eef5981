"""Ratios that are reliable on a noisy machine: subject and baseline in turns, the median of the pairs."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / ".bench"
Better = Literal["higher", "lower"]
Figure = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The result of a benchmark; `spread` is the interquartile range of the pairs."""

    name: str
    ratio: float
    target: float
    better: Better
    spread: float = 0.0

    @property
    def ok(self) -> bool:
        return self.ratio >= self.target if self.better == "higher" else self.ratio <= self.target


Bench = Callable[[], Ratio]


def by_turns(name: str, target: float, better: Better, sides: tuple[Figure, Figure], pairs: int) -> Ratio:
    """Measure subject and baseline in turns, in alternating order, after one unmeasured pair."""
    subject, baseline = sides
    subject(), baseline()
    ratios = []
    for turn in range(pairs):
        if turn % 2:
            below = baseline()
            above = subject()
        else:
            above = subject()
            below = baseline()
        ratios.append(above / below)
    return Ratio(name, median(ratios), target, better, _spread(ratios))


def _spread(ratios: Sequence[float]) -> float:
    if len(ratios) < 2:
        return 0.0
    lower, _, upper = quantiles(ratios, n=4, method="inclusive")
    return upper - lower


def seconds_each(loop: asyncio.AbstractEventLoop, calls: Sequence[Callable[[], Awaitable[object]]]) -> float:
    """Return the mean seconds of a call, of many sequential calls with the garbage collector disabled."""

    async def run() -> float:
        begun = perf_counter()
        for call in calls:
            await call()
        return (perf_counter() - begun) / len(calls)

    gc.collect()
    gc.disable()
    try:
        return loop.run_until_complete(run())
    finally:
        gc.enable()


def scratch() -> AbstractContextManager[str]:
    """Yield a temporary folder on the disk of the repository: /tmp may be memory, where fsync costs nothing."""
    RESULTS.mkdir(exist_ok=True)
    return TemporaryDirectory(prefix="data-", dir=RESULTS)
