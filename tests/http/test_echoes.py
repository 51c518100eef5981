"""Nothing that a caller can fill goes into a response header unless it is printable ASCII: hosts fail on the rest."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from support import INSTANCE

AT = f"/instances/{INSTANCE}"
ADA = f"{AT}/data/Customer/ada"
EVENT = {"CustomerId": "ada", "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Feedback"}
ODD = ["é", "日本", "a\u0001b", "a\x7fb", "\u200b", "a\u0085b", "a\tb", "a,b"]
IN_BYTES = [text.encode() for text in ODD]
ODD_IDS = ["é", "日本", "a b", 'a"b', "\u200b", "a\r\nX: y", "a,b", "ünï/çode", "a\tb"]


def check(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 500
    for name, value in answer.headers.raw:
        assert all(32 <= byte < 127 for byte in name + value), (name, value)
    return answer


@pytest.mark.parametrize("name", [b"Repeatability-Request-ID", b"x-ms-request-id", b"Prefer", b"If-None-Match"])
@pytest.mark.parametrize("value", IN_BYTES)
async def test_a_header_is_echoed_only_in_printable_ascii(client: httpx.AsyncClient, name: bytes, value: bytes) -> None:
    answer = check(await client.patch(ADA, json={"City": "Rome"}, headers=[(name, value)]))
    check(await client.get(ADA, headers=[(name, value)]))
    check(await client.get(f"{AT}/data/Customer", headers=[(name, value)]))
    if name == b"Repeatability-Request-ID":
        assert answer.status_code == 400
    if answer.status_code == 400:
        assert (await client.get(ADA)).json()["City"] == "Oslo"


async def test_a_repeat_id_that_is_sent_twice_is_refused_before_anything_is_written(client: httpx.AsyncClient) -> None:
    headers = [("Repeatability-Request-ID", "one"), ("Repeatability-Request-ID", "two")]
    answer = check(await client.patch(ADA, json={"City": "Rome"}, headers=headers))
    assert (answer.status_code, answer.json()["target"]) == (400, "Repeatability-Request-ID")
    assert "sent once" in answer.json()["message"]
    assert (await client.get(ADA)).json()["City"] == "Oslo"


@pytest.mark.parametrize("text", ODD_IDS)
async def test_ids_in_a_location_are_encoded(client: httpx.AsyncClient, text: str) -> None:
    answer = check(await client.post(f"{AT}/data/UnifiedActivity", json=EVENT | {"ActivityId": text}))
    if answer.status_code == 201:
        assert answer.headers["Location"].endswith(quote(text, safe=""))
        found = await client.get(answer.headers["Location"].removeprefix("http://localhost/api"))
        assert (found.status_code, found.json()["ActivityId"]) == (200, text)


@pytest.mark.parametrize("text", ODD_IDS)
@pytest.mark.parametrize(
    "address",
    [
        f"{AT}/triggers/updatedprofiles?state={{}}",
        f"{AT}/triggers/updatedprofiles?attributes={{}}",
        f"{AT}/data/Customer?$skiptoken={{}}",
        f"{AT}/data/Customer?$filter=City eq '{{}}'",
        f"{AT}/data/{{}}/1",
        f"{AT}/data/Customer/{{}}",
        f"{AT}/{{}}",
        f"{AT}/data/Customer/ada?caller={{}}",
    ],
)
async def test_no_part_of_an_address_reaches_a_header_as_it_came(
    client: httpx.AsyncClient, address: str, text: str
) -> None:
    for verb in ("GET", "POST", "PATCH", "PUT", "DELETE"):
        check(await client.request(verb, address.format(quote(text, safe="")), json={"City": "Rome"}))


async def test_a_refused_verb_names_each_verb_of_its_address_once(client: httpx.AsyncClient) -> None:
    for address, allowed in [
        (ADA, "PATCH, GET"),
        (f"{AT}/data/Customer", "GET"),
        (f"{AT}/data/UnifiedActivity/a1", "GET"),
    ]:
        answer = check(await client.put(address, json={}))
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == set(allowed.split(", "))
        assert len(answer.headers["Allow"].split(", ")) == len(allowed.split(", "))
