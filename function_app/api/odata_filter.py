"""Parse `$filter` into a condition of the domain, checked against an entity.

Importing this module imports odata-query, which takes 90 ms; so it is imported with the first `$filter`.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from odata_query import ast

from function_app.api import odata_grammar
from function_app.api.odata import MAX_LENGTH, attribute_of, invalid
from function_app.domain.entity import Attribute, Entity
from function_app.domain.instant import format_instant, parse_instant
from function_app.domain.query import AllOf, AnyOf, Compares, Condition, Equals, Not, Order, Text, TextTest
from function_app.domain.schema import MAX_WHOLE
from function_app.domain.values import Inexact, parse_float
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError

MAX_DEPTH = 25
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_PATH = re.compile(r"[\w$@]*/[\w$]*")
_SHOWN, _MAX_FAULTS = 20, 20
_FLIPPED: dict[type[Any], type[Any]] = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_ORDERS: dict[type[Any], Order] = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge"}
_TESTS: dict[str, TextTest] = {"contains": "contains", "startswith": "startswith", "endswith": "endswith"}
_LITERALS = (
    *(ast.Null, ast.Boolean, ast.String, ast.Integer, ast.Float, ast.UnaryOp, ast.GUID, ast.Geography, ast.List),
    *(ast.Date, ast.Time, ast.DateTime, ast.Duration),
)
_FORMS = {
    "Edm.String": "a text in single quotes",
    "Edm.Boolean": "true or false",
    "Edm.Date": "a date like 1990-12-31",
    "Edm.DateTimeOffset": "an instant like 2026-11-24T09:30:00Z",
    "Edm.TimeOfDay": "a time of day like 09:30:00",
    "Edm.Guid": "a GUID without quotes",
}


def parse_filter(text: str, entity: Entity) -> Condition:
    """Parse `$filter` into a condition. Raises ServiceError with the parts that are not valid."""
    if len(text) > MAX_LENGTH:
        raise invalid("$filter", f"may have at most {MAX_LENGTH} characters; received {len(text)}")
    bare = _QUOTED.sub("''", text)
    slash = bare.find("/")
    if slash >= 0:  # before the parser, whose time for a path grows with the square of its length
        path = _PATH.search(bare[max(0, slash - _SHOWN) : slash + _SHOWN])
        raise invalid("$filter", f"accepts no paths; '{path.group() if path else ''}' is not the name of an attribute")
    try:
        tree = odata_grammar.parse(text.strip())
    except ValueError as error:
        raise invalid("$filter", f"is not valid: {error}") from None
    return _Translation(entity).condition(tree)


class _Translation:
    """Translates odata-query's tree to a condition."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity

    def condition(self, node: Any, depth: int = 0) -> Condition:
        if depth > MAX_DEPTH:
            raise invalid("$filter", f"may be nested at most {MAX_DEPTH} deep")
        match node:
            case ast.BoolOp(op=ast.And()):
                return AllOf(self._each(_sides(node, ast.And), depth + 1))
            case ast.BoolOp(op=ast.Or()):
                return AnyOf(self._each(_sides(node, ast.Or), depth + 1))
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return (
                    self._flag(part, is_set=False)
                    if isinstance(part, ast.Identifier)
                    else Not(self.condition(part, depth + 1))
                )
            case ast.Compare():
                return self._compare(_attribute_first(node))
            case ast.Call():
                return self._call(node)
            case ast.Identifier():
                return self._flag(node)
        raise invalid("$filter", "expects conditions like City eq 'Oslo'; received a value without a comparison")

    def _each(self, sides: list[Any], depth: int) -> tuple[Condition, ...]:
        """Return the conditions of all sides. Raises ServiceError with the faults of all, up to a limit."""
        conditions: list[Condition] = []
        faults: list[ErrorDetail] = []
        for side in sides:
            try:
                conditions.append(self.condition(side, depth))
            except ServiceError as error:
                faults += [fault for fault in error.faults if fault not in faults]
                if len(faults) >= _MAX_FAULTS:
                    break
        if faults:
            raise ServiceError(*faults)
        return tuple(conditions)

    def _flag(self, node: Any, *, is_set: bool = True) -> Condition:
        attribute = self._named(node)
        if attribute.data_type != "Edm.Boolean":
            raise invalid("$filter", f"expects a comparison of '{attribute.name}', like {attribute.name} ne null")
        return Equals(attribute.name, (is_set,))

    def _compare(self, node: Any) -> Condition:
        match node:
            case ast.Compare(comparator=ast.NotEq()):
                return Not(self._compare(replace(node, comparator=ast.Eq())))
            case ast.Compare(comparator=ast.Eq(), left=ast.Call(func=ast.Identifier(name="tolower"), args=[operand])):
                return Text(self._text(operand).name, "equals", self._quoted(node.right), fold=True)
            case ast.Compare(comparator=ast.Eq(), left=ast.Call(), right=ast.Boolean(val=value)):
                test = self._call(node.left)
                return test if value.lower() == "true" else Not(test)
        attribute = self._named(node.left)
        match node:
            case ast.Compare(comparator=ast.In(), right=ast.List(val=values)):
                return Equals(attribute.name, tuple(_value(attribute, value) for value in values))
            case ast.Compare(comparator=ast.In()):
                raise invalid("$filter", "expects a list after 'in', like City in ('Oslo', 'Bergen')")
            case ast.Compare(comparator=ast.Eq()):
                return Equals(attribute.name, (_value(attribute, node.right),))
        value = _value(attribute, node.right)
        if value is None:
            raise invalid("$filter", "compares null only with eq and ne")
        if attribute.data_type == "Edm.Boolean":
            raise invalid("$filter", f"compares '{attribute.name}', which is true or false, only with eq and ne")
        return Compares(attribute.name, _ORDERS[type(node.comparator)], value)

    def _call(self, node: Any) -> Condition:
        test = _TESTS.get(node.func.name)
        if test is None:
            raise _unknown_function(node.func)
        match node.args:
            case [ast.Call(func=ast.Identifier(name="tolower"), args=[operand]), text]:
                return Text(self._text(operand).name, test, self._quoted(text), fold=True)
            case [operand, text]:
                return Text(self._text(operand).name, test, self._quoted(text))
        raise invalid("$filter", f"expects {test}(Attribute, 'text')")

    def _named(self, node: Any) -> Attribute:
        match node:
            case ast.Identifier():
                return attribute_of("$filter", node.full_name(), self._entity)
            case ast.Call(func=function) if function.name not in {*_TESTS, "tolower"}:
                raise _unknown_function(function)
            case ast.BinOp():
                raise invalid("$filter", "compares attributes with values, and can not calculate")
        raise invalid("$filter", "compares an attribute with a value, like City eq 'Oslo'")

    def _text(self, node: Any) -> Attribute:
        attribute = self._named(node)
        if attribute.data_type != "Edm.String":
            raise invalid("$filter", f"uses a text function on '{attribute.name}', which is {attribute.data_type}")
        return attribute

    def _quoted(self, node: Any) -> str:
        if isinstance(node, ast.Call) and node.func.name == "tolower" and len(node.args) == 1:
            return self._quoted(node.args[0]).lower()
        if not isinstance(node, ast.String) or not node.val:
            raise invalid("$filter", "expects a text in single quotes, not empty, as the second argument")
        return str(node.val)


