from __future__ import annotations

import httpx
import pytest
from support import INSTANCE

from function_app.bootstrap import OPERATIONS

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"
ADA = f"{CUSTOMERS}/ada"


@pytest.mark.parametrize(
    ("verb", "path", "allow", "reason"),
    [
        ("POST", CUSTOMERS, {"GET"}, "not created"),
        ("DELETE", CUSTOMERS, {"GET"}, "not deleted"),
        ("DELETE", ADA, {"GET", "PATCH"}, "not deleted"),
        ("PUT", ADA, {"GET", "PATCH"}, "PATCH"),
        ("POST", "/instances/nowhere/data/Customer", {"GET"}, "not created"),
    ],
)
async def test_a_verb_a_resource_does_not_have_is_refused_with_those_it_has_and_why(
    client: httpx.AsyncClient, verb: str, path: str, allow: set[str], reason: str
) -> None:
    before = (await client.get(CUSTOMERS)).content
    body = {"CustomerId": "new"} if verb in {"POST", "PUT"} else None
    answer = await client.request(verb, path, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["errorCode"], problem["httpStatusCode"]) == (405, "MethodNotAllowed", "405")
    assert set(answer.headers["Allow"].split(", ")) == allow
    assert reason in problem["message"]
    assert problem["message"].endswith(".")
    assert (await client.get(CUSTOMERS)).content == before


async def test_a_refusal_does_not_look_at_body_or_parameters(client: httpx.AsyncClient) -> None:
    answer = await client.post(CUSTOMERS, content=b"\xff", params={"nonsense": "1"})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("verb", "path", "allow"),
    [
        ("PATCH", "/health", "GET, HEAD"),
        ("PATCH", f"/instances/{INSTANCE}", "GET, PUT, DELETE"),
        ("HEAD", ADA, "PATCH, GET"),
        ("OPTIONS", "/instances", "GET"),
    ],
)
async def test_a_verb_that_no_operation_of_an_address_names_is_refused_with_those_it_has(
    client: httpx.AsyncClient, verb: str, path: str, allow: str
) -> None:
    answer = await client.request(verb, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allow)
    assert verb == "HEAD" or answer.json()["errorCode"] == "MethodNotAllowed"


def test_every_declared_refusal_gives_a_sentence_and_is_no_verb_of_its_path() -> None:
    for operation in OPERATIONS:
        had = {other.verb for other in OPERATIONS if other.path == operation.path}
        for verb, reason in operation.refuses.items():
            assert verb not in had, operation.id
            assert reason[0].isupper(), operation.id
            assert reason.endswith("."), operation.id
