"""Calls that a designer sends while a flow is edited, in the older and the newer extension.

`x-ms-dynamic-values` and `x-ms-dynamic-list` fill a list of values, `x-ms-dynamic-schema` and
`x-ms-dynamic-properties` give the fields of an object. Parts of the platform read only one of them, so the definition
contains both forms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.lint.document import Document
from connector.lint.field import Field
from connector.lint.json_value import Json, as_object, as_text, point
from connector.lint.node import DYNAMIC_FORMS
from connector.lint.operation import Operation

NEWER_FORM = {
    "x-ms-dynamic-values": "x-ms-dynamic-list",
    "x-ms-dynamic-schema": "x-ms-dynamic-properties",
}
LIST_FORMS = ("x-ms-dynamic-values", "x-ms-dynamic-list")

_PATHS = {
    "x-ms-dynamic-values": ("value-path", "value-title"),
    "x-ms-dynamic-list": ("itemValuePath", "itemTitlePath"),
    "x-ms-dynamic-schema": ("value-path",),
    "x-ms-dynamic-properties": ("itemValuePath",),
}


@dataclass(frozen=True)
class Argument:
    """The argument for an input of the called operation: the value `given`, or a `reference`."""

    name: str
    where: str
    given: object
    reference: str | None


@dataclass(frozen=True)
class DynamicCall:
    """A dynamic extension: the operation `source` contains it and calls `target`, None if unknown.

    `beside` is the schema around it. `collection` is the path of the list in the target's output, and `paths` are
    the paths that are read from its items (for a schema: from the output), by key.
    """

    form: str
    where: str
    beside: Json
    source: Operation
    target: Operation | None
    arguments: tuple[Argument, ...]
    collection: str
    paths: dict[str, str]

    def source_input(self, argument: Argument) -> Field | None:
        """Return the input of the source that an argument refers to, or None.

        In the older form it may also be the name of a field in the body.
        """
        if argument.reference is None:
            return None
        named = self.source.input(argument.reference)
        older = self.form in NEWER_FORM
        return named or (self.source.body_input(argument.reference) if older else None)

    def target_input(self, argument: Argument) -> Field | None:
        """Return the input of the target that an argument fills, or None."""
        if not self.target:
            return None
        return self.target.input(argument.name) or self.target.body_input(argument.name)


def dynamic_calls(document: Document) -> Iterator[DynamicCall]:
    """Yield all dynamic extensions of all operations."""
    for operation in document.operations:
        for field in (*operation.inputs, *operation.outputs):
            for form in DYNAMIC_FORMS:
                if form in field.schema:
                    yield _read(document, operation, field, form)


def _read(document: Document, operation: Operation, field: Field, form: str) -> DynamicCall:
    value, where = as_object(field.schema[form]), point(field.schema_where, form)
    return DynamicCall(
        form=form,
        where=where,
        beside=field.schema,
        source=operation,
        target=document.operation(value.get("operationId")),
        arguments=tuple(_arguments(where, value)),
        collection=as_text(value.get("value-collection", value.get("itemsPath"))),
        paths={key: as_text(value[key]) for key in _PATHS[form] if key in value},
    )


def _arguments(where: str, value: Json) -> Iterator[Argument]:
    for name, written in as_object(value.get("parameters")).items():
        at = point(where, "parameters", name)
        if isinstance(written, dict):
            reference = written.get("parameter", written.get("parameterReference"))
            given = written.get("value")
            yield Argument(name, at, given, None if reference is None else as_text(reference))
        else:
            yield Argument(name, at, written, None)


def without_properties(path: str) -> str:
    """Return the path of a schema from that of its properties."""
    return "" if path == "properties" else path.removesuffix("/properties")


def owed_inputs(operation: Operation) -> list[Field]:
    """Return the inputs that a call of the operation must set."""
    return [
        field
        for field in operation.inputs
        if field.required_throughout
        and not as_object(field.schema.get("properties"))
        and "default" not in field.value
        and "*" not in field.path.split("/")
    ]
