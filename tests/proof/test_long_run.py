from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from proof.course import Course, Sample, check
from proof.long_run import long_run

STEADY = Sample(moment=0, memory_kb=80_000, handles=20, file_bytes=50_000_000, documents=9_000, overdue=0.1)


def test_under_steady_traffic_nothing_grows_and_what_expired_leaves_the_file() -> None:
    long_run(12)


def course(of: Callable[[float], Sample] = lambda _: STEADY, slower: float = 1.0, written: int = 90_000) -> Course:
    """Return a course of 1,200 seconds with ten responses in each, those of the last 200 slower by this factor."""
    answers = [(n / 10, (0.004 + n % 50 / 1e4) * (slower if n >= 10_000 else 1)) for n in range(12_000)]
    samples = [replace(of(n * 10.0), moment=n * 10.0) for n in range(120)]
    return Course(1_200, 4, [*answers, *answers, *answers, *answers, *answers], answers, samples, written)


def test_a_steady_course_is_accepted() -> None:
    check(course(slower=1.19))


@pytest.mark.parametrize(
    "broken",
    [
        course(slower=1.25),
        course(written=20_000),
        course(lambda at: replace(STEADY, memory_kb=80_000 + int(at * 15))),
        course(lambda at: replace(STEADY, handles=20 + int(at / 100))),
        course(lambda at: replace(STEADY, file_bytes=50_000_000 + int(at * 20_000))),
        course(lambda at: replace(STEADY, overdue=at / 100)),
    ],
    ids=["slower", "nothing leaves", "memory", "handles", "file", "overdue"],
)
def test_a_course_that_is_not_flat_is_reported(broken: Course) -> None:
    with pytest.raises(AssertionError):
        check(broken)
