"""Rules on `$ref`."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_text, point
from connector.lint.node import Node
from connector.lint.rule import Check, Problems, rule

# The kind of object, its word in Microsoft's rule names, and where its definitions stand.
_HOMES = (
    ("schema", "Schema", "#/definitions/"),
    ("parameter", "Parameter", "#/parameters/"),
    ("response", "Response", "#/responses/"),
)


def _references(document: Document, kind: str) -> Iterator[tuple[Node, str]]:
    for node in document.of(kind):
        if "$ref" in node.value:
            yield node, as_text(node.value["$ref"])


def _points_home(ref: str, home: str) -> bool:
    return ref.startswith(home) and "/" not in ref.removeprefix(home)


def _not_valid(kind: str, home: str) -> Check:
    def check(document: Document) -> Problems:
        for node, ref in _references(document, kind):
            if not _points_home(ref, home):
                yield point(node.where, "$ref"), f"{ref!r} is not followed; start it {home!r}."

    return check


def _not_found(kind: str, home: str) -> Check:
    def check(document: Document) -> Problems:
        for node, ref in _references(document, kind):
            if _points_home(ref, home) and not document.has(ref):
                yield point(node.where, "$ref"), f"{ref!r} is not defined; define it or point on."

    return check


def _only_a_reference(kind: str) -> Check:
    def check(document: Document) -> Problems:
        for node, ref in _references(document, kind):
            if node.parent and node.parent.kind == "root":
                yield node.where, f"It is only a reference to {ref!r}; write it out."

    return check


for _kind, _word, _home in _HOMES:
    rule(f"{_word}ReferenceNotValid")(_not_valid(_kind, _home))
    rule(f"{_word}ReferenceNotFound")(_not_found(_kind, _home))
    rule(f"{_word}RefLoopNotAllowed")(_only_a_reference(_kind))


@rule("AdditionalPropertyNotAllowedAdjacentToRef")
def references_stand_alone(document: Document) -> Problems:
    for kind, _, _ in _HOMES:
        for node, _ in _references(document, kind):
            beside = [key for key in node.value if key != "$ref"]
            if beside:
                yield node.where, f"{', '.join(beside)} beside $ref is ignored; move or inline it."


@rule("RequiredLoopInSchemaNotAllowed")
def required_fields_do_not_loop(document: Document) -> Problems:
    for node in document.of("schema"):
        if node.parent and node.parent.kind == "root" and _loops(document, node):
            yield node.where, f"{node.key!r} needs itself; make one field on the way optional."


def _loops(document: Document, start: Node) -> bool:
    seen: set[str] = set()
    waiting = [(start.where, start.value)]
    while waiting:
        where, schema = waiting.pop()
        for name, written in schema.get("properties", {}).items():
            if name in schema.get("required", []) and isinstance(written, dict):
                at, value = document.follow(point(where, "properties", name), written)
                if at == start.where:
                    return True
                if at not in seen:
                    seen.add(at)
                    waiting.append((at, value))
    return False
