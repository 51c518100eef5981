"""What can't be done in time is refused before it begins, and each item of a batch says whether it was done."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
from support import INSTANCE, Clock
from support.process import LONG_S
from support.transport import HostTransport

from function_app.api.capacity import Capacity
from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.local.host import Host
from function_app.local.server import Server
from function_app.services.services import Services

AT = f"/instances/{INSTANCE}/data"
BATCH = next(operation for operation in OPERATIONS if operation.id == "UpdateCustomers")
LARGE = [{"CustomerId": "ada", "City": "x" * 80} for _ in range(300)]
EVENT = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}


def host_with(capacity: Capacity, services: Services) -> Host:
    runtime = Runtime(services, authenticate_local, Clock(), capacity=capacity)
    return Host(create_app(OPERATIONS, lambda: runtime))


def client_with(capacity: Capacity, services: Services) -> httpx.AsyncClient:
    transport = HostTransport(host_with(capacity, services))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost/api")


async def when(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what it waits for has no event
        await asyncio.sleep(0)


async def test_a_large_request_that_could_not_begin_in_time_is_refused_and_small_ones_are_not(
    services: Services,
) -> None:
    capacity = Capacity(begin_within_s=LONG_S)
    async with client_with(capacity, services) as client:
        async with capacity.turn(BATCH, 10**9):  # by its size it takes longer
            refused = await client.post(f"{AT}/Customer/batch", json={"items": LARGE})
            update = await client.patch(f"{AT}/Customer/bob", json={"City": "Bergen"})
        assert (refused.status_code, refused.json()["errorCode"]) == (503, "Busy")
        assert int(refused.headers["Retry-After"]) >= 1
        assert update.status_code == 204
        assert (await client.get(f"{AT}/Customer/ada")).json()["City"] == "Oslo"


async def test_items_for_which_there_is_no_time_say_so_and_are_not_stored(services: Services) -> None:
    async with client_with(Capacity(begin_within_s=0), services) as client:
        updates = await client.post(f"{AT}/Customer/batch", json={"items": [{"CustomerId": "ada", "City": "Rome"}]})
        events = [EVENT | {"ActivityId": f"a{number}"} for number in range(40)]
        activities = await client.post(f"{AT}/UnifiedActivity/batch", json={"items": events})
        for answer in (updates, activities):
            assert answer.status_code == 200
            assert {item["errorCode"] for item in answer.json()["value"]} == {"Busy"}
        assert (await client.get(f"{AT}/Customer/ada")).json()["City"] == "Oslo"
        assert (await client.get(f"{AT}/UnifiedActivity/a39")).status_code == 404


async def test_a_batch_whose_caller_has_left_before_its_turn_is_not_begun(
    client: httpx.AsyncClient, services: Services
) -> None:
    capacity = Capacity(begin_within_s=LONG_S)
    writes = capacity._turns[False].expected_s  # noqa: SLF001  # those in progress and waiting
    server = Server(host_with(capacity, services))
    port = await server.start(0)
    body = json.dumps({"items": LARGE})
    head = f"POST /api{AT}/Customer/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    async with asyncio.timeout(LONG_S):
        async with capacity.turn(BATCH, 1):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            await when(lambda: len(writes) == 2)
            writer.close()
            await when(lambda: not server.connections)
        await when(lambda: not writes)
    await server.close()
    assert (await client.get(f"{AT}/Customer/ada")).json()["City"] == "Oslo"


async def test_every_item_of_a_large_batch_is_done_once(client: httpx.AsyncClient) -> None:
    items = [EVENT | {"ActivityId": f"a{number}", "Title": "x" * 90} for number in range(310)]
    answer = await client.post(f"{AT}/UnifiedActivity/batch", json={"items": items})
    assert [item["outcome"] for item in answer.json()["value"]] == ["created"] * 310
    assert [item["activityId"] for item in answer.json()["value"]] == [item["ActivityId"] for item in items]
    count = await client.get(f"{AT}/UnifiedActivity?$filter=CustomerId eq 'ada'&$count=true&$top=1")
    assert count.json()["@odata.count"] == 310
