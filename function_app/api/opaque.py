"""Opaque texts in addresses, which callers send back unchanged: JSON in URL-safe base64."""

from __future__ import annotations

import base64
import json
from typing import Any


def encode(content: Any) -> str:
    """Return JSON content as an opaque text."""
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(text: str) -> Any:
    """Return the content of an opaque text; None if it is none, or holds half of a surrogate pair."""
    try:
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return content
