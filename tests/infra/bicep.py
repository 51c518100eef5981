"""Bicep files as Python values, from their syntax trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tree_sitter_bicep
from support import ROOT
from tree_sitter import Language, Node, Parser

INFRA = ROOT / "infra"
FILES = sorted([*INFRA.glob("*.bicep"), *INFRA.glob("modules/*.bicep")])


class Expression(str):
    """An expression that is computed at deployment, as source text."""

    __slots__ = ()


@dataclass(frozen=True)
class Parameter:
    name: str
    description: str | None
    default: Any
    is_required: bool


@dataclass(frozen=True)
class Resource:
    """A resource or module: its symbol, its type (or path), its body; `is_existing` if it is only referenced."""

    symbol: str
    type: str
    body: dict[str, Any]
    is_existing: bool

    @property
    def kind(self) -> str:
        return self.type.partition("@")[0]


@cache
def tree(path: Path) -> Node:
    return Parser(Language(tree_sitter_bicep.language())).parse(path.read_bytes()).root_node


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def text(node: Node) -> str:
    return (node.text or b"").decode()


def faults(path: Path) -> list[str]:
    found = [node for node in walk(tree(path)) if node.is_error or node.is_missing]
    return [f"{path.name}:{node.start_point.row + 1}: {text(node)[:60]}" for node in found]


def value(node: Node) -> Any:
    """Return a literal as a Python value, and everything else as an Expression."""
    read = _LITERALS.get(node.type)
    return read(node) if read else Expression(text(node))


def _string(node: Node) -> str:
    if any(child.type == "interpolation" for child in node.children):
        return Expression(text(node))
    return "".join(text(child) for child in node.named_children)


def _values(node: Node) -> list[Any]:
    return [value(child) for child in node.named_children if child.type != "comment"]


def _members(node: Node) -> Iterator[tuple[str, Any]]:
    for child in node.named_children:
        parts = [part for part in child.named_children if part.type != "comment"]
        if child.type == "object_property" and parts[0].type != "resource_declaration":
            name = value(parts[0]) if parts[0].type == "string" else text(parts[0])
            yield name, value(parts[-1])


_LITERALS: dict[str, Callable[[Node], Any]] = {
    "string": _string,
    "number": lambda node: int(text(node)),
    "boolean": lambda node: text(node) == "true",
    "null": lambda _: None,
    "array": _values,
    "object": lambda node: dict(_members(node)),
    "if_statement": lambda node: value(node.named_children[-1]),
    "for_statement": lambda node: value(node.named_children[-1]),
}


def used_names(path: Path) -> set[str]:
    """Return every name that a file uses, without those that it declares or sets."""
    return {text(node) for node in walk(tree(path)) if node.type == "identifier" and not _is_label(node)}


def _is_label(node: Node) -> bool:
    parent = node.parent
    labels = parent is not None and (parent.type == "object_property" or parent.type.endswith("_declaration"))
    return labels and parent is not None and parent.named_children[0] == node


def parameters(path: Path) -> list[Parameter]:
    found, description = [], None
    for node in tree(path).named_children:
        if node.type == "decorators":
            calls = [call for call in walk(node) if call.type == "call_expression"]
            said = [call for call in calls if text(call.named_children[0]) == "description"]
            description = text(said[0].named_children[1]) if said else None
        if node.type == "parameter_declaration":
            parts = node.named_children
            has_default = len(parts) > len(("name", "type"))
            default = value(parts[-1]) if has_default else None
            found.append(Parameter(text(parts[0]), description, default, not has_default))
        if node.type.endswith("_declaration"):
            description = None
    return found


def variable(path: Path, name: str) -> Any:
    nodes = [node for node in tree(path).named_children if node.type == "variable_declaration"]
    return next(value(node.named_children[1]) for node in nodes if text(node.named_children[0]) == name)


def outputs(path: Path) -> list[str]:
    nodes = [node for node in tree(path).named_children if node.type == "output_declaration"]
    return [text(node.named_children[0]) for node in nodes]


def resources(path: Path) -> list[Resource]:
    """Return every resource and module of a file, including nested ones."""
    found = []
    for node in walk(tree(path)):
        if node.type in ("resource_declaration", "module_declaration"):
            parts = node.named_children
            existing = any(child.type == "existing" for child in node.children)
            found.append(Resource(text(parts[0]), value(parts[1]), value(parts[-1]), existing))
    return found


def only(kind: str) -> Resource:
    """Return the one resource of this type in all files."""
    (found,) = [each for path in FILES for each in resources(path) if each.kind == kind and not each.is_existing]
    return found


def nested(symbol: str) -> Resource:
    (found,) = [each for each in resources(INFRA / "modules/api.bicep") if each.symbol == symbol]
    return found


def declared_names(path: Path) -> set[str]:
    """Return every name that a file declares, including those of loops."""
    nodes = [node for node in walk(tree(path)) if node.type.endswith("_declaration") or node.type == "for_statement"]
    loops = [node for node in walk(tree(path)) if node.type in ("loop_variable", "loop_enumerator")]
    return {text(node.named_children[0]) for node in nodes} | {text(node) for node in loops}
