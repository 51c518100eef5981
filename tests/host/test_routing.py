"""Recordings of Microsoft's router: the local host routes in the same way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from function_app.local.routes import Router
from function_app.local.templates import InvalidTemplateError

SETS = json.loads((Path(__file__).parent / "recordings" / "host-routing.json").read_text(encoding="utf-8"))["sets"]
CASES = [(number, case) for number, each in enumerate(SETS) for case in each["cases"]]
ROUTERS = [Router((route["name"], route["route"], route["methods"]) for route in each["routes"]) for each in SETS]


def test_the_recording_is_whole() -> None:
    assert len(CASES) == 380


@pytest.mark.parametrize(("number", "case"), CASES, ids=[f"{n}-{c['verb']}-{c['path']}" for n, c in CASES])
def test_a_recorded_request_reaches_the_function_it_reached_at_microsoft(number: int, case: dict[str, Any]) -> None:
    found = ROUTERS[number].find(case["verb"], case["path"])
    if case.get("function") is None:
        assert found == case["status"]
    else:
        values = {name: value for name, value in (case["values"] or {}).items() if value is not None}
        assert found == (case["function"], values)


@pytest.mark.parametrize(
    "template",
    [
        "a/{x:nonsense}",
        "a/{x:int(3)}",
        "a/{3",
        "a/3}",
        "a/{x:regex(^a{3}$)}",
        "a/{x}/{x}",
        "a/{x}/{X}",
        "/a",
        "a//b",
        "a?b",
        "{*rest}/a",
        "{a}{b}",
        "a/{}",
        "a/{x?}/b",
    ],
)
def test_a_template_that_the_host_refuses_stops_the_whole_app(template: str) -> None:
    with pytest.raises(InvalidTemplateError):
        Router([("Good", "good", ["GET"]), ("Bad", template, ["GET"])])
