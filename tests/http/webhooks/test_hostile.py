from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from support.process import LONG_S
from support.receiver import Receiver, answer, receiving
from trustme import CA

from function_app.domain.subscription import Outcome, new_secret, signed_headers
from function_app.outbound.addresses import look_up, may_send_to
from function_app.outbound.post import HttpPost

SECRET = new_secret(b"0" * 32)
BODY = b'{"type": "test", "data": {"customerId": "c0"}}'


@pytest.fixture
async def inside() -> AsyncIterator[Receiver]:
    """What may not be reached."""
    async with receiving() as found:
        yield found


async def post(url: str, look: Any = None, *, loopback: bool = True, timeout_s: float = LONG_S) -> Outcome:
    sender = HttpPost(loopback=loopback, look=look, timeout_s=timeout_s)
    try:
        return await post_by(sender, url)
    finally:
        await sender.close()


def port_of(receiver: Receiver) -> str:
    return receiver.url.rpartition(":")[2].partition("/")[0]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver: Receiver, inside: Receiver, status: int) -> None:
    receiver.secrets.append(SECRET)
    receiver.judge = lambda _: answer(status, f"Location: {inside.url}")
    assert await post(receiver.url) == Outcome(status, f"it answered {status}")
    assert inside.connections == 0


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["10.0.0.1"], []]
)
async def test_a_name_that_resolves_into_a_network_is_not_connected_to(
    inside: Receiver, addresses: Sequence[str]
) -> None:
    outcome = await post(f"https://example.com:{port_of(inside)}/", lambda *_: addresses, loopback=False)
    assert outcome == Outcome(0, "its address is not public")
    assert inside.connections == 0


async def test_each_message_is_sent_to_an_address_that_was_checked_for_it(receiver: Receiver) -> None:
    """A name that resolves to a public address first and to a private one later, or the other way round."""
    answers, asked = [["127.0.0.1"], ["192.168.0.1"], ["127.0.0.1"]], list[str]()

    def look(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return answers.pop(0)

    receiver.secrets.append(SECRET)
    sender = HttpPost(loopback=True, look=look, timeout_s=LONG_S)
    url = receiver.url.replace("127.0.0.1", "localhost")
    outcomes = [await post_by(sender, url) for _ in range(3)]
    await sender.close()
    assert [outcome.failure for outcome in outcomes] == [None, "its address is not public", None]
    assert (asked, receiver.connections) == (["localhost"] * 3, 2)


async def post_by(sender: HttpPost, url: str) -> Outcome:
    return await sender(url, BODY, signed_headers(SECRET, "evt", datetime.now(UTC), BODY))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{}/", "https://127.0.0.1:{}/", "http://localhost:{}/", "https://[::1]:{}/"]
)
async def test_this_machine_is_reached_only_in_local_mode(inside: Receiver, url: str) -> None:
    outcome = await post(url.format(port_of(inside)), loopback=False)
    assert outcome == Outcome(0, "its address is not public")
    assert inside.connections == 0


async def test_an_endless_body_is_not_read(receiver: Receiver) -> None:
    async def flood(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    receiver.secrets.append(SECRET)
    receiver.reply = flood
    assert await post(receiver.url) == Outcome(200)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX: "])
async def test_an_answer_that_drips_is_given_up(receiver: Receiver, head: bytes) -> None:
    async def drip(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b"x" if head else b"")
            await writer.drain()
            await asyncio.sleep(0.05)

    receiver.secrets.append(SECRET)
    receiver.reply = drip
    assert await post(receiver.url, timeout_s=0.5) == Outcome(0, "no answer within 0.5 seconds")


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, b""]
)
async def test_what_is_no_http_answer_is_a_failure(receiver: Receiver, reply: bytes) -> None:
    async def send(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await writer.drain()

    receiver.secrets.append(SECRET)
    receiver.reply = send
    outcome = await post(receiver.url)
    assert outcome.failure == "no connection, or no HTTP answer"


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> CA:
    """An authority whose certificates are trusted."""
    made, trusting = CA(), ssl.create_default_context()
    made.configure_trust(trusting)
    monkeypatch.setattr("aiohttp.connector._SSL_CONTEXT_VERIFIED", trusting)  # made at import
    return made


def issued(authority: CA, name: str = "127.0.0.1", until: datetime | None = None) -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, not_after=until).configure_cert(tls)
    return tls


async def test_a_certificate_that_is_trusted_is_accepted(authority: CA) -> None:
    async with receiving(issued(authority)) as receiver:
        receiver.secrets.append(SECRET)
        assert await post(receiver.url) == Outcome(204)
        assert len(receiver.accepted) == 1


@pytest.mark.parametrize(
    "tls",
    [
        pytest.param(lambda _: issued(CA()), id="of an unknown authority"),
        pytest.param(lambda authority: issued(authority, "example.com"), id="of another name"),
        pytest.param(lambda authority: issued(authority, until=datetime(2026, 1, 1, tzinfo=UTC)), id="expired"),
    ],
)
async def test_nothing_is_sent_where_the_certificate_is_not_valid(
    authority: CA, tls: Callable[[CA], ssl.SSLContext]
) -> None:
    async with receiving(tls(authority)) as receiver:
        assert await post(receiver.url) == Outcome(0, "its certificate is not valid")
        assert receiver.connections == 0


async def test_a_receiver_without_tls_is_said_to_have_none() -> None:
    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer(400))
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    async with server:
        outcome = await post(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    assert outcome == Outcome(0, "no secure connection (TLS)")


@pytest.mark.parametrize(
    ("callback", "fault"),
    [
        ("https://[::1", "must be a URL"),
        ("https://exämple.com/", "must be a URL with the name of a host"),
        ("https://example.com/ä", "must be a URL with the name of a host"),
        ("https://example.com/\x7f", "must be a URL with the name of a host"),
        (f"https://example.com/{'x' * 2000}", "may have at most 2000 characters"),
        ("https://ada@example.com/", "must have no user name and no fragment"),
        ("http://localhost/", "must begin with https://"),
        ("https://localhost/", "must have a public address"),
        ("https://hook.localhost./", "must have a public address"),
        ("https://127.1/", "must have a public address"),
        ("https://example.com/", None),
    ],
)
def test_in_azure_a_callback_is_refused_with_its_reason(callback: str, fault: str | None) -> None:
    assert HttpPost().fault_of(callback) == fault


def test_names_are_looked_up_where_this_machine_looks_them_up() -> None:
    assert {"127.0.0.1", "::1"} & set(look_up("localhost", 80))


@pytest.mark.parametrize(("text", "wait"), [("120", 120.0), ("-1", None), ("soon", None), ("9" * 30, None), ("", None)])
async def test_a_wait_that_the_receiver_asks_for_is_read(receiver: Receiver, text: str, wait: float | None) -> None:
    receiver.secrets.append(SECRET)
    receiver.judge = lambda _: answer(429, f"Retry-After: {text}")
    assert await post(receiver.url) == Outcome(429, "it answered 429", wait)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        *((each, True) for each in ("93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8")),
        *((each, False) for each in ("10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1", "169.254.169.254")),
        *((each, False) for each in ("127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1")),  # noqa: S104
        *((each, False) for each in ("::1", "::", "fe80::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1")),
        *((each, False) for each in ("64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:a00:1::", "::7f00:1", "fe80::1%eth0")),
        ("example.com", False),
    ],
)
def test_only_public_addresses_may_be_sent_to(address: str, allowed: bool) -> None:
    assert may_send_to(address, loopback=False) is allowed
