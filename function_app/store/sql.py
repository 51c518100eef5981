"""Conditions as SQL, in two dialects (SQLite and Cosmos DB).

A row matches if the condition is true. `not` is moved to the leaves, where unknown and false then have the same effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from function_app.domain.fitting import PATTERNS, Fitting, fits
from function_app.domain.query import AllOf, AnyOf, Compares, Condition, Equals, Not, Text
from function_app.domain.schema import EDM_TYPES

ORDERS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OPPOSITES = {"lt": ">=", "le": ">", "gt": "<=", "ge": "<"}
Bind = Callable[[Any], str]


class Dialect(Protocol):
    """The SQL of a store for the leaves of a condition; an attribute without a type can have a value of any type."""

    types: Mapping[str, str]
    equals_by_type: bool
    """Whether values of different types are never equal."""

    def attribute(self, name: str) -> str: ...
    def has_value(self, name: str) -> str:
        """Return a test, as parts of an AND, that the attribute has a value of its type; it is never unknown."""

    def guard(self, name: str) -> str:
        """Return the test that a comparison also needs so that only values of the type match; empty if none."""

    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        """Return a test of a text; with `fold` it ignores case, and `value` is in lower case."""


def render(condition: Condition, dialect: Dialect, bind: Bind, *, wanted: bool = True) -> str:
    """Return as SQL that a condition is true, or false with `wanted=False`.

    `bind` is called with each value and returns its placeholder.
    """
    match condition:
        case Equals(name, values):
            return _equals(dialect, name, values, bind) if wanted else _differs(dialect, name, values, bind)
        case Compares(name, order, value):
            sign = (ORDERS if wanted else _OPPOSITES)[order]
            return _both(f"{dialect.attribute(name)} {sign} {bind(value)}", dialect.guard(name))
        case Text(name, test, value, fold):
            passes = dialect.text_test(test, dialect.attribute(name), bind(value), fold=fold)
            return _both(passes, dialect.guard(name)) if wanted else _both(dialect.has_value(name), f"NOT {passes}")
        case Not(part):
            return render(part, dialect, bind, wanted=not wanted)
        case AllOf(parts) | AnyOf(parts):
            word = " AND " if isinstance(condition, AllOf) == wanted else " OR "
            return "(" + word.join(render(part, dialect, bind, wanted=wanted) for part in parts) + ")"


def _equals(dialect: Dialect, name: str, values: tuple[Any, ...], bind: Bind) -> str:
    among = _among(dialect, name, values, bind)
    if among:
        among = _both(dialect.attribute(name) + " IN " + among, "" if dialect.equals_by_type else dialect.guard(name))
    if None not in values:
        return among or "(1 = 0)"
    null = f"NOT ({dialect.has_value(name)})"
    return f"({null} OR {among})" if among else f"({null})"


def _differs(dialect: Dialect, name: str, values: tuple[Any, ...], bind: Bind) -> str:
    among, has_value = _among(dialect, name, values, bind), dialect.has_value(name)
    different = f"NOT ({dialect.attribute(name)} IN {among})"  # the stand-in does not know NOT IN
    if None in values:
        return _both(has_value, different if among else "")
    return f"({different} OR NOT ({has_value}))" if among else "(1 = 1)"


def _among(dialect: Dialect, name: str, values: tuple[Any, ...], bind: Bind) -> str:
    """Return a list of those values that fit the type of the attribute; empty if none does."""
    data_type = dialect.types.get(name)
    some = [value for value in values if value is not None and (data_type is None or fits(data_type, value))]
    return f"({', '.join(map(bind, some))})" if some else ""


def _both(test: str, guard: str) -> str:
    """Return both tests in one pair of parentheses: the stand-in takes twice as long for each level of them."""
    return f"({test} AND {guard})" if guard else f"({test})"


class SqliteDialect:
    """Attributes in a column, below a path; needs the functions `unicode_lower` and `regexp`, for whole texts."""

    equals_by_type = False  # true equals 1

    def __init__(self, fitting: Fitting | None = None, column: str = "body", path: str = "$.attributes") -> None:
        self.types: Mapping[str, str] = fitting.types if fitting else {}
        self._form = fitting.form if fitting else ""
        self._column, self._path = column, path

    def attribute(self, name: str) -> str:
        return f"json_extract({self._place(name)})"

    def _place(self, name: str) -> str:
        return f"{self._column}, '{self._path}.\"{name}\"'"

    def shown(self, name: str) -> str:
        """Return what rows are ordered by: the value of the attribute if it fits the type, else null.

        In a profile that shows by the same types, every value fits.
        """
        operand = self.attribute(name)
        if name not in self.types:
            return operand
        return f"CASE WHEN form = '{self._form}' OR {self.has_value(name)} THEN {operand} END"

    def has_value(self, name: str) -> str:
        operand, kind = self.attribute(name), f"json_type({self._place(name)})"
        if name not in self.types:
            return f"{operand} IS NOT NULL"
        schema = EDM_TYPES[self.types[name]]
        match schema["type"]:
            case "string" if "format" in schema:
                return f"{kind} IS 'text' AND {operand} REGEXP '{PATTERNS[schema['format']]}'"
            case "string":
                return f"{kind} IS 'text' AND NOT {self._holds_nul(name)}"
            case "boolean":
                return f"({kind} IS 'true' OR {kind} IS 'false')"
            case "integer":
                whole = f"({kind} IS 'integer' OR ({kind} IS 'real' AND {operand} = CAST({operand} AS INTEGER)))"
                return f"{whole} AND {operand} BETWEEN {schema['minimum']} AND {schema['maximum']}"
            case _:
                return f"({kind} IS 'integer' OR {kind} IS 'real')"

    def guard(self, name: str) -> str:
        return self.has_value(name) if name in self.types else ""

    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        operand = f"unicode_lower({operand})" if fold else operand
        return {
            "equals": f"({operand} = {value})",
            "contains": f"(instr({operand}, {value}) > 0)",
            "startswith": f"(substr({operand}, 1, length({value})) = {value})",
            "endswith": f"(substr({operand}, -length({value})) = {value})",
        }[test]

    def _holds_nul(self, name: str) -> str:
        r"""Return a test that a text contains U+0000, where SQLite cuts it; `\\u0000` is a backslash and letters."""
        text = f"({self._column} -> '{self._path}.\"{name}\"')"
        return f"(instr({text}, '\\u0000') AND instr(replace({text}, '\\\\', ''), '\\u0000'))"


class CosmosDialect:
    """Documents under the alias `c`; a comparison of different types is unknown."""

    equals_by_type = True

    def __init__(self, fitting: Fitting | None = None) -> None:
        self.types: Mapping[str, str] = fitting.types if fitting else {}

    def attribute(self, name: str) -> str:
        return f'c.attributes["{name}"]'

    def has_value(self, name: str) -> str:
        """Use functions that use the index; FLOOR loads every document."""
        operand = self.attribute(name)
        if name not in self.types:
            return f"IS_DEFINED({operand}) AND NOT IS_NULL({operand})"
        schema = EDM_TYPES[self.types[name]]
        match schema["type"]:
            case "string" if "format" in schema:
                return f'IS_STRING({operand}) AND RegexMatch({operand}, "^(?:{PATTERNS[schema["format"]]})$(?!\\n)")'
            case "string":
                return f"IS_STRING({operand})"
            case "boolean":
                return f"IS_BOOL({operand})"
            case "integer":
                bounds = f"{operand} >= {schema['minimum']} AND {operand} <= {schema['maximum']}"
                return f"IS_NUMBER({operand}) AND IS_INTEGER({operand}) AND {bounds}"
            case _:
                return f"IS_NUMBER({operand})"

    def guard(self, name: str) -> str:
        """Return a test only where the JSON type is wider than the data type: 12.5 is a number, and any text a text."""
        schema = EDM_TYPES[self.types[name]] if name in self.types else {}
        is_narrow = "format" in schema if schema.get("type") == "string" else schema.get("type") == "integer"
        return self.has_value(name) if is_narrow else ""

    def text_test(self, test: str, operand: str, value: str, *, fold: bool) -> str:
        """Ignore case by the last argument of the functions, which use the index; LOWER loads every document."""
        if test == "equals":
            return f"StringEquals({operand}, {value}, true)" if fold else f"({operand} = {value})"
        return f"{test.upper()}({operand}, {value}{', true' if fold else ''})"
