"""Requests as clients of the original API's age send them, in C#, JavaScript and Python, byte for byte."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from clients.stage import Stage, staged
from support import INSTANCE
from support.process import LONG_S

AT = f"/api/instances/{INSTANCE}"
PATCH = "application/json-patch+json; charset=utf-8"


@dataclass(frozen=True)
class Habit:
    """How the clients of one language write requests: headers, instants, and whether bodies are encoded twice."""

    headers: Mapping[str, str]
    until: str
    bought: str
    twice: bool = True


HABITS = {
    "C#": Habit(
        {"Authorization": "Bearer x", "Ocp-Apim-Subscription-Key": "k", "Content-Type": PATCH},
        "2026-11-24T09:30:00.0000000Z",
        "2026-11-20T10:00:00.1234567+00:00",
    ),
    "JavaScript": Habit(
        {"accept": "application/json", "content-type": PATCH, "ocp-apim-subscription-key": "k"},
        "2026-11-24T09:30:00.000Z",
        "2026-11-20T10:00:00.123Z",
    ),
    "Python": Habit(
        {"User-Agent": "python/3.8 msrest/0.6", "Accept": "application/json", "Content-Type": PATCH},
        "2026-11-24T09:30:00.000000+0000",
        "2026-11-20T10:00:00+0000",
    ),
    "a flow": Habit({"Content-Type": "application/json"}, "2026-11-24T09:30:00Z", "2026-11-20T10:00:00Z", twice=False),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("data")) as stage:
        yield stage


@dataclass(frozen=True)
class Client:
    stage: Stage
    habit: Habit

    def send(self, verb: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request without a header that the client does not send; return the status and the JSON."""
        host = urlsplit(self.stage.base)
        text = "" if body is None else json.dumps(json.dumps(body) if self.habit.twice else body)
        headers = {"Host": host.netloc, **self.habit.headers, "Content-Length": str(len(text.encode()))}
        lines = [f"{verb} {AT}/{path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        with socket.create_connection(("127.0.0.1", host.port or 0), LONG_S) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n" + text).encode())
            answer = HTTPResponse(connection)
            answer.begin()
            content = answer.read()
        return answer.status, json.loads(content) if content else None


@pytest.fixture(params=HABITS)
def client(request: pytest.FixtureRequest, stage: Stage) -> Client:
    return Client(stage, HABITS[request.param])


def test_a_customer_is_updated_and_read_as_ever(client: Client) -> None:
    until, city = quote(client.habit.until), f"Bergen {client.habit.until}"  # another one by each client
    client.stage.clock.advance(seconds=1)
    assert client.send("PATCH", f"data/Customer/bob?validUntil={until}&caller=x", {"City": city}) == (204, None)
    status, page = client.send("GET", "data/Customer?$filter=customerid%20eq%20'bob'&proxy=False&forceSearch=true")
    assert (status, page["value"][0]["City"]) == (200, city)


def test_an_activity_is_posted_and_answered_as_ever(client: Client) -> None:
    key = f"P-{client.habit.bought}"
    body = {"PurchaseId": key, "PurchasedOn": client.habit.bought, "ContactId": "K-1"}
    status, created = client.send("POST", f"data/Shop_Purchases?validUntil={quote(client.habit.until)}", body)
    assert (status, created["statusCode"], created["value"]["outcome"]) == (201, 201, "created")
    status, rows = client.send("GET", f"data/Shop_Purchases?$filter=PurchaseId%20eq%20'{quote(key)}'&$select=*")
    assert (status, rows["value"][0]["CustomerId"]) == (200, "ada")


def test_metadata_and_jobs_are_read_as_ever(client: Client) -> None:
    status, entity = client.send("GET", "manage/entities/Shop_Purchases?attributesAnnotations=True")
    assert (status, entity["timestampAttribute"]["name"]) == (200, "PurchasedOn")
    assert client.send("GET", "manage/entities/Customer/entitysize")[1]["rowCount"] == 8
    assert client.send("GET", "profilestore/stateinfo")[0] == 200
    asked = {"operationType": "ingestion", "jobType": "full", "identifiers": ["Customer"], "forceRunRequested": False}
    status, job = client.send("POST", "workflows/main/jobs", asked)
    assert (status, job["jobSubmissionKind"], job["identifiers"]) == (200, "onDemand", ["Customer"])
