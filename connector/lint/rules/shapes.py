"""Rules on the JSON itself; where a type is wrong, no other rule can be asked."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_object, has_type, json_type, point
from connector.lint.node import Node
from connector.lint.rule import Problems, rule
from connector.lint.shape import SHAPES, STRINGS, Shape


def _shaped(document: Document) -> Iterator[tuple[Node, Shape]]:
    for node in document.nodes:
        if isinstance(node.value, dict) and node.kind in SHAPES:
            yield node, SHAPES[node.kind]


def _fits(value: object, expected: str) -> bool:
    if expected == STRINGS:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    return has_type(value, expected)


@rule("JsonTypeIncorrect")
def types_are_right(document: Document) -> Problems:
    for node in document.nodes:
        if not isinstance(node.value, dict):
            yield node.where, f"This is {json_type(node.value)}; it must be object."
    for node, shape in _shaped(document):
        for key, allowed in shape.keys.items():
            expected = "string" if isinstance(allowed, tuple) else allowed
            if key in node.value and expected and not _fits(node.value[key], expected):
                found = json_type(node.value[key])
                yield point(node.where, key), f"This is {found}; it must be {expected}."


@rule("JsonValueNotInEnum")
def words_are_known(document: Document) -> Problems:
    for node, shape in _shaped(document):
        for key, allowed in shape.keys.items():
            value = node.value.get(key)
            if isinstance(allowed, tuple) and isinstance(value, str) and value not in allowed:
                words = ", ".join(allowed)
                yield point(node.where, key), f"{value!r} is not one of the values {words}."


@rule("RequiredPropertyMissing")
def required_keys_are_there(document: Document) -> Problems:
    for node, shape in _shaped(document):
        for key in shape.required:
            if key not in node.value and "$ref" not in node.value:
                yield node.where, f"{key!r} is missing; add it."


@rule("OneOfPropertiesRequired")
def a_choice_is_made(document: Document) -> Problems:
    for node, shape in _shaped(document):
        is_body = node.value.get("in") == "body"  # has a rule of its own
        if shape.one_of and not is_body and not {*shape.one_of, "$ref"} & set(node.value):
            yield node.where, f"One of {', '.join(shape.one_of)} is needed; add it."
    for node in document.of("x-ms-dynamic-list", "x-ms-dynamic-properties"):
        for name, argument in as_object(node.value.get("parameters")).items():
            if len({"value", "parameterReference"} & set(as_object(argument))) != 1:
                where = point(node.where, "parameters", name)
                yield where, "Give either 'value' or 'parameterReference', and not both."


@rule("ExtensionNameNotValid")
def unknown_keys_are_extensions(document: Document) -> Problems:
    for node, shape in _shaped(document):
        if shape.open:
            for key in node.value:
                if key not in shape.keys and not key.startswith("x-"):
                    message = f"{key!r} is unknown here; an extension's name starts with 'x-'."
                    yield point(node.where, key), message


@rule("AdditionalPropertyNotAllowed")
def closed_objects_hold_only_their_keys(document: Document) -> Problems:
    for node, shape in _shaped(document):
        if not shape.open:
            known = ", ".join(shape.keys)
            for key in node.value:
                if key not in shape.keys:
                    yield point(node.where, key), f"{key!r} is not allowed here; only {known} are."
