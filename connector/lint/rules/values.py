"""Rules on single values: enums, defaults, formats."""

import re
from collections.abc import Iterator
from itertools import combinations

from connector.lint.document import Document
from connector.lint.json_value import as_list, as_object, has_type, json_type, point
from connector.lint.node import TYPED, Node
from connector.lint.rule import Problems, rule

FORMATS = {
    "string": (
        *("byte", "date", "date-time", "date-no-tz", "time", "duration", "password"),
        *("email", "html", "uri", "url", "uuid"),
    ),
    "integer": ("int32", "int64"),
    "number": ("float", "double", "decimal"),
}
SETS = ("required", "enum", "tags")


@rule("ArrayDuplicateValue")
def lists_hold_each_value_once(document: Document) -> Problems:
    for node in document.of("operation", *TYPED):
        for key in SETS:
            values = as_list(node.value.get(key))
            if any(_same(one, other) for one, other in combinations(values, 2)):
                yield point(node.where, key), "The list has a value twice; keep one."


def _same(one: object, other: object) -> bool:
    return one == other and json_type(one) == json_type(other)


@rule("EnumMustContainAtLeastOneElement")
def enums_are_not_empty(document: Document) -> Problems:
    for node in document.of(*TYPED):
        if node.value.get("enum") == []:
            yield point(node.where, "enum"), "The enum is empty; list its values or remove it."


@rule("InvalidEnumValue")
def enum_values_have_the_type(document: Document) -> Problems:
    for node in document.of(*TYPED):
        expected = node.value.get("type")
        for index, value in enumerate(as_list(node.value.get("enum"))):
            if expected and not has_type(value, expected):
                where = point(node.where, "enum", index)
                yield where, f"{value!r} is {json_type(value)}, not {expected}; convert it."


@rule("DefaultValueMustMatchType")
def defaults_have_the_type(document: Document) -> Problems:
    for node in document.of(*TYPED):
        expected, enum = node.value.get("type"), node.value.get("enum")
        value = node.value.get("default")
        where = point(node.where, "default")
        if "default" in node.value and expected and not has_type(value, expected):
            yield where, f"The default is {json_type(value)}, the value {expected}; convert it."
        elif "default" in node.value and enum and value not in enum:
            yield where, f"The default {value!r} is not in the enum; choose one that is."


@rule("UnrecognizedTypeFormat")
def formats_are_known(document: Document) -> Problems:
    for node in document.of(*TYPED):
        kind, form = node.value.get("type"), node.value.get("format")
        if form is not None and form not in FORMATS.get(str(kind), ()):
            yield point(node.where, "format"), f"The format {form!r} of {kind} is unknown; remove it."


@rule("PatternShouldBeValidRegularExpression")
def patterns_compile(document: Document) -> Problems:
    for node in document.of(*TYPED):
        try:
            re.compile(str(node.value.get("pattern", "")))
        except re.error as error:
            yield point(node.where, "pattern"), f"The pattern does not compile: {error}."


def _displayed(document: Document) -> Iterator[tuple[Node, str, list[object]]]:
    for node in document.of(*TYPED):
        entries = [as_object(e) for e in as_list(node.value.get("x-ms-enum-values"))]
        if entries:
            yield node, point(node.where, "x-ms-enum-values"), [e.get("value") for e in entries]


@rule("DuplicateEnumValuesInExtension")
def enum_values_are_displayed_once(document: Document) -> Problems:
    for _, where, values in _displayed(document):
        if any(_same(one, other) for one, other in combinations(values, 2)):
            yield where, "The list has a value twice; keep one."


@rule("InvalidEnumValuesExtensionValue")
def displayed_values_are_in_the_enum(document: Document) -> Problems:
    for node, where, values in _displayed(document):
        for index, value in enumerate(values):
            if value not in as_list(node.value.get("enum")):
                yield point(where, index), f"{value!r} is not in the enum; add it there."
