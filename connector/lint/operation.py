"""The swagger as it is used: operations and their fields, references followed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from connector.lint.json_value import Json, as_list, as_object, as_text


@dataclass(frozen=True, eq=False)
class Field:
    """One value an operation takes or gives.

    `path` starts with the parameter's name for an input and is empty for a whole output; `*`
    stands for the items of an array. `value` is the parameter or property itself and `schema`
    what types it: they differ for a body parameter only. `place` is a parameter's `in`, or
    `output`.
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
        """The parameter or output it belongs to."""
        return self.parent.root if self.parent else self

    @property
    def internal(self) -> bool:
        """Whether makers never see it, for its own sake or for that of an object around it."""
        hidden = self.value.get("x-ms-visibility") == "internal"
        return hidden or (self.parent is not None and self.parent.internal)

    @property
    def required_throughout(self) -> bool:
        """Whether it and every object around it are required."""
        return self.required and (self.parent is None or self.parent.required_throughout)

    @property
    def is_notification_url(self) -> bool:
        """Whether the platform puts a webhook's callback address here."""
        return self.value.get("x-ms-notification-url") is True


@dataclass(frozen=True, eq=False)
class Response:
    """One response of an operation, with the pointer of where it is written."""

    code: str
    where: str
    value: Json

    @property
    def successful(self) -> bool:
        """Whether the code is a 2xx."""
        return self.code.startswith("2")

    @property
    def has_schema(self) -> bool:
        """Whether it declares a body."""
        return "schema" in self.value


@dataclass(frozen=True, eq=False)
class Operation:
    """One verb of one path; it `notifies` where it says what a webhook's notification holds."""

    path: str
    verb: str
    where: str
    value: Json
    notifies: bool
    responses: tuple[Response, ...]
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]

    @property
    def operation_id(self) -> str:
        """The operationId, or an empty string."""
        return as_text(self.value.get("operationId"))

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.operation_id or f"{self.verb.upper()} {self.path}"

    @property
    def internal(self) -> bool:
        """Whether makers never see it."""
        return self.value.get("x-ms-visibility") == "internal"

    @property
    def deprecated(self) -> bool:
        """Whether it is on its way out."""
        return self.value.get("deprecated") is True

    @property
    def trigger(self) -> bool:
        """Whether it starts flows."""
        return "x-ms-trigger" in self.value

    @property
    def webhook(self) -> bool:
        """Whether it subscribes to notifications."""
        return self.notifies or any(f.is_notification_url for f in self.inputs)

    @property
    def annotation(self) -> Json:
        """The x-ms-api-annotation, or an empty object."""
        return as_object(self.value.get("x-ms-api-annotation"))

    @cached_property
    def parameters(self) -> tuple[Field, ...]:
        """The inputs without what is inside them."""
        return tuple(field for field in self.inputs if field.parent is None)

    def input(self, path: str) -> Field | None:
        """Return the input at `path`, or None."""
        return _at(self.inputs, path)

    def body_input(self, path: str) -> Field | None:
        """Return the input at `path` below the body parameter, or None."""
        bodies = [field for field in self.parameters if field.place == "body"]
        return _at(self.inputs, f"{bodies[0].path}/{path}") if bodies else None

    def output(self, path: str) -> Field | None:
        """Return the output at `path`, or None."""
        return _at(self.outputs, path)

    def may_output(self, path: str) -> bool:
        """Tell whether an output at `path` is declared, or lies inside an object left open."""
        if self.output(path):
            return True
        while path:
            path = path.rpartition("/")[0]
            around = self.output(path)
            if around:
                return is_open(around.schema)
        return False


def is_open(schema: Json) -> bool:
    """Tell whether an object may hold more than the schema declares."""
    dynamic = any(key.startswith("x-ms-dynamic-") for key in schema)
    return dynamic or schema.get("additionalProperties") not in (None, False)


def media_types(operation: Operation, root: Json, key: str) -> list[str]:
    """Return what the operation consumes or produces, its own list before the root's."""
    return as_list(operation.value.get(key, root.get(key)))


def _at(fields: Iterable[Field], path: str) -> Field | None:
    return next((field for field in fields if field.path == path), None)
