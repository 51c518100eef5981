"""The router of the Functions host: the first function by name whose template and method fit an address.

Literals have no precedence over parameters, and case does not matter: held to recordings of Microsoft's router.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from function_app.local.target import BadTargetError, decode_path
from function_app.local.templates import MAX_SEGMENTS, Template, compile_template

PREFIX = "api/"
NOT_FOUND = 404
Found = tuple[str, dict[str, str]]
_Routes = list[tuple[str, Template, frozenset[str] | None]]


class Router:
    """Finds the function of a request; InvalidTemplateError on a template that the host refuses."""

    def __init__(self, functions: Iterable[tuple[str, str, Sequence[str] | None]]) -> None:
        """Take functions by name, template and methods (None for any)."""
        self._routes: _Routes = [
            (name, compile_template(PREFIX + template), frozenset(map(str.upper, methods)) if methods else None)
            for name, template, methods in sorted(functions, key=lambda each: each[0].lower())
        ]
        self._fitting = lru_cache(maxsize=1024)(self._fitting_routes)  # by method and number of segments

    def find(self, method: str, target: str) -> Found | int:
        """Return the function of a request and its route values, or the status of an answer without one."""
        try:
            return self.route(method, decode_path(target.partition("?")[0].encode("latin-1", "replace")))
        except BadTargetError as error:
            return error.status

    def route(self, method: str, path: str) -> Found | int:
        """Return the function that a decoded path reaches."""
        bare = path[1:-1] if path.endswith("/") and len(path) > 1 else path[1:]
        for name, template, _ in self._fitting(method.upper(), min(bare.count("/") + 1, MAX_SEGMENTS)):
            values = template.match(bare)
            if values is not None:
                return name, values
        return NOT_FOUND

    def _fitting_routes(self, method: str, segments: int) -> _Routes:
        return [
            route
            for route in self._routes
            if route[1].least <= segments <= route[1].most and (route[2] is None or method in route[2])
        ]
