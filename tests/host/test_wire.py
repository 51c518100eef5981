"""Cases that Microsoft's recordings do not contain: odd lengths, chunks in pieces, and requests in one packet."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator

import azure.functions as func
import pytest
from support.process import LONG_S
from support.served import served

from function_app.local.host import Host
from function_app.local.routes import Router
from function_app.local.wire import RefusedError, body_length, skip_chunks

LENGTH: dict[str, str] = {}


def app() -> func.FunctionApp:
    made = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    async def echo(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(req.get_body() or b"none", headers=dict(LENGTH))

    made.function_name("Echo")(made.route(route="echo/{id}", methods=["GET", "POST"])(echo))
    return made


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served(Host(app())) as port:
        yield port


def answers(port: int, *pieces: bytes) -> bytes:
    """Send pieces, the last of which requests the end of the connection; return all that is received."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONG_S) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return connection.makefile("rb").read()


LAST = b"GET /api/echo/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("length", ["9999999999", "0" * 20 + "9999999999", "104857601", str(2**63 - 1)])
def test_a_length_beyond_the_limit_is_500_however_it_is_written(length: str) -> None:
    with pytest.raises(RefusedError) as refused:
        body_length({"content-length": length})
    assert refused.value.status == 500


@pytest.mark.parametrize(("length", "size"), [("0" * 5_000, 0), ("0007", 7), ("104857600", 104_857_600)])
def test_zeros_in_front_of_a_length_change_nothing(length: str, size: int) -> None:
    assert body_length({"content-length": length}) == size


@pytest.mark.parametrize("length", ["-1", "abc", "3,3", "1e3", "٣", "+1", " ", "", str(2**63), "9" * 5_000])
def test_a_length_that_is_no_whole_number_of_64_bits_is_400(length: str) -> None:
    with pytest.raises(RefusedError) as refused:
        body_length({"content-length": length})
    assert refused.value.status == 400


@pytest.mark.parametrize("length", ["abc", "-1", "1"])
def test_a_function_that_declares_a_wrong_length_is_answered_500(port: int, length: str) -> None:
    LENGTH["Content-Length"] = length
    try:
        assert answers(port, LAST).startswith(b"HTTP/1.1 500 ")
    finally:
        LENGTH.clear()


def test_requests_in_one_piece_and_a_request_in_many_are_answered_in_order(port: int) -> None:
    post = b"POST /api/echo/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n"
    together = answers(port, post + b"one" + post + b"two" + LAST)
    apart = answers(port, *(post[n : n + 1] for n in range(len(post))), b"o", b"ne", post, b"two" + LAST)
    for found in (together, apart):
        assert [part.split(b"\r\n\r\n")[1][:4] for part in found.split(b"HTTP/1.1 200 ")[1:]] == [
            b"one",
            b"two",
            b"none",
        ]


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 62914560\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n3c00000\r\n"]
)
def test_of_a_large_body_little_is_kept_in_memory(port: int, framing: bytes) -> None:
    piece = b"x" * 1_048_576
    head = b"POST /api/echo/1 HTTP/1.1\r\nHost: localhost\r\n" + framing
    end = b"\r\n0\r\n\r\n" if b"chunked" in framing else b""
    tracemalloc.start()
    try:
        found = answers(port, head, *[piece] * 60, end + LAST)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [part[:6] for part in found.split(b"HTTP/1.1 ")[1:]] == [b"200 OK", b"200 OK"]
    assert found.endswith(b"none")
    assert most < 16 * 1_048_576


@pytest.mark.parametrize("tail", [b"", b"Trailer: x\r\n"])
@pytest.mark.parametrize("cut", range(1, 30, 4))
def test_a_chunked_body_is_dropped_to_its_last_byte_wherever_it_is_cut(tail: bytes, cut: int) -> None:
    body = b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n" + tail + b"\r\n"
    buffer = bytearray(body[:cut])
    assert not skip_chunks(buffer)
    buffer += body[cut:] + b"GET"
    assert skip_chunks(buffer)
    assert buffer == b"GET"


@pytest.mark.parametrize("body", [b"x\r\n", b"-1\r\n", b"3\r\nabcd\r\n", b" 3\r\nabc\r\n", b"z" * 400])
def test_a_body_that_is_not_in_chunks_is_400(body: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        skip_chunks(bytearray(body))
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/echo/1 HTTP/1.1\nHost: localhost\n\r\n\r\n",
        b"GET /api/echo/1 HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET /api/echo/1 HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n",
        b"GET /api/echo/1 HTTP/2\r\nHost: localhost\r\n\r\n",
        b"GET  /api/echo/1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /api/echo/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"POST /api/echo/1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        b"GET /api/echo/1 HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    ],
)
def test_a_request_that_two_servers_could_read_differently_is_refused_and_the_connection_ends(
    port: int, head: bytes
) -> None:
    assert answers(port, head).startswith(b"HTTP/1.1 400 ")


def test_a_malformed_expression_lets_the_app_start_and_fails_where_it_comes_to_match() -> None:
    router = Router([("Bad", "bad/{x:regex([)}", ["GET"]), ("Good", "good", ["GET"])])
    assert router.find("GET", "/api/good") == ("Good", {})
    assert router.find("GET", "/api/bad/1") == 500


@pytest.mark.parametrize(
    ("template", "fits", "fails"),
    [("{x:INT}", "1", "a"), ("{x:long}", "9223372036854775807", "9223372036854775808"), ("{x:double}", "1.5", "a")],
)
def test_constraints_are_known_in_any_case_and_of_every_number(template: str, fits: str, fails: str) -> None:
    router = Router([("One", template, ["GET"])])
    assert router.find("GET", f"/api/{fits}") == ("One", {"x": fits})
    assert router.find("GET", f"/api/{fails}") == 404
