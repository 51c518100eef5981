"""Canonical form and digest of JSON content, independent of the order of members."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def canonical(content: Any) -> bytes:
    """Return JSON content as bytes with sorted members."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def digest(text: bytes) -> str:
    """Return the SHA-256 digest, as 64 hexadecimal characters."""
    return hashlib.sha256(text).hexdigest()
