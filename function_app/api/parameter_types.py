"""Types of parameters: how a text is parsed, and its schema in Swagger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from function_app.api.parameter import ParameterType
from function_app.domain.instant import parse_instant

T = TypeVar("T")
Word = TypeVar("Word", bound=str)
ANY_TEXT = ParameterType[str](str)
UNPARSED_INSTANT = ParameterType[str](str, {"type": "string", "format": "date-time"})
"""An instant that the domain parses, because its errors have separate error codes."""


def text(longest: int) -> ParameterType[str]:
    """Return the type of texts of 1 to `longest` characters."""

    def parse(text: str) -> str:
        if not 1 <= len(text) <= longest:
            msg = f"1 to {longest} characters"
            raise ValueError(msg)
        return text

    return ParameterType(parse)


def integer(least: int, most: int) -> ParameterType[int]:
    """Return the type of whole numbers in a range."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):  # noqa: PLR2004
            msg = f"a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(text)

    return ParameterType(parse, {"type": "integer", "format": "int32", "minimum": least, "maximum": most})


def enum(*words: Word) -> ParameterType[Word]:
    """Return the type of texts that are one of `words`."""
    return choice({word: word for word in words})


def choice(values: Mapping[str, T]) -> ParameterType[T]:
    """Return the type of values that are selected by name."""

    def parse(text: str) -> T:
        if text not in values:
            msg = "one of " + ", ".join(values) if len(values) > 1 else next(iter(values))
            raise ValueError(msg)
        return values[text]

    return ParameterType(parse, {"type": "string", "enum": list(values)})


def _instant(text: str) -> datetime:
    parsed = parse_instant(text)
    if parsed is None or parsed.tzinfo is None:
        msg = "an RFC 3339 instant with offset like 2026-11-24T09:30:00Z (in a URL '+' is written %2B)"
        raise ValueError(msg)
    return parsed


_TRUE_FALSE = {"true": True, "false": False}


def _true_or_false(text: str) -> bool:
    if text.lower() not in _TRUE_FALSE:
        msg = "true or false"
        raise ValueError(msg)
    return _TRUE_FALSE[text.lower()]


INSTANT = ParameterType(_instant, {"type": "string", "format": "date-time"})


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        msg = "names of fields separated by commas, like City,Email"
        raise ValueError(msg)
    return names


NAMES = ParameterType(_names)
"""The type of lists of names, separated by commas."""
BOOLEAN = ParameterType(_true_or_false, {"type": "boolean"})
