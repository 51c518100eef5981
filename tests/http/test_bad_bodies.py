from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import process_time

import httpx
import pytest
from support import INSTANCE
from support.process import LONG_S, scaled

from function_app.operations.shapes import ErrorBody

ADA = f"/instances/{INSTANCE}/data/Customer/ada"
ROOM = f"/instances/{INSTANCE}"
JSON = {"Content-Type": "application/json"}
LIMIT = 256 * 1024
CPU_SECONDS = scaled(3)


async def send(client: httpx.AsyncClient, content: bytes, verb: str = "PATCH", path: str = ADA) -> httpx.Response:
    begun = process_time()
    async with asyncio.timeout(LONG_S):
        answer = await client.request(verb, path, content=content, headers=JSON)
    assert process_time() - begun < CPU_SECONDS
    return answer


@pytest.fixture(autouse=True)
async def reads_as_before(client: httpx.AsyncClient) -> AsyncIterator[None]:
    """Assert after each test that the customer has not changed and can be updated."""
    before = (await client.get(ADA, params={"explain": "true"})).content
    yield
    assert (await client.get(ADA, params={"explain": "true"})).content == before
    assert (await send(client, b'{"City":"Bergen"}')).status_code == 204


def refused(answer: httpx.Response, code: str = "MalformedJson", status: int = 400) -> str:
    problem = answer.json()
    assert (answer.status_code, problem["errorCode"]) == (status, code), problem
    assert problem.keys() == ErrorBody.__annotations__.keys()
    message: str = problem["message"]
    return message


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"City=Bergen", 1, 1),
        (b'{"City": }', 1, 10),
        (b'{\n  "City": "Bergen",\n  "Points": 1,,\n}', 3, 15),
        (b'{"City": "Bergen"} x', 1, 20),
        (b"{'City': 'Bergen'}", 1, 2),
        (b'{"City": "Ber\ngen"}', 1, 14),
        (b'{"City": "\\x41"}', 1, 11),
        (b'{"Points": 01}', 1, 13),
        (b'{"City": "Bergen"', 1, 18),
    ],
)
async def test_what_is_not_json_is_refused_with_line_and_column(
    client: httpx.AsyncClient, content: bytes, line: int, column: int
) -> None:
    message = refused(await send(client, content))
    assert f"line {line}, column {column}" in message


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
async def test_constants_that_are_no_json_are_refused(client: httpx.AsyncClient, constant: str) -> None:
    assert constant in refused(await send(client, f'{{"Value": {constant}}}'.encode()))


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "1" + "0" * 5000, "1e-99999999999999999999", "0e99999999999999999999"]
)
async def test_numbers_no_reader_could_hold_are_refused(client: httpx.AsyncClient, number: str) -> None:
    answer = await send(client, f'{{"Value": {number}}}'.encode())
    assert answer.status_code == 400
    assert answer.json()["errorCode"] in {"MalformedJson", "OutOfRange", "WrongType"}


@pytest.mark.parametrize(
    "content",
    [
        b'{"City": "Bergen", "City": "Moss"}',
        b'{"City": "Bergen", "\\u0043ity": "Moss"}',
        json.dumps('{"City": "Bergen", "City": "Moss"}').encode(),
    ],
)
async def test_a_member_that_occurs_twice_is_refused_by_name(client: httpx.AsyncClient, content: bytes) -> None:
    assert "'City'" in refused(await send(client, content))


async def test_one_repeated_member_among_thousands_is_found_quickly(client: httpx.AsyncClient) -> None:
    names = [f"{n:x}" for n in range(28_000)]
    content = "{" + ",".join(f'"{name}":1' for name in [*names, names[-1]]) + "}"
    assert f"'{names[-1]}'" in refused(await send(client, content.encode()))


async def test_a_member_named_by_half_a_surrogate_pair_that_occurs_twice_is_refused(client: httpx.AsyncClient) -> None:
    refused(await send(client, b'{"\\ud800": 1, "\\ud800": 2}'))


