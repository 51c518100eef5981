from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock
from support.process import LONG_S
from support.transport import HostTransport

from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.domain.access import Principal, Role
from function_app.errors import Throttled, Unavailable
from function_app.local.host import Host
from function_app.local.server import Server
from function_app.operations.shapes import ErrorBody
from function_app.services.services import Services

ADA = f"/instances/{INSTANCE}/data/Customer/ada"


def failing(error: Exception) -> Any:
    async def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def replace_calls(patch: pytest.MonkeyPatch, services: Services, act: Any) -> None:
    """Replace what the calls below ask of the store."""
    for name in ("read_json", "add_update"):
        patch.setattr(services.store.customers, name, act)


async def calls(client: httpx.AsyncClient) -> list[httpx.Response]:
    """A read and an update; both need the store."""
    return [await client.get(ADA), await client.patch(ADA, json={"City": "Bergen"})]


async def test_an_unexpected_failure_is_answered_500_without_internal_details(
    client: httpx.AsyncClient,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with monkeypatch.context() as patch:
        replace_calls(patch, services, failing(RuntimeError("secret-inside")))
        answers = await calls(client)
    for answer in answers:
        correlation = answer.headers["x-ms-request-id"]
        problem = answer.json()
        assert answer.status_code == 500
        assert problem["errorCode"] == "InternalError"
        assert problem.keys() == ErrorBody.__annotations__.keys()
        assert correlation in problem["message"]
        said = answer.text + json.dumps(dict(answer.headers))
        assert not [word for word in ("secret", "RuntimeError", "Traceback", ".py") if word in said]
        logged = [record for record in caplog.records if correlation in record.getMessage()]
        assert [record.levelno for record in logged] == [logging.ERROR]
        assert "RuntimeError" in caplog.text
        assert "secret-inside" not in caplog.text
    assert answers[0].headers["x-ms-request-id"] != answers[1].headers["x-ms-request-id"]
    assert (await client.get(ADA)).json()["City"] == "Oslo"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Throttled(2.3), (429, "TooManyRequests", "3")),
        (Throttled(0.01), (429, "TooManyRequests", "1")),
        (Throttled(0), (429, "TooManyRequests", "1")),
        (Throttled(60), (429, "TooManyRequests", "60")),
        (Unavailable(), (503, "StoreUnavailable", "5")),
        (Unavailable(0.5), (503, "StoreUnavailable", "1")),
    ],
)
async def test_a_store_that_can_not_serve_now_says_when_to_come_back(
    client: httpx.AsyncClient,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    expected: tuple[int, str, str],
) -> None:
    replace_calls(monkeypatch, services, failing(error))
    for answer in await calls(client):
        problem = answer.json()
        assert (answer.status_code, problem["errorCode"], answer.headers["Retry-After"]) == expected
        assert problem["httpStatusCode"] == str(answer.status_code)


async def test_an_update_the_store_refuses_to_write_is_not_answered_as_accepted(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(services.store.customers, "add_update", failing(Throttled(1)))
        headers = {"Repeatability-Request-ID": "one", "Prefer": "return=representation"}
        assert (await client.patch(ADA, json={"City": "Bergen"}, headers=headers)).status_code == 429
    assert (await client.get(ADA)).json()["City"] == "Oslo"
    answer = await client.patch(ADA, json={"City": "Bergen"}, headers=headers)
    assert answer.json()["receipt"]["outcome"] == "applied"


async def test_a_request_whose_caller_left_halfway_changes_nothing(
    client: httpx.AsyncClient, services: Services
) -> None:
    runtime = Runtime(services, authenticate_local, Clock())
    server = Server(Host(create_app(OPERATIONS, lambda: runtime)))
    _, writer = await asyncio.open_connection("127.0.0.1", await server.start(0))
    head = (
        f"PATCH /api{ADA} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n"
    )
    writer.write(head.encode() + b'{"City": "Bergen"}')
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await server.close()
    assert (await client.get(ADA)).json()["City"] == "Oslo"


async def test_the_server_ends_after_the_requests_of_callers_that_have_left(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, add = asyncio.Event(), asyncio.Event(), services.store.customers.add_update

    async def wait(*arguments: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await add(*arguments)

    monkeypatch.setattr(services.store.customers, "add_update", wait)
    runtime = Runtime(services, authenticate_local, Clock())
    server = Server(Host(create_app(OPERATIONS, lambda: runtime)))
    _, writer = await asyncio.open_connection("127.0.0.1", await server.start(0))
    head = f"PATCH /api{ADA} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    writer.write(head.encode() + b'Content-Length: 17\r\n\r\n{"City":"Bergen"}')
    await begun.wait()
    writer.close()
    async with asyncio.timeout(LONG_S):
        while server.connections:  # noqa: ASYNC110  # what it waits for has no event
            await asyncio.sleep(0)
    closing = asyncio.create_task(server.close())
    for _ in range(9):
        await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert (await client.get(ADA)).json()["City"] == "Bergen"


async def test_a_request_beyond_the_time_limit_is_answered_503(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    replace_calls(monkeypatch, services, never)
    app = create_app(OPERATIONS, lambda: Runtime(services, authenticate_local, Clock(), within_s=0.05))
    transport = HostTransport(Host(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/api") as client:
        answers = await calls(client)
    assert [answer.status_code for answer in answers] == [503, 503]
    assert {answer.headers["Retry-After"] for answer in answers} == {"5"}


async def test_health_reports_a_store_that_does_not_answer(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.store, "check", failing(Unavailable()))
    answer = await client.get("/health")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("role", "asked", "status"),
    [
        (Role.VIEWER, ("GET", ADA), 200),
        (Role.VIEWER, ("PATCH", ADA), 403),
        (Role.VIEWER, ("PATCH", "/instances/nowhere/data/Customer/ada"), 403),
        (Role.VIEWER, ("DELETE", ADA), 405),
        (Role.CONTRIBUTOR, ("PATCH", ADA), 204),
        (Role.CONTRIBUTOR, ("PUT", f"/instances/{INSTANCE}"), 403),
        (Role.ADMINISTRATOR, ("PUT", f"/instances/{INSTANCE}"), 400),
    ],
)
async def test_a_role_too_low_is_refused_naming_the_role_needed(
    services: Services, clock: Clock, role: Role, asked: tuple[str, str], status: int
) -> None:
    verb, path = asked

    async def authenticate(headers: object, now: object) -> Principal:  # noqa: ARG001  # names of the protocol
        return Principal("someone", "user", role)

    host = Host(create_app(OPERATIONS, lambda: Runtime(services, authenticate, clock)))
    body = {"City": "Bergen"} if verb in {"PATCH", "PUT"} else None
    async with httpx.AsyncClient(transport=HostTransport(host), base_url="http://localhost/api") as client:
        answer = await client.request(verb, path, json=body)
    assert answer.status_code == status
    if status == 403:
        needed = "Contributor" if verb == "PATCH" else "Administrator"
        assert answer.json()["errorCode"] == "Forbidden"
        assert needed in answer.json()["message"]
