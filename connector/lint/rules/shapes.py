"""Rules on the JSON: the keys of an object and their types.

The other rules rely on the types, so they run only if `JsonTypeIncorrect` finds nothing.
"""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import has_type, json_type, point
from connector.lint.node import CHILDREN, Node
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
            if key not in node.value:
                yield node.where, f"{key!r} is missing; add it."


@rule("OneOfPropertiesRequired")
def a_choice_is_made(document: Document) -> Problems:
    for node, shape in _shaped(document):
        if shape.one_of and not set(shape.one_of) & set(node.value):
            yield node.where, f"One of {', '.join(shape.one_of)} is needed; add it."


@rule("ExtensionNameNotValid")
def unknown_keys_are_extensions(document: Document) -> Problems:
    """Find unknown keys: newer JSON Schema keywords, and those of Swagger 2.0 that the platform rejects or ignores."""
    for node, shape in _shaped(document):
        if shape.open:
            for key in node.value:
                known = key in shape.keys or key in CHILDREN.get(node.kind, ())
                if not known and (key.startswith("x-ms-") or not key.startswith("x-")):
                    message = f"{key!r} is not known here; remove it, or add it to connector/lint/shape.py."
                    yield point(node.where, key), message


@rule("AdditionalPropertyNotAllowed")
def closed_objects_hold_only_their_keys(document: Document) -> Problems:
    for node, shape in _shaped(document):
        if not shape.open:
            known = ", ".join(shape.keys)
            for key in node.value:
                if key not in shape.keys:
                    yield point(node.where, key), f"{key!r} is not allowed here; only {known} are."
