"""The words of faults: what was received, and what was expected where pydantic found an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from function_app.domain.schema import TYPES

_REPEATED = 40
_KINDS = {
    "string": TYPES["string"],
    "bool": TYPES["boolean"],
    "int": TYPES["integer"],
    "float": TYPES["number"],
    "list": TYPES["array"],
    "dict": TYPES["object"],
    "model": TYPES["object"],
}
"""What is expected, by the first word of the types of pydantic's errors, like int_type and int_parsing."""


def shorten(text: str) -> str:
    """Return a text shortened for an error message."""
    return text if len(text) <= _REPEATED else text[:_REPEATED] + "…"


def received(value: Any) -> str:
    """Return a value as error messages repeat it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"'{shorten(value)}'"
        case dict():
            return "an object"
        case list():
            return "an array"
        case _:
            return shorten(repr(value))


def _one_of(expected: str) -> str:
    words = expected.replace(" or ", ", ")
    return f"must be one of {words}" if ", " in words else f"must be {words}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is required",
    "value_error": lambda limits: str(limits["error"]),
    "literal_error": lambda limits: _one_of(limits["expected"]),
    "string_too_long": lambda limits: f"may have at most {_counted(limits['max_length'], 'character')}",
    "string_too_short": lambda limits: f"must have at least {_counted(limits['min_length'], 'character')}",
    "too_long": lambda limits: f"may have at most {_counted(limits['max_length'], 'item')}",
    "too_short": lambda limits: f"must have at least {_counted(limits['min_length'], 'item')}",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']:g}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']:g}",
}


def expectation(found: Mapping[str, Any]) -> str:
    """Return what an error of pydantic expects, as the end of a sentence that begins with the name of the value."""
    sentence, kind = _SENTENCES.get(found["type"]), _KINDS.get(found["type"].partition("_")[0])
    if sentence:
        return sentence(found.get("ctx", {}))
    return f"must be {kind}" if kind else f"is not valid: {found['msg']}"
