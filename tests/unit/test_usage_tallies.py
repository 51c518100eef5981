from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from function_app.domain.usage import Tally, Traffic

SECONDS = st.lists(st.floats(1e-5, 100), min_size=1, max_size=50)


def tally(seconds: list[float], result: int = 200) -> Tally:
    counted = Tally()
    for each in seconds:
        counted.add(result, Traffic(10, 100, each))
    return counted


@given(SECONDS, st.sampled_from([1, 50, 95, 99, 100]))
def test_a_percentile_is_right_to_within_nine_percent(seconds: list[float], percent: int) -> None:
    exact = 1000 * sorted(seconds)[math.ceil(len(seconds) * percent / 100) - 1]
    assert exact * 0.999 - 0.001 <= tally(seconds).percentile_ms(percent) <= exact * 1.0906 + 0.001


@given(SECONDS, SECONDS)
def test_what_two_workers_counted_adds_up_to_what_one_would_have(one: list[float], other: list[float]) -> None:
    merged = tally(one)
    merged.merge(tally(other))
    assert merged == tally(one + other)


def test_a_tally_of_nothing_has_no_latency() -> None:
    assert Tally().percentile_ms(99) == 0.0


@pytest.mark.parametrize(("result", "failures"), [(204, 0), (399, 0), (400, 2), (503, 2)])
def test_errors_are_failures(result: int, failures: int) -> None:
    assert tally([0.1, 0.2], result) == Tally(2, failures, 20, 200, Counter(tally([0.1, 0.2]).latencies))


def test_a_call_that_took_no_time_is_counted() -> None:
    assert tally([0.0]).count == 1
