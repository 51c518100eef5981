"""Operations with their inputs, outputs and responses, with references followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from connector.lint.field import Field, field_at, is_open, with_fields
from connector.lint.json_value import Json, as_list, as_object, as_text, follow, point
from connector.lint.node import VERBS


@dataclass(frozen=True, eq=False)
class Response:
    """One response of an operation, with its pointer."""

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
    """One verb of one path."""

    path: str
    verb: str
    where: str
    value: Json
    responses: tuple[Response, ...]
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]

    @property
    def operation_id(self) -> str:
        """The operationId, or an empty string."""
        return as_text(self.value.get("operationId"))

    @property
    def label(self) -> str:
        """The operation's name in messages."""
        return self.operation_id or f"{self.verb.upper()} {self.path}"

    @property
    def internal(self) -> bool:
        """Whether it is not shown to makers."""
        return self.value.get("x-ms-visibility") == "internal"

    @property
    def trigger(self) -> bool:
        """Whether it starts flows."""
        return "x-ms-trigger" in self.value

    @cached_property
    def parameters(self) -> tuple[Field, ...]:
        """The inputs without the fields inside them."""
        return tuple(field for field in self.inputs if field.parent is None)

    def input(self, path: str) -> Field | None:
        """Return the input at `path`, or None."""
        return field_at(self.inputs, path)

    def body_input(self, path: str) -> Field | None:
        """Return the input at `path` inside the body, or None."""
        bodies = [field for field in self.parameters if field.place == "body"]
        return field_at(self.inputs, f"{bodies[0].path}/{path}") if bodies else None

    def output(self, path: str) -> Field | None:
        """Return the output at `path`, or None."""
        return field_at(self.outputs, path)

    def may_output(self, path: str) -> bool:
        """Return whether an output at `path` is declared, or inside an object that may have other fields."""
        if self.output(path):
            return True
        while path:
            path = path.rpartition("/")[0]
            around = self.output(path)
            if around:
                return is_open(around.schema)
        return False


def read_operations(swagger: Json) -> Iterator[Operation]:
    """Yield all operations, in the order of the file."""
    for path, item in as_object(swagger.get("paths")).items():
        for verb in VERBS if not path.startswith("x-") else ():
            if isinstance(as_object(item).get(verb), dict):
                yield _operation(swagger, path, verb)


def _operation(swagger: Json, path: str, verb: str) -> Operation:
    where, value = point("/paths", path, verb), swagger["paths"][path][verb]
    responses = tuple(
        Response(code, point(where, "responses", code), as_object(response))
        for code, response in as_object(value.get("responses")).items()
        if not code.startswith("x-")
    )
    bodies = [(r.where, r.value) for r in responses if r.successful and r.has_schema]
    inputs, outputs = tuple(_inputs(swagger, where, value)), tuple(_outputs(swagger, bodies))
    return Operation(path, verb, where, value, responses, inputs, outputs)


def _inputs(swagger: Json, where: str, value: Json) -> Iterator[Field]:
    for index, parameter in enumerate(map(as_object, as_list(value.get("parameters")))):
        at = point(where, "parameters", index)
        schema_at, schema = at, parameter
        if "schema" in parameter:
            schema_at, schema = follow(swagger, point(at, "schema"), as_object(parameter["schema"]))
        field = Field(
            path=as_text(parameter.get("name")),
            where=at,
            value=parameter,
            schema=schema,
            schema_where=schema_at,
            place=as_text(parameter.get("in")),
            required=parameter.get("required") is True,
        )
        yield from with_fields(swagger, field)


def _outputs(swagger: Json, bodies: list[tuple[str, Json]]) -> Iterator[Field]:
    for at, body in bodies:
        where, schema = follow(swagger, point(at, "schema"), as_object(body.get("schema")))
        yield from with_fields(swagger, Field("", where, schema, schema, where, "output", required=True))
