"""Route templates as the Functions host reads them: ASP.NET Core's, with its constraints.

A template is compiled to a pattern over a decoded path without its first slash and the one at its end.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from function_app.local.target import BadTargetError

Predicate = Callable[[str], bool]
MAX_SEGMENTS = 64
_GUID = re.compile(r"[({]?[0-9a-f]{8}(-?)([0-9a-f]{4}\1){3}[0-9a-f]{12}[)}]?", re.IGNORECASE)
_PARAMETER = re.compile(r"(?P<star>\*{0,2})(?P<name>[^:?=*{}/]+)(?P<rest>.*)", re.DOTALL)


class InvalidTemplateError(ValueError):
    """A route template that the Functions host refuses, and with it the whole app."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template: `names` and `predicates` are by group of `pattern`, `defaults` by name."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    predicates: tuple[tuple[int, Predicate], ...]
    defaults: dict[str, str]
    least: int
    most: int

    def match(self, path: str) -> dict[str, str] | None:
        """Return the values of a path that fits, None for one that does not."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        for group, holds in self.predicates:
            value = found[group]
            if value is not None and not holds(value):
                return None
        values = {name: value for name, value in zip(self.names, found.groups(), strict=True) if value}
        return {**self.defaults, **values} if self.defaults else values


@dataclass(slots=True)
class _Parts:
    """What is gathered of a template while its segments are read."""

    names: list[str]
    predicates: list[tuple[int, Predicate]]
    defaults: dict[str, str]


def compile_template(template: str) -> Template:
    """Return a compiled template; InvalidTemplateError for one that the host refuses."""
    if template.startswith(("/", "~")) or "//" in template or "?" in re.sub(r"\{[^{}]*\}", "", template):
        raise InvalidTemplateError(f"'{template}' starts with a slash, doubles one, or holds a question mark")
    parts = _Parts([], [], {})
    segments = _split(template)
    patterns, optional, most = [], 0, len(segments)
    for place, segment in enumerate(segments):
        kind, pattern = _segment(segment, parts, is_last=place == len(segments) - 1)
        if kind == "catch-all":
            most, optional = MAX_SEGMENTS, optional + 1
        elif kind == "optional":
            optional += 1
        elif optional:
            raise InvalidTemplateError(f"'{template}' has a required segment after an optional one")
        joint = "/" if place else ""
        patterns.append(f"(?:{joint}{pattern})?" if kind != "required" else joint + pattern)
    if len({name.lower() for name in parts.names}) < len(parts.names):
        raise InvalidTemplateError(f"'{template}' names a parameter twice")
    whole = re.compile("".join(patterns), re.IGNORECASE | re.DOTALL)
    least = len(segments) - optional
    return Template(whole, tuple(parts.names), tuple(parts.predicates), parts.defaults, least, most)


def _split(template: str) -> list[str]:
    """Split at the slashes outside of parameters."""
    segments, depth, start = [], 0, 0
    for place, character in enumerate(template):
        depth += (character == "{") - (character == "}")
        if character == "/" and depth == 0:
            segments.append(template[start:place])
            start = place + 1
    if depth:
        raise InvalidTemplateError(f"'{template}' does not close every brace")
    return [*segments, template[start:]]


def _segment(segment: str, parts: _Parts, *, is_last: bool) -> tuple[str, str]:
    """Return whether a segment is required, optional or a catch-all, and its pattern."""
    pieces = re.split(r"(\{(?:[^{}]|\{\{|\}\})*\})", segment)
    if any(("{" in literal or "}" in literal) for literal in pieces[::2]):
        raise InvalidTemplateError(f"'{segment}' holds a single brace")
    if len(pieces) == 1:
        return "required", re.escape(segment)
    if any(literal == "" for literal in pieces[2:-1:2]):
        raise InvalidTemplateError(f"'{segment}' has two parameters side by side")
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:  # noqa: PLR2004  # one parameter and nothing beside it
        return _parameter(pieces[1][1:-1], parts, is_whole=True, is_last=is_last)
    for place in range(1, len(pieces), 2):
        pieces[place] = _parameter(pieces[place][1:-1], parts, is_whole=False, is_last=is_last)[1]
    return "required", "".join(piece if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))


def _parameter(text: str, parts: _Parts, *, is_whole: bool, is_last: bool) -> tuple[str, str]:
    found = _PARAMETER.fullmatch(text)
    if found is None:
        raise InvalidTemplateError(f"'{{{text}}}' has no name")
    parts.names.append(found["name"])
    rest, kind = found["rest"], "required"
    group = len(parts.names)
    for name, argument in _constraints(rest):
        parts.predicates.append((group, _predicate(name.lower(), argument)))
    tail = _after_constraints(rest)
    if tail.startswith("="):
        parts.defaults[found["name"]], kind = tail[1:], "optional"
    elif tail == "?":
        kind = "optional"
    elif tail:
        raise InvalidTemplateError(f"'{{{text}}}' can't be read")
    if found["star"]:
        if not (is_whole and is_last):
            raise InvalidTemplateError(f"'{{{text}}}' takes all that follows, so it must be the last segment")
        return "catch-all", "(.*)"
    return kind, "([^/]+)"


_CONSTRAINT = re.compile(r":(\w+)(?:\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\))?")


def _constraints(rest: str) -> list[tuple[str, str | None]]:
    found, place = [], 0
    while match := _CONSTRAINT.match(rest, place):
        found.append((match[1], match[2]))
        place = match.end()
    return found


def _after_constraints(rest: str) -> str:
    place = 0
    while match := _CONSTRAINT.match(rest, place):
        place = match.end()
    return rest[place:]


def _parses(parse: Callable[[str], object]) -> Predicate:
    def holds(value: str) -> bool:
        try:
            parse(value)
        except ValueError:
            return False
        return True

    return holds


def _int32(value: str) -> None:
    if not re.fullmatch(r"\s*[+-]?\d+\s*", value, re.ASCII) or not -(2**31) <= int(value) < 2**31:
        raise ValueError(value)


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[+-]?\d+", value, re.ASCII) else None


_PLAIN: dict[str, Predicate] = {
    "int": _parses(_int32),
    "long": lambda value: (number := _number(value)) is not None and -(2**63) <= number < 2**63,
    "decimal": _parses(float),
    "double": _parses(float),
    "float": _parses(float),
    "bool": lambda value: value.lower() in {"true", "false"},
    "guid": lambda value: _GUID.fullmatch(value) is not None,
    "datetime": _parses(datetime.fromisoformat),
    "alpha": lambda value: re.fullmatch("[a-z]*", value, re.IGNORECASE | re.ASCII) is not None,
    "required": lambda value: value != "",
}


def _predicate(name: str, argument: str | None) -> Predicate:
    if argument is None and name in _PLAIN:
        return _PLAIN[name]
    if argument is not None and name == "regex":
        return _regex(argument.replace("{{", "{").replace("}}", "}"))
    try:
        bounds = [int(part) for part in (argument or "").split(",")]
        return _bounded(name, *bounds)
    except (ValueError, TypeError, KeyError):
        raise InvalidTemplateError(f"The host knows no constraint '{name}' with '{argument}'") from None


def _regex(expression: str) -> Predicate:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # .NET reads [[ as Python does today
            pattern = re.compile(expression, re.IGNORECASE)
    except re.error:
        return _fail  # the host starts, and answers 500 where it comes to match
    return lambda value: pattern.search(value) is not None


def _fail(value: str) -> bool:  # noqa: ARG001  # any value
    raise BadTargetError(500)


def _bounded(name: str, first: int, second: int | None = None) -> Predicate:
    if name == "range" and second is not None:
        return lambda value: (number := _number(value)) is not None and first <= number <= second
    if name == "length" and second is not None:
        return lambda value: first <= len(value) <= second
    if second is not None:
        raise KeyError(name)
    bounds: dict[str, Predicate] = {
        "min": lambda value: (number := _number(value)) is not None and number >= first,
        "max": lambda value: (number := _number(value)) is not None and number <= first,
        "length": lambda value: len(value) == first,
        "minlength": lambda value: len(value) >= first,
        "maxlength": lambda value: len(value) <= first,
    }
    return bounds[name]
