"""Request targets as Kestrel and the Functions host read them: path, query parameters, and the URL a function sees."""

from __future__ import annotations

import re
from urllib.parse import quote

_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_OPEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE_IN_PATH = "/:@!$&'()*+,;=~%"


class BadTargetError(ValueError):
    """A target that is answered without asking any function; carries the status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def decode_path(raw: bytes) -> str:
    """Return a path decoded once, without `.` and `..` segments; `%2F` and what is no UTF-8 stay as they are."""
    if not raw.isascii():
        raise BadTargetError(400)
    path = _ESCAPES.sub(_decode_run, raw).decode() if b"%" in raw else raw.decode()
    if "\0" in path:
        raise BadTargetError(400)
    return _without_dots(path) if "/." in path else path


def _decode_run(match: re.Match[bytes]) -> bytes:
    """Decode a run of escapes, but its encoded slashes and the bytes that are no UTF-8."""
    parts = re.split(rb"(%2[Ff])", match[0])
    return b"".join(part if place % 2 else _utf8_only(part) for place, part in enumerate(parts))


def _utf8_only(escapes: bytes) -> bytes:
    text = bytes.fromhex(escapes.replace(b"%", b"").decode()).decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(each) - 0xDC00:02X}" if "\udc80" <= each <= "\udcff" else each for each in text).encode()


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept) or "/"


def encode_path(path: str) -> str:
    """Return a decoded path as it stands in the URL that a function sees; escapes in it stay."""
    return quote(_OPEN_PERCENT.sub("%25", path), safe=_SAFE_IN_PATH)


def parse_query(query: str) -> dict[str, str]:
    """Return parameters: repeated ones joined by a comma, names without regard to case, empty values left out."""
    found: dict[str, tuple[str, list[str]]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if value:
            key = _decode_query(name)
            _, values = found.get(key.lower(), (key, []))
            found[key.lower()] = key, [*values, _decode_query(value)]
    return {name: ",".join(values) for name, values in found.values()}


def _decode_query(text: str) -> str:
    spaced = text.replace("+", " ")
    if "%" not in spaced:
        return spaced
    return _ESCAPES.sub(lambda match: _utf8_only(match[0]), spaced.encode()).decode()
