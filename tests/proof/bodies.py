"""Hostile bodies: deep, wide, long, with unusual characters and numbers, compressed."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

LIMIT = 256 * 1024
FORMATTED = ("BirthDate", "LastVisit", "Token", "Opens", "Tier", "Points", "Value", "OptIn")
REPEATING = (
    "2026-11-24T09:30:00." + "0" * 100_000 + "Z!",
    "1" * 100_000 + "!",
    "0" * 100_000 + "-",
    " " * 100_000 + "x",
    "-" * 100_000,
    "a-" * 50_000 + "!",
    "P" + "1" * 50_000 + "DT",
    "T" * 50_000,
    "+00:" * 25_000,
    "09:30:00." + "1" * 100_000 + "x",
    "0x" + "f" * 100_000,
    "１２３４-０１-０１",
    "2026-02-30",
    "٢٠٢٦-١١-٢٤",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
)
NUMBERS = (
    "1e400", "-1e400", "1e-400", "1E+999999999999", "1e10000000000", "0e99999999999", "9" * 10_000, "-" + "9" * 4_301,
    "0." + "1" * 10_000, "9223372036854775808", "-9223372036854775809", "18446744073709551616", "2147483648", "-0",
    "1.0000000000000000000000001", "123456789012345678901234567890", "0x1F", "01", "1_000", "NaN", "-Infinity",
    "Infinity", "+1", ".5", "5.", "1e", "--1", "٣",
)  # fmt: skip
TEXTS = (
    b"\\ud800", b"\\udc00\\ud800", b"\\ud83d", b"\xed\xa0\x80", b"\xff\xfe", b"\xc0\xaf", b"\xe0\x80\xaf",
    b"\xf5\x80\x80\x80", b"\xf0\x9f\x98", b"\x00", b"\\u0000", b"\x1f", b"\\u202eevil", b"\xe2\x80\xae\xe2\x81\xa6",
    b"\xef\xbf\xbf", b"\xef\xbb\xbf", b"\\uFFFF", b"\xf4\x8f\xbf\xbf", b"\\x41", b"\\u00g0", b"e\xcc\x81" * 500,
    b"\xf0\x9f\x91\xa8\xe2\x80\x8d" * 5, b"' OR '1'='1", b"'; DROP TABLE profiles; --", b"<script>alert(1)</script>",
    b"${jndi:ldap://x}", b"{{7*7}}", b"\\r\\nSet-Cookie: a=b", b"%s%n%x", b"../../etc/passwd", b"$ne",
    b"=cmd|'/c calc'!A1",
)  # fmt: skip
VALUES: tuple[Any, ...] = ({"$ne": None}, {"__proto__": 1}, [["a"]], {"a": {"b": [{}]}}, True, "", None, 1e308, [], {})
NAMES = (
    "__proto__", "constructor", "$where", "CustomerId", "pk", "_etag", "ttl", "validUntil", "@odata.id", "",
)  # fmt: skip


def attribute_bodies() -> Iterator[tuple[str, bytes]]:
    """Bodies with one attribute of `support`'s Customer each, some of them valid."""
    for raw in TEXTS:
        yield f"text {raw[:12]!r}", b'{"City": "%s"}' % raw
        yield f"name {raw[:12]!r}", b'{"%s": 1}' % raw
    for number in NUMBERS:
        for name in ("Points", "Value", "City"):
            yield f"{name} {number[:24]}", f'{{"{name}": {number}}}'.encode()
    for name in FORMATTED:
        for text in REPEATING:
            yield f"{name} '{text[:12]}' {len(text)}", json.dumps({name: text}).encode()
    for value in VALUES:
        yield f"City {value}", json.dumps({"City": value}).encode()
    for name in NAMES:
        yield f"named {name}", json.dumps({name: "x"}).encode()