def _unknown_function(function: Any) -> ServiceError:
    known = ", ".join([*_TESTS, "tolower"])
    return invalid("$filter", f"supports the functions {known}; received {function.name[:40]}")


def _sides(node: Any, operator: type[Any]) -> list[Any]:
    """Return all operands of a chain of one operator, in order, without recursion."""
    sides, waiting = [], [node]
    while waiting:
        side = waiting.pop()
        if isinstance(side, ast.BoolOp) and isinstance(side.op, operator):
            waiting += [side.right, side.left]
        else:
            sides.append(side)
    return sides


def _attribute_first(node: Any) -> Any:
    """Return a comparison with its literal on the right, if one side is a literal."""
    if not isinstance(node.left, _LITERALS) or isinstance(node.right, _LITERALS):
        return node
    kind = type(node.comparator)
    return ast.Compare(_FLIPPED.get(kind, kind)(), node.right, node.left)


def _value(attribute: Attribute, node: Any) -> Any:
    """Return a literal as the store has the values of this attribute. Raises ServiceError for another type."""
    if isinstance(node, ast.Null):
        return None
    try:
        value = _of_type(attribute, node)
    except (ValueError, OverflowError):
        value = None
    if value is None:
        form = _FORMS.get(attribute.data_type, "a number")
        raise invalid("$filter", f"expects {form} for '{attribute.name}' ({attribute.data_type})")
    return value


def _of_type(attribute: Attribute, node: Any) -> Any:
    value: Any = None
    match attribute.data_type, node:
        case ("Edm.String", ast.String()) | ("Edm.Boolean", ast.Boolean()):
            value = node.py_val
        case "Edm.String", ast.GUID():  # a GUID that is kept as text, like the CustomerId of an activity
            value = str(node.val).lower()
        case "Edm.Date", ast.Date():
            value = node.py_val.isoformat()
        case "Edm.DateTimeOffset", ast.DateTime():
            instant = parse_instant(node.val)
            value = format_instant(instant) if instant and instant.tzinfo else None
        case "Edm.TimeOfDay", ast.Time():
            value = node.py_val.isoformat(timespec="microseconds")
        case "Edm.Guid", ast.GUID() | ast.String():
            value = str(UUID(str(node.val)))
        case kind, _ if kind in _FORMS:
            pass  # a literal of another type
        case _, ast.UnaryOp(op=ast.USub(), operand=ast.Integer(val=text) | ast.Float(val=text)):
            value = -_number(attribute, text)
        case _, ast.Integer(val=text) | ast.Float(val=text):
            value = _number(attribute, text)
    return value


def _number(attribute: Attribute, text: str) -> float:
    """Return a number that all stores compare alike. Raises ServiceError for more digits than a double holds."""
    number = int(text) if text.lstrip("+-").isdigit() else parse_float(text)
    if not math.isfinite(float(number)):
        raise ValueError(text)
    if attribute.data_type in {"Edm.Double", "Edm.Single"}:
        return float(number)
    if isinstance(number, Inexact) or (isinstance(number, int) and abs(number) > MAX_WHOLE):
        limit = f"a double holds exactly: up to 15 digits, whole numbers up to {MAX_WHOLE}"
        raise invalid("$filter", f"expects for '{attribute.name}' a number that {limit}; received {text[:40]}")
    return number
