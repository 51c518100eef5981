"""What tells one content from another, whatever the order of its members."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson


def canonical(content: Any) -> bytes:
    """Write JSON content so that the order of members makes no difference."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def digest(text: bytes) -> str:
    """Return a text of 64 characters that no other content has."""
    return hashlib.sha256(text).hexdigest()
