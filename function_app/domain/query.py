"""Conditions on attributes, with OData's three-valued logic: true, false, and None for unknown.

Stores translate the same tree to their query language; their results must agree with `holds`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes

Order = Literal["lt", "le", "gt", "ge"]
TextTest = Literal["equals", "contains", "startswith", "endswith"]


@dataclass(frozen=True, slots=True)
class Equals:
    """The attribute has one of the values; null is a value."""

    attribute: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Compares:
    """The attribute compares to the value in this order; unknown for null."""

    attribute: str
    order: Order
    value: Any


@dataclass(frozen=True, slots=True)
class Text:
    """The attribute's text, in lower case if `fold`, passes the test; unknown for null."""

    attribute: str
    test: TextTest
    value: str
    fold: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


Condition = Equals | Compares | Text | Not | AllOf | AnyOf

_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "equals": operator.eq,
    "contains": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}


def holds(condition: Condition, attributes: Attributes) -> bool | None:
    """Return whether the attributes meet the condition; None if null makes it unknown."""
    match condition:
        case Equals(name, values):
            return attributes.get(name) in values
        case Compares(name, order, value):
            mine = attributes.get(name)
            return None if mine is None else _ORDERS[order](mine, value)
        case Text(name, test, value, fold):
            text = attributes.get(name)
            return None if text is None else _TESTS[test](text.lower() if fold else text, value)
        case Not(part):
            held = holds(part, attributes)
            return None if held is None else not held
        case AllOf(parts):
            results = [holds(part, attributes) for part in parts]
            return False if False in results else None if None in results else True
        case AnyOf(parts):
            results = [holds(part, attributes) for part in parts]
            return True if True in results else None if None in results else False


def names_in(condition: Condition | None) -> frozenset[str]:
    """Return the names of the attributes in a condition."""
    match condition:
        case None:
            return frozenset()
        case Equals(name) | Compares(name) | Text(name):
            return frozenset((name,))
        case Not(part):
            return names_in(part)
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*(names_in(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Sorting:
    """Order by one attribute, null first, ties by key; `descending` reverses the whole order."""

    attribute: str
    descending: bool = False


def sort_key(value: Any, key: str) -> tuple[bool, Any, str]:
    """Return the sort key of a row: null before every value, then the value, then the key."""
    return (value is not None, 0 if value is None else value, key)


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a page: the sorting attribute's value and the key of its last row."""

    value: Any
    key: str


@dataclass(frozen=True, slots=True)
class ProfileQuery:
    """Merged profiles that meet a condition, in order, after a position; `count` is whether to count all that do.

    By `fitting`, a value that does not fit the type of its attribute counts as null.
    """

    condition: Condition | None
    sorting: Sorting
    fitting: Fitting
    after: Position | None = None
    count: bool = False


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """Live activities that are not hidden, by time: of one customer or all, by a condition and a period.

    `after` is the `sort` of the last activity of the page before.
    """

    customer_id: str | None = None
    condition: Condition | None = None
    since: datetime | None = None
    until: datetime | None = None
    descending: bool = True
    after: str | None = None
