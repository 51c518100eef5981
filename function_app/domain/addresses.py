"""Which ids an address can name: the Functions host changes some before any function sees them."""

from __future__ import annotations

import re

_ENCODED_SLASH = re.compile("%2[Ff]")

MAX_ID_LENGTH = 100
"""The most characters of a CustomerId, of an ActivityId, and of a key that makes one."""
MAX_SOURCE_KEY_BYTES = 1_500
"""Of the 2,048 bytes that a partition key may have, what instance and entity leave to a source key."""


def source_key_fault(text: str) -> str | None:
    """Return why no key ring can hold this source key, None if one can."""
    size = len(text.encode())
    return None if size <= MAX_SOURCE_KEY_BYTES else f"may have at most {MAX_SOURCE_KEY_BYTES} bytes; this is {size}"


def decode_slashes(value: str) -> str:
    """Return a route value with its slashes: the Functions host decodes every escape of an address but %2F."""
    return _ENCODED_SLASH.sub("/", value) if "%" in value else value


def address_fault(text: str) -> str | None:
    """Return why no address can name this id, None if one can.

    The host drops segments of dots, and delivers a slash and the text %2F alike.
    """
    if not text.strip("."):
        return "consists of dots only"
    if _ENCODED_SLASH.search(text):
        return "holds the text %2F, which an address can't tell from a slash"
    return None
