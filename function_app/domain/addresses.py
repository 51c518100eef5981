"""Which ids an address can name: the Functions host changes some before any function sees them."""

from __future__ import annotations

import re

_ENCODED_SLASH = re.compile("%2[Ff]")


def decode_slashes(value: str) -> str:
    """Return a route value with its slashes: the Functions host decodes every escape of an address but %2F."""
    return _ENCODED_SLASH.sub("/", value) if "%" in value else value


def address_fault(text: str) -> str | None:
    """Return why no address can name this id, None if one can.

    The host drops segments of dots, refuses U+0000, and delivers a slash and the text %2F alike.
    """
    if not text.strip("."):
        return "consists of dots only"
    if "\0" in text:
        return "holds the character U+0000"
    if _ENCODED_SLASH.search(text):
        return "holds the text %2F, which an address can't tell from a slash"
    return None
