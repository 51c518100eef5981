"""Recordings of Microsoft's host and worker: functions see the same, and clients get the same, on the local host."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest
from support.process import LONG_S
from support.served import served

from function_app.local.host import Host

RECORDING = json.loads((Path(__file__).parent / "recordings" / "host-http.json").read_text(encoding="utf-8"))
CASES = RECORDING["cases"]
RECORDED_HOST, OURS = "app.example", "localhost"
NO_PLATFORM = "the local host has none of the platform's own addresses"
EXCEPTIONS = {
    181: "DISGUISED-HOST is set by Azure's front end, which the local host does not have",
    192: "the local host refuses every Host that does not name this machine (421)",
    247: "cookies are rewritten by the host; this app sets none",
    262: "the platform's own page at / is switched off (AzureWebJobsDisableHomepage)",
    263: "the platform's own page at / is switched off (AzureWebJobsDisableHomepage)",
    264: "the platform's own page at / is switched off (AzureWebJobsDisableHomepage)",
    268: NO_PLATFORM,
    269: NO_PLATFORM,
    270: NO_PLATFORM,
    271: NO_PLATFORM,
    272: NO_PLATFORM,
}
IGNORED = {
    "Date": "differs with the time",
    "Server": "names the product",
    "Transfer-Encoding": "the local host knows the length of every answer",
    "Content-Length": "the local host knows the length of every answer",
}


class App:
    """The functions of the recording; `answers` is the response of the next one, `saw` the request that it received."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] | None = None
        self.saw: dict[str, Any] | None = None
        self.app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
        for each in RECORDING["functions"]:
            methods = {"methods": each["methods"]} if each["methods"] else {}
            route = self.app.route(route=each["route"], **methods)
            self.app.function_name(each["name"])(route(self._function(each["name"])))

    def _function(self, name: str) -> Any:
        async def function(req: func.HttpRequest) -> func.HttpResponse | None:
            self.saw = {
                "function": name,
                "method": req.method,
                "url": req.url,
                "route_params": dict(req.route_params),
                "params": dict(req.params),
                "headers": dict(req.headers),
                "body": req.get_body().decode("latin-1"),
            }
            return self._answer(self.answers)

        return function

    def _answer(self, answers: Mapping[str, Any] | None) -> func.HttpResponse | None:
        if answers is None:
            return func.HttpResponse("{}", mimetype="application/json")
        if answers.get("raises"):
            raise RuntimeError
        if answers.get("returns_none"):
            return None
        body: str | bytes | None = answers.get("text")
        if "bytes" in answers:
            body = answers["bytes"].encode("latin-1")
        if "large" in answers:
            body = "x" * answers["large"]
        known = {"status": "status_code", "headers": "headers", "mimetype": "mimetype", "charset": "charset"}
        return func.HttpResponse(body, **{known[name]: value for name, value in answers.items() if name in known})


@pytest.fixture(scope="module")
def app() -> App:
    return App()


@pytest.fixture(scope="module")
def port(app: App) -> Iterator[int]:
    with served(Host(app.app)) as port:
        yield port


def raw(send: Mapping[str, Any]) -> bytes:
    """Return the bytes of a recorded request."""
    line = send["line"]
    if isinstance(line, dict):
        line = line["before"] + line["repeat"] * line["times"]
    lines = [f"{line} HTTP/1.1"]
    host = send.get("host", OURS)
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [
        header if isinstance(header, str) else header["before"] + header["repeat"] * header["times"]
        for header in send.get("headers", [])
    ]
    body: bytes = send.get("body", "").encode("latin-1")
    if send.get("chunked"):
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif "body" in send:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def exchange(port: int, sent: bytes, *, is_head: bool) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send bytes; return status, headers and body of the response."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as connection:
        connection.sendall(sent)
        stream = connection.makefile("rb")
        status = int(stream.readline().split()[1])
        headers = []
        while (line := stream.readline()) not in {b"\r\n", b""}:
            name, _, value = line.decode("latin-1").rstrip("\r\n").partition(": ")
            headers.append((name, value))
        length = int({name.lower(): value for name, value in headers}.get("content-length", "0"))
        return status, headers, b"" if is_head else stream.read(length)


def shortened(text: str) -> str:
    """Return a long text as in the recording."""
    return f"<{len(text)} characters>" if len(text) > 1_000 else text


def test_the_recording_is_whole_and_nearly_all_of_it_is_replayed() -> None:
    assert len(CASES) == 273
    assert len(EXCEPTIONS) < 12


@pytest.mark.parametrize("number", [n for n in range(len(CASES)) if n not in EXCEPTIONS])
def test_a_recorded_request_is_seen_and_answered_as_at_microsoft(app: App, port: int, number: int) -> None:
    case = CASES[number]
    app.answers, app.saw = case.get("answers"), None
    is_head = str(case["send"]["line"]).startswith("HEAD")
    sent = raw(case["send"])
    status, headers, body = exchange(port, sent, is_head=is_head)
    assert (app.saw is None) == ("saw" not in case)
    if app.saw:
        ours = {
            name: shortened(value) if isinstance(value, str) else {key: shortened(text) for key, text in value.items()}
            for name, value in app.saw.items()
        }
        assert ours == json.loads(json.dumps(case["saw"]).replace(RECORDED_HOST, OURS)) | {"url": ours["url"]}
        recorded = case["saw"]["url"].replace(RECORDED_HOST, OURS)
        assert recorded in {app.saw["url"], f"<{len(app.saw['url']) + 2} characters>"}
    got = case["got"]
    assert status == got["status"]
    wanted = sorted((name, value) for name, value in got["headers"] if name not in IGNORED)
    assert sorted((name, value) for name, value in headers if name not in IGNORED) == wanted
    if "saw" not in case or "answers" in case:  # else the body is of the app, which was not recorded
        assert got.get("body", "") in {body.decode("latin-1"), f"<{len(body)} bytes>"}
