from __future__ import annotations

import httpx
import pytest
from support.process import LONG_S

from proof.faults import cosmos_faults
from proof.visitors import HANGS_AFTER_S, Seen


def test_what_was_acknowledged_in_a_storm_is_there_once_and_nothing_else_is() -> None:
    cosmos_faults(100, recovered_within_s=LONG_S)  # `make prove` measures it


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (httpx.Response(500, headers={"Retry-After": "1"}), 0.1),
        (httpx.Response(408, headers={"Retry-After": "1"}), 0.1),
        (httpx.Response(503), 0.1),
        (httpx.Response(429, headers={"Retry-After": "0"}), 0.1),
        (httpx.Response(200, json={"value": [{"index": 0, "errorCode": "InternalError"}]}), 0.1),
        (httpx.Response(200), HANGS_AFTER_S),
    ],
)
def test_an_answer_that_breaks_a_promise_is_reported(answer: httpx.Response, seconds: float) -> None:
    answer.request = httpx.Request("GET", "http://localhost/api")
    with pytest.raises((AssertionError, KeyError)):
        Seen().judge(answer, seconds)
