"""Values under the definition of now: a value that does not fit its attribute's type does not show.

Only the type counts: a text that is longer than a new `maxLength`, or not among new `allowedValues`, still shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from hashlib import sha256
from typing import Any

from function_app.domain.entity import Attribute, Entity
from function_app.domain.profile import Attributes, Update
from function_app.domain.schema import EDM_TYPES
from function_app.domain.values import Canonical, canonical

_DATE = (
    "(?!0000)(?:[0-9]{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    "|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9][.][0-9]{6}"
PATTERNS = {
    "date": _DATE,
    "date-time": f"{_DATE}T{_TIME}Z",
    "time": _TIME,
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
}
"""What a whole text of each format matches exactly if it is in canonical form; the same in Python, PCRE and JS."""


def fits(data_type: str, value: Any) -> bool:
    """Return whether a value other than null is of a type."""
    return _fitted(_writer(data_type), value) is not None


class Fitting:
    """The types of an entity, and what shows by them; what fits as a whole is returned as it is.

    `form` is a short digest of the types.
    """

    def __init__(self, entity: Entity) -> None:
        self.types: Mapping[str, str] = {attribute.name: attribute.data_type for attribute in entity.attributes}
        self.form = sha256(repr(sorted(self.types.items())).encode()).hexdigest()[:8]
        self._checks = {name: _check(data_type) for name, data_type in self.types.items()}

    def attributes(self, attributes: Attributes) -> Attributes:
        """Return a source profile with null in place of values that don't fit, without unknown attributes."""
        if self._all_fit(attributes):
            return attributes
        return {name: self._shown(name, value) for name, value in attributes.items() if name in self.types}

    def update(self, update: Update) -> Update:
        """Return an update without the attributes that are unknown or whose value does not fit."""
        if self._all_fit(update.attributes):
            return update
        known = {name: value for name, value in update.attributes.items() if name in self.types}
        shown = {name: self._shown(name, value) for name, value in known.items()}
        kept = {name: value for name, value in shown.items() if value is not None or known[name] is None}
        return replace(update, attributes=kept)

    def _all_fit(self, attributes: Attributes) -> bool:
        checks = self._checks
        for name, value in attributes.items():
            check = checks.get(name)
            if check is None or not (value is None or check(value)):
                return False
        return True

    def _shown(self, name: str, value: Any) -> Any:
        return None if value is None else _fitted(_writer(self.types[name]), value)


def _fitted(write: Canonical, value: Any) -> Any:
    """Return a value in the type's own form (a whole number for 12.0), None for one that is not of the type."""
    written = write(value)
    return written if written == value else None


@cache
def _writer(data_type: str) -> Canonical:
    return canonical(Attribute("", data_type, ""))


@cache
def _check(data_type: str) -> Callable[[Any], bool]:
    """Return a quick check of a value; one that fails it may still fit in another form."""
    schema = EDM_TYPES[data_type]
    match schema["type"]:
        case "string" if "format" in schema:
            match_whole = re.compile(PATTERNS[schema["format"]]).fullmatch
            return lambda value: type(value) is str and match_whole(value) is not None
        case "string":
            return lambda value: type(value) is str and "\0" not in value
        case "boolean":
            return lambda value: type(value) is bool
        case "integer":
            return partial(_is_whole, schema["minimum"], schema["maximum"])
        case _:
            return lambda value: type(value) is float or type(value) is int


def _is_whole(least: int, most: int, value: Any) -> bool:
    return type(value) is int and least <= value <= most
