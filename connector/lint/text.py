"""Checks of texts."""

import re
from urllib.parse import urlsplit

PRODUCT_NAMES = ("power apps", "power automate", "logic apps", "copilot studio")
PUNCTUATION = (".", "!", "?")

_URL = re.compile(r"\b(?:https?://|www\.)", re.IGNORECASE)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def words_in(text: str, words: tuple[str, ...]) -> list[str]:
    """Return the `words` that occur in `text` as whole words, in any case."""
    return [word for word in words if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]


def has_url(text: str) -> bool:
    """Return whether `text` contains an address."""
    return bool(_URL.search(text))


def is_absolute_url(text: str) -> bool:
    """Return whether `text` is an http(s) address with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in text


def is_email(text: str) -> bool:
    """Return whether `text` is an ASCII e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def is_title_case(text: str) -> bool:
    """Return whether `text`, and each of its words with four letters or more, starts with a capital letter."""
    words = [word.strip("()") for word in text.split()]
    long_words = [word for word in words[1:] if len(word) >= len("from") and word.isalpha()]
    return all(word[:1].isupper() for word in words[:1] + long_words if word[:1].isalpha())
