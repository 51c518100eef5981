from __future__ import annotations

import logging
import re

import httpx
import pytest
from support import INSTANCE

from function_app import telemetry
from function_app.api.unknown_address import METHODS, NAME, verbs_at
from function_app.bootstrap import OPERATIONS
from function_app.operations.shapes import ErrorBody

ADA = f"instances/{INSTANCE}/data/Customer/ada"
CREATED = re.compile(r"[0-9a-f]{32}")


async def test_every_answer_has_its_own_request_id(client: httpx.AsyncClient) -> None:
    answers = [
        await client.get(ADA),
        await client.patch(ADA, json={"City": "Bergen"}),
        await client.patch(ADA, json={"Town": "Bergen"}),
        await client.delete(ADA),
        await client.get("nowhere"),
        await client.get("pages/card.js"),
        await client.get(ADA, headers={"If-None-Match": "*"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 204, 400, 405, 404, 200, 304]
    ids = [answer.headers["x-ms-request-id"] for answer in answers]
    assert all(CREATED.fullmatch(one) for one in ids)
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("path", [ADA, "nowhere"])
async def test_the_callers_own_id_comes_back(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"x-ms-request-id": "flow-run/08585!~"})
    assert answer.headers["x-ms-request-id"] == "flow-run/08585!~"


@pytest.mark.parametrize("own", ["é", "a b", "x" * 129, "a\tb", ""])
async def test_an_own_id_that_is_long_or_not_printable_is_replaced(client: httpx.AsyncClient, own: str) -> None:
    answer = await client.get(ADA, headers={b"x-ms-request-id": own.encode()})
    assert CREATED.fullmatch(answer.headers["x-ms-request-id"])


async def test_log_records_of_a_request_have_the_callers_own_id(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "_logRecordFactory", logging.getLogRecordFactory())
    telemetry.correlate_logs()

    async def broken(*_: object) -> None:
        raise KeyError

    monkeypatch.setattr("function_app.services.read_customer.ReadCustomer.json", broken)
    answer = await client.get(ADA, headers={"x-ms-request-id": "mine"})
    assert answer.status_code == 500
    assert "correlation id mine " in answer.json()["message"]
    assert [record.correlationId for record in caplog.records if record.levelno == logging.ERROR] == ["mine"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("method", [method for method in METHODS if method != "HEAD"])
async def test_an_unknown_address_is_answered_with_our_error(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "instances/a/nowhere/")
    problem = answer.json()
    assert (answer.status_code, problem["errorCode"], problem["httpStatusCode"]) == (404, "AddressNotFound", "404")
    assert problem.keys() == ErrorBody.__annotations__.keys()


def test_the_verbs_of_an_address_are_those_of_the_most_literal_path() -> None:
    assert verbs_at("instances/i/data/customer/batch", OPERATIONS) == ("POST",)
    assert verbs_at("instances/i/data/Customer/", OPERATIONS) == ("GET",)
    assert verbs_at("instances//data", OPERATIONS) == ()


def test_the_function_of_unknown_addresses_is_the_last_by_name() -> None:
    assert all(operation.id.lower() < NAME.lower() for operation in OPERATIONS)
