"""The inputs and outputs of an operation, with references followed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from connector.lint.json_value import Json, as_list, as_object, follow, point


@dataclass(frozen=True, eq=False)
class Field:
    """One input or output of an operation.

    `path` starts with the parameter's name for an input and is empty for a whole output; `*` is the items of an
    array. `value` is the parameter or property itself and `schema` its type: they differ for a body parameter only.
    `place` is a parameter's `in`, or `output`.
    """

    path: str
    where: str
    value: Json
    schema: Json
    schema_where: str
    place: str
    required: bool
    parent: "Field | None" = None

    @property
    def root(self) -> "Field":
        """The parameter or output that contains it."""
        return self.parent.root if self.parent else self

    @property
    def internal(self) -> bool:
        """Whether it, or an object around it, is not shown to makers."""
        hidden = self.value.get("x-ms-visibility") == "internal"
        return hidden or (self.parent is not None and self.parent.internal)

    @property
    def required_throughout(self) -> bool:
        """Whether it and all objects around it are required."""
        return self.required and (self.parent is None or self.parent.required_throughout)


def with_fields(swagger: Json, field: Field, seen: frozenset[str] = frozenset()) -> Iterator[Field]:
    """Yield `field` and all fields inside it; a recursive schema is entered once."""
    yield field
    if field.schema_where in seen:
        return
    seen |= {field.schema_where}
    required = as_list(field.schema.get("required"))
    inside = [
        (name, point(field.schema_where, "properties", name), schema, name in required)
        for name, schema in as_object(field.schema.get("properties")).items()
    ]
    if isinstance(field.schema.get("items"), dict):
        inside.append(("*", point(field.schema_where, "items"), field.schema["items"], True))
    for name, at, written, is_required in inside:
        path = f"{field.path}/{name}" if field.path else name
        where, schema = follow(swagger, at, as_object(written))
        child = Field(path, where, schema, schema, where, field.place, is_required, field)
        yield from with_fields(swagger, child, seen)


def field_at(fields: Iterable[Field], path: str) -> Field | None:
    """Return the first of `fields` with that path, or None."""
    return next((field for field in fields if field.path == path), None)


def is_open(schema: Json) -> bool:
    """Return whether an object may have fields that the schema does not declare."""
    dynamic = any(key.startswith("x-ms-dynamic-") for key in schema)
    return dynamic or schema.get("additionalProperties") not in (None, False)
