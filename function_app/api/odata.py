"""Parse OData query options into conditions and sort orders of the domain, checked against an entity."""

from __future__ import annotations

import math
import re
from typing import Any

from function_app import error_codes
from function_app.api import odata_grammar
from function_app.domain.entity import Attribute, Entity
from function_app.domain.instant import format_instant, parse_instant
from function_app.domain.names import nearest_hint
from function_app.domain.query import AllOf, AnyOf, Compares, Condition, Equals, Not, Order, Sorting, Text, TextTest
from function_app.domain.schema import MAX_WHOLE
from function_app.domain.values import Inexact, parse_float
from function_app.errors import ServiceError

MAX_FILTER_LENGTH, MAX_DEPTH, MAX_SEARCH_TERMS = 4_000, 25, 900
_FLIPPED: dict[str, Order] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_ORDERS: dict[str, Order] = {"Lt": "lt", "LtE": "le", "Gt": "gt", "GtE": "ge"}
_TESTS: dict[str, TextTest] = {"contains": "contains", "startswith": "startswith", "endswith": "endswith"}
_LITERALS = {
    "Edm.String": (("String",), "a text in single quotes"),
    "Edm.Boolean": (("Boolean",), "true or false"),
    "Edm.Date": (("Date",), "a date like 1990-12-31"),
    "Edm.DateTimeOffset": (("DateTime",), "an instant like 2026-11-24T09:30:00Z"),
    "Edm.TimeOfDay": (("Time",), "a time of day like 09:30:00"),
    "Edm.Guid": (("GUID",), "a GUID without quotes"),
}
_NUMBER = (("Integer", "Float"), "a number")
_SEARCH_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')


def parse_filter(text: str, entity: Entity) -> Condition:
    """Parse `$filter` into a condition. Raises ServiceError with the part that is not valid."""
    if len(text) > MAX_FILTER_LENGTH:
        raise _invalid("$filter", f"may have at most {MAX_FILTER_LENGTH} characters; received {len(text)}")
    try:
        tree = odata_grammar.parse(text)
    except ValueError as error:
        raise _invalid("$filter", f"is not valid: {error}") from None
    return _Translation(entity).condition(tree)


def parse_search(text: str, entity: Entity) -> Condition:
    """Parse `$search` into a condition: each word or quoted phrase occurs in a text attribute, in any case."""
    if len(text) > MAX_FILTER_LENGTH:
        raise _invalid("$search", f"may have at most {MAX_FILTER_LENGTH} characters; received {len(text)}")
    found = _SEARCH_WORD.findall(text)
    words = [(phrase.strip() or word) for phrase, word in found if word != "AND"]
    if not words or not all(words) or text.count('"') % 2:
        raise _invalid("$search", "expects a word, or a phrase in double quotes")
    refused = {"OR", "NOT"} & {word for _, word in found}
    if refused:
        raise _invalid("$search", f"does not support {refused.pop()}; all words must be found")
    texts = [attribute.name for attribute in entity.attributes if attribute.data_type == "Edm.String"]
    if len(words) * len(texts) > MAX_SEARCH_TERMS:
        most = MAX_SEARCH_TERMS // len(texts)
        raise _invalid("$search", f"may have at most {most} words in {entity.qualified_name}; received {len(words)}")
    tests = [tuple(Text(name, "contains", word.lower(), fold=True) for name in texts) for word in words]
    return AllOf(tuple(AnyOf(of_word) for of_word in tests))


def parse_orderby(text: str, entity: Entity) -> Sorting:
    """Parse `$orderby` into an order by one attribute."""
    name, _, way = text.strip().partition(" ")
    if "," in text:
        raise _invalid("$orderby", "accepts one attribute; equal values are ordered by key")
    if way.strip() not in {"", "asc", "desc"}:
        raise _invalid("$orderby", f"expects 'asc' or 'desc' after the attribute; received '{way.strip()[:40]}'")
    return Sorting(_attribute("$orderby", name, entity).name, way.strip() == "desc")


def parse_select(text: str, entity: Entity) -> tuple[str, ...]:
    """Parse `$select` into attribute names."""
    return tuple(_attribute("$select", name.strip(), entity).name for name in text.split(","))


def _attribute(option: str, name: str, entity: Entity) -> Attribute:
    attribute = entity.by_name.get(name)
    if attribute is None:
        hint = nearest_hint(name, entity.by_name)
        raise _invalid(option, f"names '{name[:100]}', which {entity.qualified_name} does not have{hint}")
    return attribute


def _invalid(option: str, message: str) -> ServiceError:
    return ServiceError(error_codes.INVALID_QUERY(f"{option} {message}.", option))


