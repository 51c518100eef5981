"""The swagger as written: each object once, with its pointer, without following references."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from connector.lint.json_value import as_list, as_object, point

Holds: TypeAlias = Literal["one", "list", "map"]
Children: TypeAlias = dict[str, tuple[Holds, str]]

VERBS = ("get", "put", "post", "delete", "patch")
DYNAMIC_FORMS = ("x-ms-dynamic-values", "x-ms-dynamic-list", "x-ms-dynamic-schema", "x-ms-dynamic-properties")
TYPED = ("schema", "parameter", "header", "items")
"""The kinds of nodes that declare a value's type."""

_EXTENSIONS: Children = {
    **{form: ("one", form) for form in DYNAMIC_FORMS},
    "x-ms-enum-values": ("list", "x-ms-enum-values"),
}
# By kind of object: each key with objects, how many it has, and their kind.
CHILDREN: dict[str, Children] = {
    "root": {
        "info": ("one", "info"),
        "tags": ("list", "tag"),
        "paths": ("map", "pathItem"),
        "definitions": ("map", "schema"),
        "x-ms-connector-metadata": ("list", "metadata"),
    },
    "info": {"contact": ("one", "contact")},
    "pathItem": {
        **dict.fromkeys(VERBS, ("one", "operation")),
        "x-ms-notification-content": ("one", "x-ms-notification-content"),
    },
    "x-ms-notification-content": {"schema": ("one", "schema")},
    "operation": {
        "parameters": ("list", "parameter"),
        "responses": ("map", "response"),
        "x-ms-pageable": ("one", "x-ms-pageable"),
        "x-ms-api-annotation": ("one", "x-ms-api-annotation"),
    },
    "parameter": {"schema": ("one", "schema"), "items": ("one", "items"), **_EXTENSIONS},
    "response": {"schema": ("one", "schema"), "headers": ("map", "header")},
    "header": {"items": ("one", "items")},
    "items": {"items": ("one", "items"), **_EXTENSIONS},
    "schema": {
        "properties": ("map", "schema"),
        "items": ("one", "schema"),
        "additionalProperties": ("one", "schema"),
        **_EXTENSIONS,
    },
}


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """One object of the swagger.

    `via` is the key of `parent` that contains it, `key` its name or index below that key.
    """

    kind: str
    where: str
    value: Any
    via: str = ""
    key: str = ""
    parent: "Node | None" = None

    @property
    def is_definition(self) -> bool:
        """Whether it is one of the root's definitions."""
        return self.via == "definitions"


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and all objects below it, including those with a wrong JSON type."""
    yield node
    value = as_object(node.value)
    for via, (holds, kind) in CHILDREN.get(node.kind, {}).items():
        if via in value:
            for key, child in _held(holds, value[via]):
                if _is_extension(via, key) or _is_open_flag(via, child):
                    continue
                where = point(node.where, via, *(key,) * (holds != "one"))
                yield from walk(Node(kind, where, child, via, key, node))


def _held(holds: Holds, value: object) -> list[tuple[str, Any]]:
    if holds == "one":
        return [("", value)]
    if holds == "list":
        return [(str(index), child) for index, child in enumerate(as_list(value))]
    return list(as_object(value).items())


def _is_extension(via: str, key: str) -> bool:
    return via in ("paths", "responses") and key.startswith("x-")


def _is_open_flag(via: str, child: object) -> bool:
    return via == "additionalProperties" and isinstance(child, bool)
