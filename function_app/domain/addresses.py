"""Ids that a URL can contain: the Functions host changes some URLs before it calls a function."""

from __future__ import annotations

import re

_ENCODED_SLASH = re.compile("%2[Ff]")
_INSTANCE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")

MAX_ID_LENGTH = 100
"""The maximum length of a CustomerId, of an ActivityId, and of a key that an ActivityId is derived from."""
MAX_SOURCE_KEY_BYTES = 1_500
"""A partition key may have 2,048 bytes; this many are left for a source key beside instance and entity."""


def is_instance_id(text: str) -> bool:
    """Return whether an instance can have this id: up to 64 letters, digits and hyphens."""
    return _INSTANCE_ID.fullmatch(text) is not None


def source_key_fault(text: str) -> str | None:
    """Return why a key ring can't hold this source key; None if it can."""
    size = len(text.encode())
    return None if size <= MAX_SOURCE_KEY_BYTES else f"may have at most {MAX_SOURCE_KEY_BYTES} bytes; this is {size}"


def decode_slashes(value: str) -> str:
    """Return a route value with its slashes decoded: the Functions host decodes every escape of a URL except %2F."""
    return _ENCODED_SLASH.sub("/", value) if "%" in value else value


def address_fault(text: str) -> str | None:
    """Return why a URL can't contain this id; None if it can.

    The host removes path segments of dots, and delivers an encoded slash and the text %2F as the same value.
    """
    if not text.strip("."):
        return "consists of dots only"
    if _ENCODED_SLASH.search(text):
        return "holds the text %2F, which an address can't tell from a slash"
    return None