class _Translation:
    """Translates odata-query's tree to a condition. Node classes are recognised by name."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity

    def condition(self, node: Any, depth: int = 0) -> Condition:
        if depth > MAX_DEPTH:
            raise _invalid("$filter", f"may be nested at most {MAX_DEPTH} deep")
        match _kind(node):
            case "BoolOp":
                parts = tuple(self.condition(side, depth + 1) for side in _sides(node, _kind(node.op)))
                return AllOf(parts) if _kind(node.op) == "And" else AnyOf(parts)
            case "UnaryOp" if _kind(node.op) == "Not":
                return Not(self.condition(node.operand, depth + 1))
            case "Compare":
                return self._compare(node)
            case "Call":
                return self._call(node)
        raise _invalid("$filter", f"expects conditions like City eq 'Oslo'; received only a {_kind(node)}")

    def _compare(self, node: Any) -> Condition:
        comparator, left, right = _kind(node.comparator), node.left, node.right
        flipped = _is_literal(left) and not _is_literal(right)
        if flipped:
            left, right = right, left
        if _kind(left) == "Call" and left.func.name == "tolower" and comparator in {"Eq", "NotEq"}:
            folded = Text(self._text(left.args[0]).name, "equals", self._quoted(right), fold=True)
            return folded if comparator == "Eq" else Not(folded)
        attribute = self._named(left)
        if comparator == "In":
            if _kind(right) != "List":
                raise _invalid("$filter", "expects a list after 'in', like City in ('Oslo', 'Bergen')")
            return Equals(attribute.name, tuple(_value(attribute, value) for value in right.val))
        value = _value(attribute, right)
        if comparator in {"Eq", "NotEq"}:
            equals = Equals(attribute.name, (value,))
            return equals if comparator == "Eq" else Not(equals)
        if value is None:
            raise _invalid("$filter", "compares null only with eq and ne")
        if attribute.data_type == "Edm.Boolean":
            raise _invalid("$filter", f"compares '{attribute.name}', which is true or false, only with eq and ne")
        order = _ORDERS[comparator]
        return Compares(attribute.name, _FLIPPED[order] if flipped else order, value)

    def _call(self, node: Any) -> Condition:
        test = _TESTS.get(node.func.name)
        if test is None:
            known = ", ".join([*_TESTS, "tolower"])
            raise _invalid("$filter", f"supports the functions {known}; received {node.func.name[:40]}")
        if len(node.args) != 2:  # noqa: PLR2004  # the attribute and the text
            raise _invalid("$filter", f"expects {test}(Attribute, 'text')")
        operand, fold = node.args[0], False
        if _kind(operand) == "Call" and operand.func.name == "tolower" and len(operand.args) == 1:
            operand, fold = operand.args[0], True
        return Text(self._text(operand).name, test, self._quoted(node.args[1]), fold)

    def _named(self, node: Any) -> Attribute:
        if _kind(node) != "Identifier":
            raise _invalid("$filter", "compares an attribute with a value, like City eq 'Oslo'")
        return _attribute("$filter", node.full_name(), self._entity)

    def _text(self, node: Any) -> Attribute:
        attribute = self._named(node)
        if attribute.data_type != "Edm.String":
            raise _invalid("$filter", f"uses a text function on '{attribute.name}', which is {attribute.data_type}")
        return attribute

    def _quoted(self, node: Any) -> str:
        if _kind(node) != "String" or not node.val:
            raise _invalid("$filter", "expects a text in single quotes, not empty, as the second argument")
        return str(node.val)


def _sides(node: Any, operator: str) -> list[Any]:
    """Return all operands of a chain of one operator, in order, without recursion."""
    sides, waiting = [], [node]
    while waiting:
        side = waiting.pop()
        if _kind(side) == "BoolOp" and _kind(side.op) == operator:
            waiting += [side.right, side.left]
        else:
            sides.append(side)
    return sides


def _kind(node: Any) -> str:
    return type(node).__name__


def _is_literal(node: Any) -> bool:
    return hasattr(type(node), "py_val") or _kind(node) == "UnaryOp"


def _value(attribute: Attribute, node: Any) -> Any:
    kind = _kind(node)
    if kind == "Null":
        return None
    wanted, form = _LITERALS.get(attribute.data_type, _NUMBER)
    if attribute.data_type not in _LITERALS and kind == "UnaryOp" and _kind(node.operand) in wanted:
        return -_value(attribute, node.operand)
    if attribute.data_type == "Edm.DateTimeOffset" and kind == "DateTime":
        instant = parse_instant(node.val)
        if instant and instant.tzinfo:
            return format_instant(instant)
    elif kind in wanted:
        try:
            return node.py_val.isoformat() if kind == "Date" else _plain(kind, node, attribute)
        except (ValueError, OverflowError):
            pass
    raise _invalid("$filter", f"expects {form} for '{attribute.name}' ({attribute.data_type})")


def _plain(kind: str, node: Any, attribute: Attribute) -> Any:
    match kind:
        case "Time":
            return node.py_val.isoformat(timespec="microseconds")
        case "GUID":
            return str(node.py_val).lower()
        case "Integer" | "Float":
            return _number(attribute, node.val)
        case _:
            return node.py_val


def _number(attribute: Attribute, text: str) -> float:
    """Return a number that all stores compare alike. Raises ServiceError for more digits than a double holds."""
    number = int(text) if text.lstrip("+-").isdigit() else parse_float(text)
    if not math.isfinite(float(number)):
        raise ValueError(text)
    if attribute.data_type in {"Edm.Double", "Edm.Single"}:
        return float(number)
    if isinstance(number, Inexact) or (isinstance(number, int) and abs(number) > MAX_WHOLE):
        limit = f"a double holds exactly: up to 15 digits, whole numbers up to {MAX_WHOLE}"
        raise _invalid("$filter", f"expects for '{attribute.name}' a number that {limit}; received {text[:40]}")
    return number
