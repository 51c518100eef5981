"""A connector's files, walked once for all rules."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.node import VERBS, Node, walk
from connector.lint.operation import Field, Operation, Response

TYPED = ("schema", "parameter", "header", "items")


@dataclass(frozen=True)
class Document:
    """The swagger and what lies beside it.

    `nodes` is the swagger as written, `operations` the same as used. Operations are read on
    first use, so a swagger of the wrong shape can be refused before.
    """

    swagger: Json
    properties: Json = field(default_factory=dict)
    icon: bytes | None = None
    readme: str | None = None
    size: int = 0

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every object of the swagger, once."""
        return tuple(walk(Node("root", "", self.swagger)))

    def of(self, *kinds: str) -> Iterator[Node]:
        """Yield the nodes of `kinds` that are JSON objects."""
        return (n for n in self.nodes if n.kind in kinds and isinstance(n.value, dict))

    @property
    def info(self) -> Json:
        """The info object, or an empty one."""
        return as_object(self.swagger.get("info"))

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation, in the order of the file."""
        paths = as_object(self.swagger.get("paths"))
        return tuple(
            self._operation(path, verb, item)
            for path, item in paths.items()
            if not path.startswith("x-")
            for verb in VERBS
            if isinstance(item, dict) and isinstance(item.get(verb), dict)
        )

    def operation(self, operation_id: object) -> Operation | None:
        """Return the first operation of that id, or None."""
        found = (o for o in self.operations if o.operation_id and o.operation_id == operation_id)
        return next(found, None)

    def follow(self, where: str, value: Json) -> tuple[str, Json]:
        """Follow `$ref` to its end; a dangling or looping one ends in an empty object."""
        seen: set[str] = set()
        while isinstance(value.get("$ref"), str):
            ref = value["$ref"]
            if ref in seen:
                return where, {}
            seen.add(ref)
            where, value = ref.removeprefix("#"), self._find(ref) or {}
        return where, value

    def has(self, ref: str) -> bool:
        """Tell whether a local reference leads to an object."""
        return self._find(ref) is not None

    def _find(self, ref: str) -> Json | None:
        value: object = self.swagger
        for token in ref.removeprefix("#/").split("/"):
            value = as_object(value).get(token.replace("~1", "/").replace("~0", "~"))
        return value if isinstance(value, dict) else None

    def _operation(self, path: str, verb: str, item: Json) -> Operation:
        where = point("/paths", path, verb)
        value = item[verb]
        responses = tuple(
            Response(code, *self.follow(point(where, "responses", code), as_object(response)))
            for code, response in as_object(value.get("responses")).items()
            if not code.startswith("x-")
        )
        inputs = tuple(self._inputs(point("/paths", path), item, where, value))
        bodies = [(r.where, r.value) for r in responses if r.successful and r.has_schema]
        notification = _notification(where, value, item)
        outputs = tuple(self._outputs(bodies + notification))
        return Operation(path, verb, where, value, bool(notification), responses, inputs, outputs)

    def _inputs(self, item_where: str, item: Json, where: str, value: Json) -> Iterator[Field]:
        own = self._parameters(point(where, "parameters"), value)
        shared = self._parameters(point(item_where, "parameters"), item)
        overridden = {(v.get("name"), v.get("in")) for _, v in own}
        inherited = [(at, v) for at, v in shared if (v.get("name"), v.get("in")) not in overridden]
        for at, parameter in own + inherited:
            schema_at, schema = at, parameter
            if "schema" in parameter:
                written = as_object(parameter["schema"])
                schema_at, schema = self.follow(point(at, "schema"), written)
            yield from self._expand(
                Field(
                    path=as_text(parameter.get("name")),
                    where=at,
                    value=parameter,
                    schema=schema,
                    schema_where=schema_at,
                    place=as_text(parameter.get("in")),
                    required=parameter.get("required") is True,
                )
            )

    def _parameters(self, where: str, holder: Json) -> list[tuple[str, Json]]:
        listed = as_list(holder.get("parameters"))
        return [self.follow(point(where, i), as_object(p)) for i, p in enumerate(listed)]

    def _outputs(self, bodies: list[tuple[str, Json]]) -> Iterator[Field]:
        for at, body in bodies:
            schema_at, schema = self.follow(point(at, "schema"), as_object(body.get("schema")))
            yield from self._expand(Field("", at, schema, schema, schema_at, "output", required=True))

    def _expand(self, parent: Field, seen: frozenset[str] = frozenset()) -> Iterator[Field]:
        yield parent
        if parent.schema_where in seen:
            return
        seen |= {parent.schema_where}
        needed = as_list(parent.schema.get("required"))
        below = [
            (name, point(parent.schema_where, "properties", name), schema, name in needed)
            for name, schema in as_object(parent.schema.get("properties")).items()
        ]
        if isinstance(parent.schema.get("items"), dict):
            below.append(("*", point(parent.schema_where, "items"), parent.schema["items"], True))
        for name, at, written, required in below:
            path = f"{parent.path}/{name}" if parent.path else name
            where, schema = self.follow(at, as_object(written))
            child = Field(path, where, schema, schema, where, parent.place, required, parent)
            yield from self._expand(child, seen)


def _notification(where: str, value: Json, item: Json) -> list[tuple[str, Json]]:
    """Return the notification content of the path if the operation is what subscribes."""
    name = "x-ms-notification-content"
    if name in item and ("x-ms-trigger" in value or value is item.get("post")):
        return [(point(where.rpartition("/")[0], name), as_object(item[name]))]
    return []
