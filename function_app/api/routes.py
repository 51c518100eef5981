"""Routes of operations. No request matches two of them.

The Functions host selects the first function by name with a matching template and verb: a literal has no precedence
over a placeholder (azure-functions-host #9876). So a placeholder excludes the literals of other operations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from function_app.api.operation import HttpMethod, Operation

ROOT = "{nothing:regex(^$)?}"
"""The template of the empty path: a host takes an empty route for the function's name, and no value is empty."""


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP function: its name, the template with constraints, and the methods it accepts."""

    name: str
    template: str
    methods: tuple[HttpMethod, ...]


class Address(NamedTuple):
    """The methods that are accepted at an operation's address, and whether `ids_follow`."""

    methods: tuple[HttpMethod, ...]
    ids_follow: bool


def make_routes(operation: Operation, operations: Sequence[Operation]) -> list[Route]:
    """Return the functions of an operation: for each path, one for each set of literals that its methods must exclude.

    The function of the operation's verb and path has the operation's id as its name; others add the number of the
    alias, or their first method.
    """
    routes = []
    for number, path in enumerate(operation.paths):
        by_template: dict[str, list[HttpMethod]] = {}
        for method in operation.methods:
            by_template.setdefault(_template(path, method, operations), []).append(method)
        name = f"{operation.id}_{number}" if number else operation.id
        routes += [
            Route(name if operation.verb in methods else f"{name}_{methods[0]}", template, tuple(methods))
            for template, methods in by_template.items()
        ]
    return routes


_split = lru_cache(maxsize=None)(lambda path: path.split("/"))  # each path is compared with every other


def _template(path: str, method: HttpMethod, operations: Sequence[Operation]) -> str:
    if not path:
        return ROOT
    segments = _split(path)
    excluded: dict[int, set[str]] = {}
    for other in (path for operation in operations if method in operation.methods for path in operation.paths):
        if found := _distinguish(segments, _split(other)):
            excluded.setdefault(found[0], set()).add(found[1])
    return "/".join(_constrain(segment, excluded.get(place)) for place, segment in enumerate(segments))


def _distinguish(segments: Sequence[str], others: Sequence[str]) -> tuple[int, str] | None:
    """Return the first place where another path has a literal for a placeholder; None if no address fits both."""
    if len(segments) != len(others):
        return None
    more_general: tuple[int, str] | None = None
    for place, (segment, other) in enumerate(zip(segments, others, strict=True)):
        if segment.startswith("{") and not other.startswith("{"):
            more_general = more_general or (place, other)
        elif other.startswith("{") and not segment.startswith("{"):
            if more_general is None:  # the other path is more general, and excludes this literal
                return None
        elif not segment.startswith("{") and segment.lower() != other.lower():
            return None
    return more_general


def _constrain(segment: str, literals: set[str] | None) -> str:
    if not literals:
        return segment
    words = "|".join(re.escape(literal) for literal in sorted(literals))
    return f"{segment[:-1]}:regex(^(?!({words})$))}}"


def allowed_methods(operation: Operation, operations: Sequence[Operation]) -> tuple[HttpMethod, ...]:
    """Return the methods that are accepted at the path of an operation, each once."""
    served: Mapping[HttpMethod, None] = {
        method: None
        for other in operations
        if other.path == operation.path
        for method in other.methods
        if method not in other.refuses
    }
    return tuple(served)


def ids_follow(operation: Operation, operations: Sequence[Operation]) -> bool:
    """Return whether a slash at the end of the operation's address shows that an id is missing.

    The list would else be the answer to a flow whose id is empty. No ids follow the parts of pages and of OData's root.
    """
    parts = _split(operation.path)
    longer = (_split(other.path) for other in operations if other.verb == operation.verb)
    return (
        parts[0] == "instances"
        and parts[-1] not in {"data", "$metadata"}
        and any(
            len(others) == len(parts) + 1
            and others[-1].startswith("{")
            and all(other.startswith("{") or other == part for other, part in zip(others, parts, strict=False))
            for others in longer
        )
    )