def any_bodies() -> Iterator[tuple[str, bytes]]:
    """Bodies that are invalid for every operation, by their form or size."""
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}"), (b'{"City":[', b"]}"), (b'{"items":[', b"]}")):
        depth = min(100_000, LIMIT // (len(opening) + len(closing)))
        yield f"{depth} open {opening.decode()}", opening * depth
        yield f"{depth} deep {opening.decode()}", opening * depth + b"1" + closing * depth
    yield "deep in a string", json.dumps("[" * 100_000).encode()
    yield "strings in strings", b'"' + b"\\" * 200_001 + b'"'
    yield "100,000 attributes", _members(f"a{n}" for n in range(100_000))
    yield "20,000 attributes", _members(f"a{n}" for n in range(20_000))
    yield "20,000 attributes, the last twice", _members([*(f"a{n}" for n in range(20_000)), "a19999"])
    yield "500 unknown, alike, long", _members(f"Attribute_{n:03}" + "x" * 300 for n in range(500))
    yield "500 unknown, nearly known", _members(f"Attribut_{n:03}" for n in range(500))
    yield "every attribute twice", b'{"City":"a","City":"b"}'
    yield "a name as long as the body", json.dumps({"x" * 250_000: 1}).encode()
    yield "a text as long as the body", json.dumps({"City": "x" * 250_000}).encode()
    yield "escapes as long as the body", b'{"City": "' + b"\\u0041" * 40_000 + b'"}'
    yield "spaces as long as the body", b"{" + b" " * (LIMIT - 2) + b"}"
    yield "one byte too many", b"{}".ljust(LIMIT + 1)
    yield "5 MB", b'{"City": "' + b"x" * 5_000_000 + b'"}'
    yield "UTF-16", '{"City": "a"}'.encode("utf-16")
    yield "UTF-32", '{"City": "a"}'.encode("utf-32")
    yield "UTF-7", b"+AHsAIgBDAGkAdAB5ACIAOgAxAH0-"
    yield "not JSON", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"
    yield "pickle", b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94."
    yield "nothing", b" "


def batch_bodies() -> Iterator[tuple[str, bytes]]:
    """Batches that are invalid as a whole or in an item."""
    yield "500 items of nothing", _batch([{}] * 500)
    yield "501 items", _batch([{}] * 501)
    yield "items of every type", _batch([None, 1, "a", [], True, 1.5, {}])
    near = [{"CustomerId": "ada", **{f"Attribut_{n:03}{m}": 1 for m in range(9)}} for n in range(500)]
    yield "500 items of 9 nearly known", _batch(near)
    yield "items that are no array", b'{"items": {"0": {}}}'
    yield "500 items of 60 unknown", _batch([{f"a{n}": 1 for n in range(60)}] * 400)
    yield (
        "unknown customers",
        _batch([{"CustomerId": text, "City": "a"} for text in ("|", "~", "a|b", "\0", "x" * 200)]),
    )
    yield "a CustomerId of every type", _batch([{"CustomerId": value, "City": "a"} for value in VALUES])


def definitions(valid: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Instance definitions that are expensive to validate."""
    customer, *others = valid["entities"]

    def of(**changes: Any) -> bytes:
        return json.dumps({**valid, "entities": [{**customer, **changes}, *others]}, separators=(",", ":")).encode()

    many = [{"name": f"A{n // 2}", "dataType": "Edm.String"} for n in range(5_000)]
    yield "2,500 attributes, each twice", of(attributes=many)
    yield "20,000 unknown keys", of(keys=[[f"Citty{n}"] for n in range(15_000)])
    few = [{"name": f"Attribute{n}", "dataType": "Edm.String"} for n in range(2_000)]
    yield "unknown keys of 2,000 attributes", of(attributes=few, keys=[[f"Atribute{n}"] for n in range(8_000)])
    entities = [{"name": f"E{n}", "dataSourceName": "S", "entityType": "activity"} for n in range(3_000)]
    yield "3,000 entities of nothing", json.dumps({**valid, "entities": entities}).encode()
    empty = [{"name": "E", "attributes": [{}] * 430}] * 199
    yield "85,000 attributes of nothing", json.dumps({"name": "x", "entities": empty}, separators=(",", ":")).encode()
    allowed = [{"name": "City", "dataType": "Edm.Int32", "allowedValues": [f"x{n}" for n in range(500)]}] * 40
    yield "20,000 allowed values of another type", of(attributes=allowed)


def packed() -> Iterator[tuple[str, bytes, bytes]]:
    """Compressed bodies, some of them decompression bombs, each with its Content-Encoding header."""
    small, coding = b'{"City": "packed"}', b"Content-Encoding: %s\r\n"
    yield "gzip bomb", _bomb(gzip.compress), coding % b"gzip"
    yield "deflate bomb", _bomb(zlib.compress), coding % b"deflate"
    yield "gzip bomb in gzip", gzip.compress(_bomb(gzip.compress)), coding % b"gzip, gzip"
    for name in (b"gzip", b"GZIP", b"x-gzip", b"br", b"zstd", b"compress", b"identity, gzip", b"", b"*", b"gzip;q=1"):
        yield f"{name.decode()} that is none", small, coding % name
    yield "gzip unnamed", gzip.compress(small), b""
    yield "packed twice named", gzip.compress(small), coding % b"identity" + coding % b"gzip"
    yield "gzip named last as identity", gzip.compress(small), coding % b"gzip" + coding % b"identity"


def _members(names: Any) -> bytes:
    return b"{" + ",".join(f'"{name}":1' for name in names).encode() + b"}"


def _batch(items: list[Any]) -> bytes:
    return json.dumps({"items": items}, separators=(",", ":")).encode()


@cache
def _bomb(pack: Callable[[bytes], bytes]) -> bytes:
    """Return 100 MB compressed to about 100 KB."""
    return pack(b'{"City": "' + b"x" * 100_000_000 + b'"}')
