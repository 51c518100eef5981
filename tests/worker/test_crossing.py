"""Requests and responses between host and worker, compared with recordings of Microsoft's host and worker."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ROOT
from worker.client import Deployment, InvocationFailedError, Worker
from worker.messages import protos

RECORDED = json.loads((ROOT / "tests/host/recordings/host-http.json").read_text(encoding="utf-8"))
REACHED = [case for case in RECORDED["cases"] if "saw" in case]
ANSWERED = [case for case in REACHED if "answers" in case]
# Headers of a response that the host sets itself: its length, whether it is chunked, and headers of the server.
OF_THE_HOST = {"content-length", "transfer-encoding", "connection", "server", "date", "set-cookie"}
NO_TYPE = ("content-type", "")  # the host then sends none
MAX_RECORDED = 100_000


@pytest.fixture(scope="module")
def echo(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker with an app that logs its requests and answers as the request says."""
    app = tmp_path_factory.mktemp("echo")
    shutil.copy(Path(__file__).parent / "echo/function_app.py", app)
    given = Deployment(deployment.python, app, deployment.libraries, deployment.worker)
    with Worker(given, {}, "plain", app) as worker:
        yield worker


async def cross(echo: Worker, case: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Send the request of the recorded function; return the request that this one gets and its response, if any."""
    saw = case["saw"]
    http = protos.RpcHttp(
        method=saw["method"],
        url=saw["url"],
        headers=saw["headers"],
        params=saw["route_params"],
        query=saw["params"],
        body=protos.TypedData(bytes=saw["body"].encode("latin-1")) if saw["body"] else None,
    )
    answers = json.dumps(case.get("answers", {"text": "{}", "mimetype": "application/json"}))
    trace = protos.RpcTraceContext(attributes={"answers": answers})
    try:
        returned = await asyncio.wrap_future(echo.invoke("Echo", protos.TypedData(http=http), trace=trace))
    except InvocationFailedError:
        returned = None
    message = next(record.message for record in reversed(echo.logs) if record.message.startswith("saw "))
    return json.loads(message.removeprefix("saw ")), returned and returned.http


async def test_a_function_sees_what_the_recorded_one_saw(echo: Worker) -> None:
    assert len(REACHED) > 200
    for case in REACHED:
        seen, _ = await cross(echo, case)
        assert {**seen, "function": case["saw"]["function"]} == case["saw"]


async def test_an_answer_holds_what_the_recorded_client_got(echo: Worker) -> None:
    assert len(ANSWERED) > 40
    for case in ANSWERED:
        _, http = await cross(echo, case)
        got = case["got"]
        if refused_by_host(case):
            assert got["status"] == 500
        elif http is None:
            assert (got["status"], got.get("body", "")) == (500, ""), case
        else:
            assert int(http.status_code) == got["status"], case
            assert headers_of(http.headers.items()) == headers_of(got["headers"]), case
            assert body_of(case, http.body.bytes) == got.get("body", ""), case


def refused_by_host(case: dict[str, Any]) -> bool:
    """Return whether the host can't send a response: invalid headers, or a body shorter than declared."""
    headers = case["answers"].get("headers", {})
    sound = all(text.isascii() and text.isprintable() and " " not in name for name, text in headers.items())
    return not sound or int(headers.get("Content-Length", 99)) < len(case["answers"].get("text", ""))


def headers_of(headers: Any) -> dict[str, str]:
    """Return headers without those of the host, and without cookies, which are sent in a separate field."""
    named = {name.lower(): text for name, text in headers}
    return {name: text for name, text in named.items() if name not in OF_THE_HOST and (name, text) != NO_TYPE}


def body_of(case: dict[str, Any], body: bytes) -> str:
    """Return a body as the host sends it: none with some statuses and HEAD; long ones as in the recording."""
    if case["got"]["status"] in {204, 304} or case["saw"]["method"] == "HEAD":
        return ""
    return f"<{len(body)} bytes>" if len(body) > MAX_RECORDED else body.decode("latin-1")
