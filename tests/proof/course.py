"""The course of a long run: measurements of a host over time, and whether they stay constant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median, quantiles

SLOWER, LARGER, GROWTH_KB, OVERDUE = 1.2, 1.1, 4 * 1024, 2.0
ENOUGH, TURNS = 10_000, 4
FIRST, MIDDLE, LAST = 0, 3, 5
_WINDOWS, _SLICE = 6, 10.0


@dataclass(frozen=True, slots=True)
class Sample:
    """The host at one moment; `overdue` is how long, in seconds, rows are in its file that should have been removed."""

    moment: float
    memory_kb: int
    handles: int
    file_bytes: int
    documents: int
    overdue: float


@dataclass
class Course:
    """The measurements of a run of this many seconds: times, latencies and delays of requests, and samples."""

    seconds: float
    connections: int
    answers: list[tuple[float, float]] = field(default_factory=list)
    delays: list[tuple[float, float]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    written: int = 0

    def p99(self, window: int, timed: list[tuple[float, float]]) -> float:
        """Return the 99th percentile of one sixth of the time."""
        return quantiles((value for moment, value in timed if self._window(moment) == window), n=100)[-1]

    def usual_p99(self, window: int) -> float:
        """Return the median of the 99th percentiles of about 10 seconds each, without effects of other processes."""
        slices: dict[int, list[float]] = {}
        for moment, seconds in self.answers:
            if self._window(moment) == window:
                slices.setdefault(int(moment / _SLICE), []).append(seconds)
        return median(quantiles(slice_, n=100)[-1] for slice_ in slices.values() if len(slice_) > 1)

    def typical(self, window: int, of: Callable[[Sample], int]) -> float:
        """Return the median of a figure of one sixth of the time."""
        return median(of(sample) for sample in self.samples if self._window(sample.moment) == window)

    def is_telling(self) -> bool:
        """Return whether the first and the last window have enough responses for a reliable 99th percentile."""
        return all(sum(self._window(at) == window for at, _ in self.answers) >= ENOUGH for window in (FIRST, LAST))

    def _window(self, moment: float) -> int:
        return min(int(moment / self.seconds * _WINDOWS), _WINDOWS - 1)


def check(course: Course) -> None:
    """Assert that memory, handles, the file and latencies are constant, and that expired rows have left the file."""
    grown = course.typical(LAST, _memory) - course.typical(MIDDLE, _memory)
    sizes = [course.typical(window, lambda sample: sample.file_bytes) for window in (MIDDLE, LAST)]
    slower = course.p99(LAST, course.answers) / course.p99(FIRST, course.answers) if course.is_telling() else 0
    most = course.samples[0].handles + course.connections
    kept = {
        "handles": max(sample.handles for sample in course.samples) <= most,
        "memory": grown <= GROWTH_KB,
        "size of the file": sizes[1] <= LARGER * sizes[0],
        "most documents were removed": course.written >= TURNS * course.samples[-1].documents,
        "none stays too long": max(sample.overdue for sample in course.samples) <= OVERDUE,
        "p99": slower <= SLOWER,
    }
    assert all(kept.values()), (kept, described(course))


def described(course: Course) -> str:
    """Return the figures as text."""
    first, last = (1_000 * course.p99(window, course.answers) for window in (FIRST, LAST))
    calm = [1_000 * course.usual_p99(window) for window in (FIRST, LAST)]
    late = [1_000 * course.p99(window, course.delays) for window in (FIRST, LAST)]
    grown = course.typical(LAST, _memory) - course.typical(MIDDLE, _memory)
    end = course.samples[-1]
    return (
        f"{len(course.answers):,} requests in {course.seconds:.0f} s; p99 of the first sixth {first:.1f} ms, of the "
        f"last {last:.1f} ms (of its usual 10 s: {calm[0]:.1f}, {calm[1]:.1f}; the client itself was late by "
        f"{late[0]:.1f}, {late[1]:.1f} ms); memory {grown / 1024:+.1f} MB in the second half; {end.handles} handles; "
        f"{end.documents:,} of {course.written:,} documents left, {end.file_bytes / 1e6:.0f} MB"
    )


def _memory(sample: Sample) -> int:
    return sample.memory_kb
