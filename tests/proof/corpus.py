"""Hostile requests to the local host, each by name."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from support import INSTANCE, definition

from .bodies import any_bodies, attribute_bodies, batch_bodies, definitions, packed
from .odd import (
    ADA,
    CUSTOMERS,
    FILTERS,
    HEADERS,
    IDS,
    NO_REQUESTS,
    OPTIONS,
    PATHS,
    PLACES,
    PURCHASES,
    QUERIES,
    ROOM,
    TIMINGS,
    TOKENS,
    WIDE,
    WRITES,
)
from .wire import request

TAKING_BODIES = (
    ("PATCH", ADA), ("PATCH", f"instances/{WIDE}/data/Customer/ada"), ("POST", f"{CUSTOMERS}/batch"),
    ("POST", PURCHASES), ("POST", f"{PURCHASES}/batch"), ("POST", f"{ROOM}/data/UnifiedActivity"), ("PUT", ROOM),
    ("PUT", f"{ROOM}/rbac/principals/{INSTANCE}/assignment"),
)  # fmt: skip


@dataclass(frozen=True)
class Attack:
    """Bytes to send; with `may_close` they violate HTTP itself, so the host may close the connection silently.

    With `is_cut` they end before the request does.
    """

    name: str
    sent: bytes
    may_close: bool = False
    is_cut: bool = False


def attacks() -> Iterator[Attack]:
    """Every hostile request of the corpus."""
    return chain(_bodies(), _addresses(), _queries(), _headers(), _framing())


def _bodies() -> Iterator[Attack]:
    for name, body in any_bodies():
        for verb, path in TAKING_BODIES:
            yield Attack(f"{verb} {path}: {name}", request(verb, path, body))
    for name, body in attribute_bodies():
        yield Attack(f"update: {name}", request("PATCH", ADA, body))
    for path in (f"{CUSTOMERS}/batch", f"{PURCHASES}/batch", f"instances/{WIDE}/data/Customer/batch"):
        for name, body in batch_bodies():
            yield Attack(f"{path}: {name}", request("POST", path, body))
    for name, body in definitions(definition()):
        yield Attack(f"definition: {name}", request("PUT", ROOM, body))
    for name, body, headers in packed():
        yield Attack(f"packed: {name}", request("PATCH", ADA, body, headers))


def _addresses() -> Iterator[Attack]:
    for text in IDS:
        for place in PLACES:
            yield Attack(f"{place} {text[:30]}", request("GET", place.format(text)))
        for verb, place, body in WRITES:
            yield Attack(f"{verb} {place} {text[:30]}", request(verb, place.format(text), body))
    for path in PATHS:
        yield Attack(f"path {path[:20]}", request("GET", path))


def _queries() -> Iterator[Attack]:
    forged: Iterable[tuple[str, str]] = (
        ("$skiptoken", base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")) for token in TOKENS
    )
    filters = (("$filter", text) for text in FILTERS)
    for name, text in chain(filters, OPTIONS, forged):
        for path in (CUSTOMERS, f"{ROOM}/data/UnifiedActivity", f"{ROOM}/profile/timeline"):
            yield Attack(f"{path} {name}={text[:40]!r}", request("GET", f"{path}?{name}={_quoted(text)}"))
    for count in (1, 2, 30):
        path = f"instances/{WIDE}/data/Customer?$search={'a%20' * count}"
        yield Attack(f"search of {count} in 500 attributes", request("GET", path))
    for name, text in TIMINGS:
        yield Attack(f"{name}={text[:40]!r}", request("PATCH", f"{ADA}?{name}={_quoted(text)}", b'{"City": "a"}'))
    for raw in QUERIES:
        yield Attack(f"query {raw[:20]}", request("GET", f"{CUSTOMERS}?{raw}"))


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _headers() -> Iterator[Attack]:
    for header in HEADERS:
        breaks = b"\x00" in header or b"Expect" in header
        for verb, path, body in (("GET", ADA, b""), ("PATCH", ADA, b'{"City": "a"}')):
            yield Attack(f"{verb} {header[:50]!r}", request(verb, path, body, header + b"\r\n"), may_close=breaks)


def _framing() -> Iterator[Attack]:
    """Requests that differ from their framing; a truncated request must have no effect."""
    whole = b'{"City": "cut off"}'

    def patch(name: str, headers: bytes, body: bytes = whole, *, is_cut: bool = False) -> Attack:
        return Attack(f"frame: {name}", request("PATCH", ADA, body, headers), may_close=True, is_cut=is_cut)

    chunked, chunk = b"Transfer-Encoding: chunked\r\n", b"%x\r\n%s\r\n" % (len(whole), whole)
    yield patch("longer length than body", b"Content-Length: 1000\r\n", is_cut=True)
    yield patch("shorter length than body", b"Content-Length: 3\r\n")
    for length in (b"-1", b"99999999999999999999", b"0x10", b"1e3", b"", b"19, 19", b"+19"):
        yield patch(f"length {length.decode()}", b"Content-Length: %s\r\n" % length)
    yield patch("two lengths", b"Content-Length: 19\r\nContent-Length: 3\r\n")
    yield patch("length and chunks", b"Content-Length: 3\r\n" + chunked, chunk + b"0\r\n\r\n")
    yield patch("chunks cut off", chunked, chunk, is_cut=True)
    yield patch("a chunk cut off", chunked, b"ffff\r\n" + whole, is_cut=True)
    yield patch("a chunk of no size", chunked, b"zz\r\n" + whole)
    yield patch("a chunk of any size", chunked, b"ffffffffffffffffff\r\n" + whole)
    yield patch("chunks beyond the limit", chunked, b"10000\r\n%s\r\n" % (b" " * 65_536) * 20 + b"0\r\n\r\n")
    yield patch("a chunk with a long extension", chunked, b"13;" + b"a" * 60_000 + b"\r\n" + whole + b"\r\n0\r\n\r\n")
    yield patch("100,000 chunks", chunked, b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n")
    yield patch("chunks in gzip", b"Transfer-Encoding: gzip, chunked\r\n", chunk + b"0\r\n\r\n")
    yield patch("chunks misspelt", b"Transfer-Encoding: xchunked\r\n", chunk + b"0\r\n\r\n")
    yield patch("a header without a colon", b"Evil\r\n")
    yield patch("a folded header", b"X: a\r\n b\r\n")
    yield patch("a bare line end", b"X: a\nY: b\r\n")
    yield patch("a header of 1 MB", b"X: " + b"a" * 1_000_000 + b"\r\n")
    yield patch("a foreign host too", b"Host: evil.example\r\n")
    for sent in (*NO_REQUESTS, *_no_requests()):
        yield Attack(f"frame: {sent[:40]!r}", sent, may_close=True, is_cut=True)


def _no_requests() -> Iterator[bytes]:
    host = b"Host: localhost\r\n\r\n"
    address = f"/api/{ADA}".encode()
    yield from (
        b"%s %s HTTP/1.1\r\n%s" % (verb, address, host)
        for verb in (b"get", b"BREW", b"A" * 9_000, b"TRACE", b"CONNECT")
    )
    yield b"GET %s HTTP/1.1\r\n\r\n" % address
    yield b"GET %s HTTP/9.9\r\n%s" % (address, host)
    yield b"GET %s\r\n" % address
    yield b"GET http://evil.example%s HTTP/1.1\r\n%s" % (address, host)
    yield b"GET %s\xff\xfe HTTP/1.1\r\n%s" % (address, host)
    yield b"GET %s?a=\xff\x00 HTTP/1.1\r\n%s" % (address, host)
    yield b"GET %s#a HTTP/1.1\r\n%s" % (address, host)
    yield b"GET * HTTP/1.1\r\n" + host
    yield b"GET %s HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n" % address
    yield (b"GET %s HTTP/1.1\r\n%s" % (address, host)) * 200


def wide_definition() -> dict[str, Any]:
    """Return a definition with 500 attributes of Customer with similar names."""
    attributes = [{"name": f"Attribute_{n:03}", "dataType": "Edm.String"} for n in range(499)]
    customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]]}
    return {
        "name": "Wide",
        "entities": [{**customer, "attributes": [{"name": "CustomerId", "dataType": "Edm.String"}, *attributes]}],
    }
