"""The files of a connector, read once for all rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connector.lint.json_value import Json, as_object
from connector.lint.node import Node, walk
from connector.lint.operation import Operation, read_operations

API_PROPERTIES = "apiProperties.json#/properties"


@dataclass(frozen=True)
class Document:
    """The swagger, apiProperties.json, and the other files of the folder.

    `nodes` is the swagger as written, `operations` the same with references followed. Both are read on first use, so
    that a rule on JSON types can report a swagger before its operations are read.
    """

    swagger: Json
    properties: Json = field(default_factory=dict)
    icon: bytes | None = None
    readme: str | None = None
    size: int = 0

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """All objects of the swagger, each once."""
        return tuple(walk(Node("root", "", self.swagger)))

    def of(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of `kinds` that are JSON objects."""
        return (n for n in self.nodes if n.kind in kinds and isinstance(n.value, dict))

    @property
    def info(self) -> Json:
        """The info object, or an empty object."""
        return as_object(self.swagger.get("info"))

    @property
    def api_properties(self) -> Json:
        """The object at `API_PROPERTIES` in apiProperties.json."""
        return as_object(self.properties.get("properties"))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All operations, in the order of the file."""
        return tuple(read_operations(self.swagger))

    def operation(self, operation_id: object) -> Operation | None:
        """Return the first operation with that id, or None."""
        found = (o for o in self.operations if o.operation_id and o.operation_id == operation_id)
        return next(found, None)
