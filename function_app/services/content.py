"""What tells one content from another, whatever the order of its members."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import orjson

_exact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(content: Any) -> bytes:
    """Write JSON content so that the order of members makes no difference."""
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits
        return _exact(content).encode()


def digest(text: bytes) -> str:
    """Return a text of 64 characters that no other content has."""
    return hashlib.sha256(text).hexdigest()