@pytest.mark.parametrize("opening", [b"[", b'{"City":', b'{"City":['])
@pytest.mark.parametrize("verb", ["PATCH", "PUT"])
async def test_a_hundred_thousand_brackets_are_refused(client: httpx.AsyncClient, opening: bytes, verb: str) -> None:
    content = opening * min(100_000, LIMIT // len(opening))
    refused(await send(client, content, verb, ADA if verb == "PATCH" else ROOM))


async def test_a_body_is_nested_at_most_sixty_four_deep(client: httpx.AsyncClient) -> None:
    for depth, code in ((63, "WrongType"), (64, "MalformedJson")):
        plain = b'{"City": ' + b"[" * depth + b"]" * depth + b"}"
        for content in (plain, json.dumps(plain.decode()).encode()):
            assert (await send(client, content)).json()["errorCode"] == code
    assert "64" in refused(await send(client, plain))
    wide = b'{"City": [' + b"[]," * 100 + b"[]]}"
    assert (await send(client, wide)).json()["errorCode"] == "WrongType"


async def test_no_depth_of_nesting_makes_the_service_fail(client: httpx.AsyncClient) -> None:
    for depth in [*range(100, 800, 100), *range(800, 1_010, 3), 2_000, 20_000]:
        for start in (b"", b'{"Name": "\\u0041", '):
            content = (start or b"{") + b'"City": ' + b"[" * depth + b"]" * depth + b"}"
            answer = await send(client, content)
            assert (depth, answer.status_code) == (depth, 400)
            assert answer.json()["errorCode"] in {"WrongType", "UnknownAttribute", "MalformedJson"}


@pytest.mark.parametrize(
    "content",
    [
        b'{"City": "\\ud800"}',
        b'{"City": "\\udc00\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"City": "\xed\xa0\x80"}',
        json.dumps('{"City": "\\ud800"}').encode(),
        '{"City": "\\ud800"}'.encode("utf-16"),
    ],
    ids=["high", "wrong way round", "name", "encoded in bytes", "twice encoded", "utf-16"],
)
async def test_half_a_surrogate_pair_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    refused(await send(client, content))


@pytest.mark.parametrize(
    "content", [b'{"City": "\xff"}', b'{"City": "\xc3"}', b'{"City": "\xc0\xaf"}', "{'Å': 1}".encode("latin-1")]
)
async def test_bytes_that_are_no_utf_8_are_refused(client: httpx.AsyncClient, content: bytes) -> None:
    assert "UTF-8" in refused(await send(client, content))


@pytest.mark.parametrize("content", [b"[]", b"5", b"null", b"true", b'"Bergen"', b'"[1]"', b'"5"', b'"\\"{}\\""'])
async def test_json_that_is_no_object_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await send(client, content)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == ("MalformedJson" if content == b'"Bergen"' else "NotAnObject")


async def test_a_body_may_have_256_kb_and_not_a_byte_more(client: httpx.AsyncClient) -> None:
    empty = b"{}".ljust(LIMIT)
    assert refused(await send(client, empty), "EmptyBody")
    message = refused(await send(client, empty + b" "), "BodyTooLarge", 413)
    assert "256 KB" in message
    assert "257 KB" in message
    refused(await send(client, empty + b" ", "PUT", ROOM), "BodyTooLarge", 413)


async def test_a_definition_may_have_20_000_members_and_not_one_more(client: httpx.AsyncClient) -> None:
    for members, code, status in ((20_000, "InvalidDefinition", 400), (20_001, "BodyTooLarge", 413)):
        content = json.dumps(dict.fromkeys(map(str, range(members)), 0), separators=(",", ":")).encode()
        message = refused(await send(client, content, "PUT", ROOM), code, status)
    assert message == "The body may have at most 20000 members and objects."


async def test_faults_beyond_what_a_list_can_say_are_only_counted(client: httpx.AsyncClient) -> None:
    content = json.dumps({f"x{number}": 0 for number in range(2_001)}).encode()
    message = refused(await send(client, content, "PUT", ROOM), "InvalidDefinition")
    assert message == "The body has 2003 faults; compare its form with the documentation."


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ({}, "Content-Type"),
        ({"Content-Type": "text/plain"}, "Content-Type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "Content-Type"),
        ({"Content-Type": "application/xml"}, "Content-Type"),
        ({"Content-Type": "application/json; charset=latin-1"}, "Content-Type"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, "Content-Encoding"),
        ({"Content-Type": "application/json", "Content-Encoding": "br"}, "Content-Encoding"),
    ],
)
async def test_other_media_and_encodings_are_refused(
    client: httpx.AsyncClient, headers: dict[str, str], target: str
) -> None:
    answer = await client.patch(ADA, content=b'{"City": "Moss"}', headers=headers)
    refused(answer, "UnsupportedMediaType", 415)
    assert answer.json()["target"] == target
