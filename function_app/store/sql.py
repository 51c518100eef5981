"""Conditions as SQL, in two dialects (SQLite and Cosmos DB)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from function_app.domain.query import AllOf, AnyOf, Compares, Condition, Equals, Not, Text

ORDERS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
Bind = Callable[[Any], str]


class Dialect(Protocol):
    """The SQL of a store for the leaves of a condition; a leaf is unknown (not false) where `holds` returns None."""

    def attribute(self, name: str) -> str: ...
    def is_null(self, operand: str) -> str: ...
    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        """Return a test of a text; with `fold` it ignores case, and `value` is in lower case."""


def render(condition: Condition, dialect: Dialect, bind: Bind) -> str:
    """Return a condition as SQL; `bind` is called with each value and returns its placeholder."""
    match condition:
        case Equals(name, values):
            return _equals(dialect, dialect.attribute(name), values, bind)
        case Compares(name, order, value):
            return f"({dialect.attribute(name)} {ORDERS[order]} {bind(value)})"
        case Text(name, test, value, fold):
            return dialect.text_test(test, dialect.attribute(name), bind(value), fold=fold)
        case Not(part):
            return f"(NOT {render(part, dialect, bind)})"
        case AllOf(parts):
            return "(" + " AND ".join(render(part, dialect, bind) for part in parts) + ")"
        case AnyOf(parts):
            return "(" + " OR ".join(render(part, dialect, bind) for part in parts) + ")"


def _equals(dialect: Dialect, operand: str, values: tuple[Any, ...], bind: Bind) -> str:
    null = dialect.is_null(operand)
    some = [bind(value) for value in values if value is not None]
    if not some:
        return null if values else "(1 = 0)"
    among = f"{operand} IN ({', '.join(some)})"
    return f"({null} OR {among})" if None in values else f"(NOT {null} AND {among})"


class SqliteDialect:
    """Documents in the column `body`; needs the function `unicode_lower`."""

    def attribute(self, name: str) -> str:
        return f"json_extract(body, '$.attributes.\"{name}\"')"

    def is_null(self, operand: str) -> str:
        return f"({operand} IS NULL)"

    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        operand = f"unicode_lower({operand})" if fold else operand
        return {
            "equals": f"({operand} = {value})",
            "contains": f"(instr({operand}, {value}) > 0)",
            "startswith": f"(substr({operand}, 1, length({value})) = {value})",
            "endswith": f"(substr({operand}, -length({value})) = {value})",
        }[test]


class CosmosDialect:
    """Documents under the alias `c`."""

    def attribute(self, name: str) -> str:
        return f'c.attributes["{name}"]'

    def is_null(self, operand: str) -> str:
        return f"(NOT IS_DEFINED({operand}) OR IS_NULL({operand}))"

    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        """Ignore case by the last argument of the functions, which use the index; LOWER loads every document."""
        if test == "equals":
            return f"StringEquals({operand}, {value}, true)" if fold else f"({operand} = {value})"
        return f"{test.upper()}({operand}, {value}{', true' if fold else ''})"
