"""HTTP/1.1 as Kestrel reads and writes it: what is refused before any function is asked, and how answers go out.

Own code, because every library for this refuses or corrects what Kestrel accepts: methods in lower case, unknown
methods, and the limits that are answered 414 and 431.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

MAX_REQUEST_LINE, MAX_HEADERS, MAX_HEADER_COUNT, MAX_BODY = 8_192, 32 * 1024, 100, 104_857_600
END_OF_HEAD = b"\r\n\r\n"
_MAX_LENGTH = 2**63 - 1
_LENGTH = re.compile(r"[0-9]+")
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r\n]+) HTTP/1\.([01])")
_ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MAX_SIZE_LINE = 300
_NO_BODY = frozenset((204, 304))
_OWN = frozenset(("date", "server", "transfer-encoding"))


class RefusedError(Exception):
    """A request that is answered with a bare status, after which the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; header names are in lower case, repeated ones joined by a comma."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    keep_alive: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """An answer as it goes out."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def parse_head(head: bytes) -> Request:
    """Return the request of a head without the empty line at its end; RefusedError for one that Kestrel refuses."""
    line, _, rest = head.partition(b"\r\n")
    if len(line) + 2 > MAX_REQUEST_LINE:
        raise RefusedError(414)
    if len(rest) > MAX_HEADERS:
        raise RefusedError(431)
    found = _REQUEST_LINE.fullmatch(line)
    if found is None or not found[2].isascii():
        raise RefusedError(400)
    headers = _parse_headers(rest)
    if "host" not in headers:
        raise RefusedError(400)
    connection = headers.get("connection", "").lower()
    keep_alive = connection != "close" if found[3] == b"1" else connection == "keep-alive"
    target = found[2]
    if not target.startswith(b"/"):
        target = _ABSOLUTE.sub(b"", target, count=1) or b"/"
    return Request(found[1].decode().upper(), target.decode(), headers, keep_alive=keep_alive)


def _parse_headers(text: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    lines = text.split(b"\r\n") if text else []
    if len(lines) > MAX_HEADER_COUNT:
        raise RefusedError(431)
    for line in lines:
        raw_name, colon, raw_value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(raw_name) or b"\r" in raw_value or b"\n" in raw_value:
            raise RefusedError(400)
        name = raw_name.decode().lower()
        try:
            value = raw_value.strip(b" \t").decode()
        except UnicodeDecodeError:
            raise RefusedError(400) from None
        if name in headers:
            if name in {"host", "content-length", "transfer-encoding"}:
                raise RefusedError(400)
            value = f"{headers[name]},{value}"
        headers[name] = value
    return headers


def body_length(headers: dict[str, str]) -> int | None:
    """Return how many bytes the body has, None where it is chunked."""
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked" or "content-length" in headers:
            raise RefusedError(400)
        return None
    text = headers.get("content-length", "0")
    digits = text.lstrip("0") or "0"
    if not _LENGTH.fullmatch(text) or len(digits) > len(str(_MAX_LENGTH)) or int(digits) > _MAX_LENGTH:
        raise RefusedError(400)  # Kestrel reads a long
    if int(digits) > MAX_BODY:
        raise RefusedError(500)
    return int(digits)


def skip_chunks(buffer: bytearray) -> bool:
    """Drop what has come of the chunks at the start of a buffer; return whether the last one was among them.

    The Functions host passes on nothing of a chunked body (azure-functions-host #4926).
    """
    while found := _SIZE.match(buffer):
        size, start = int(found[1], 16), found.end()
        if size == 0:
            end = buffer.find(b"\r\n", start)
            if buffer[start : start + 2] != b"\r\n":
                end = buffer.find(END_OF_HEAD, start) + 2  # trailers
            if end < start:
                return False
            del buffer[: end + 2]
            return True
        if len(buffer) < start + size:
            buffer[:] = b"%x\r\n" % (size - len(buffer) + start)  # the rest is a smaller chunk
            return False
        if len(buffer) < start + size + 2:
            return False
        if buffer[start + size : start + size + 2] != b"\r\n":
            raise RefusedError(400)
        del buffer[: start + size + 2]
    if len(buffer) > _MAX_SIZE_LINE or b"\r\n" in buffer[:_MAX_SIZE_LINE]:
        raise RefusedError(400)
    return False


def serialize(response: Response, request: Request | None, date: str) -> tuple[bytes, bool]:
    """Return an answer as bytes, and whether the connection stays open after it."""
    keep_alive, is_head = (request.keep_alive, request.method == "HEAD") if request else (False, False)
    headers = [(name, value) for name, value in response.headers if name.lower() not in _OWN]
    if not all(_NAME.fullmatch(name) and "\r" not in value and "\n" not in value for name, value in headers):
        return serialize(Response(500), request, date)
    if not all(value.isascii() for _, value in headers):
        kept = [header for header in headers if header[0].lower() == "content-type"]
        return serialize(Response(500, kept), request, date)
    body = b"" if response.status in _NO_BODY else response.body
    is_cut = False
    declared = next((value for name, value in headers if name.lower() == "content-length"), None)
    if declared is not None and declared != str(len(body)):
        if not (declared.isascii() and declared.isdigit()) or int(declared[:18]) < len(body):
            return serialize(Response(500), None, date)
        is_cut = True  # the rest will never come: the client sees the connection end
    elif declared is None and response.status not in _NO_BODY and not is_head:
        headers.append(("Content-Length", str(len(body))))
    lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}", f"Date: {date}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if any(name.lower() == "connection" for name, _ in headers):
        keep_alive = False
    elif not keep_alive:
        lines.append("Connection: close")
    head = "\r\n".join(lines).encode("ascii") + END_OF_HEAD
    return (head if is_head else head + body), keep_alive and not is_cut


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def http_date(seconds: float) -> str:
    """Return a time of the clock as the Date header has it."""
    return formatdate(seconds, usegmt=True)
