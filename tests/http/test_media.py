from __future__ import annotations

import httpx
import pytest
from support import INSTANCE

ADA = f"/instances/{INSTANCE}/data/Customer/ada"


@pytest.mark.parametrize(
    "media",
    [
        "application/json",
        "application/json-patch+json",
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json;odata.metadata=minimal;IEEE754Compatible=true",
        "application/json; odata.metadata=minimal; charset=utf-8",
        "application/json; charset=utf-8; odata.metadata=minimal",
        "text/json",
    ],
)
async def test_json_is_read_whatever_else_its_content_type_says(client: httpx.AsyncClient, media: str) -> None:
    answer = await client.patch(ADA, content=b'{"City": "Bergen"}', headers={"Content-Type": media})
    assert answer.status_code == 204
    assert (await client.get(ADA)).json()["City"] == "Bergen"


async def test_another_charset_is_refused_wherever_it_occurs(client: httpx.AsyncClient) -> None:
    media = "application/json; odata.metadata=minimal; charset=utf-16"
    answer = await client.patch(ADA, content=b'{"City": "Bergen"}', headers={"Content-Type": media})
    assert answer.status_code == 415


async def test_an_identity_encoding_is_no_encoding(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "identity"}
    assert (await client.patch(ADA, content=b'{"City": "Bergen"}', headers=headers)).status_code == 204


async def test_what_the_platform_adds_to_the_query_is_no_unknown_parameter(client: httpx.AsyncClient) -> None:
    answer = await client.patch(ADA, json={"City": "Bergen"}, params={"code": "key", "clientId": "app"})
    assert answer.status_code == 204


@pytest.mark.parametrize("value", ["", " ", "\u2028", "</script>", "Łódź 東京 😀", "%s {0} \\ \"'", "a" * 80])
async def test_any_text_comes_back_as_it_was_sent(client: httpx.AsyncClient, value: str) -> None:
    assert (await client.patch(ADA, json={"City": value})).status_code == 204
    assert (await client.get(ADA)).json()["City"] == value


async def test_a_read_is_utf_8_json(client: httpx.AsyncClient) -> None:
    answer = await client.get(ADA)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
