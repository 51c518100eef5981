from __future__ import annotations

import re

import httpx
import pytest
from support import INSTANCE

from function_app.api.operation import Operation
from function_app.bootstrap import OPERATIONS

VALUES = {"instanceId": INSTANCE, "customerId": "ada", "entityName": "Shop_Purchases", "workflowName": "main"}
SIGNED_IN = [operation for operation in OPERATIONS if operation.role is not None]


async def send(client: httpx.AsyncClient, operation: Operation, instance_id: str = INSTANCE) -> httpx.Response:
    values = VALUES | {"instanceId": instance_id}
    path = re.sub(r"{(\w+)}", lambda match: values.get(match[1], "some"), operation.path)
    return await client.request(operation.verb, path, json={} if operation.body else None)


@pytest.mark.parametrize("operation", SIGNED_IN, ids=lambda operation: operation.id)
async def test_no_cache_keeps_what_needs_a_role(client: httpx.AsyncClient, operation: Operation) -> None:
    for instance_id in (INSTANCE, "missing"):
        answer = await send(client, operation, instance_id)
        kept = answer.headers["Cache-Control"]
        assert kept == ("private, no-cache" if "ETag" in answer.headers else "private, no-store")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
async def test_no_browser_guesses_the_type_of_an_answer(client: httpx.AsyncClient, operation: Operation) -> None:
    assert (await send(client, operation)).headers["X-Content-Type-Options"] == "nosniff"


async def test_a_parameter_that_is_sent_twice_is_refused_by_its_name(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"instances/{INSTANCE}/data/Customer?$top=1&$top=5")
    (fault,) = [fault for fault in answer.json()["details"] if "times" in fault["message"]]
    assert (answer.status_code, fault["target"]) == (400, "$top")
