"""Calls the designer makes while a flow is drawn: both spellings read as one thing."""

from collections.abc import Iterator
from dataclasses import dataclass

from connector.lint.document import Document
from connector.lint.json_value import Json, as_list, as_object, as_text, point
from connector.lint.node import DYNAMIC_FORMS
from connector.lint.operation import Field, Operation

NEWER_FORM = {
    "x-ms-dynamic-values": "x-ms-dynamic-list",
    "x-ms-dynamic-schema": "x-ms-dynamic-properties",
}
LIST_FORMS = ("x-ms-dynamic-values", "x-ms-dynamic-list")


@dataclass(frozen=True)
class Argument:
    """What one input of the called operation gets: the value `given`, or a `reference`."""

    name: str
    where: str
    given: object
    reference: str | None


@dataclass(frozen=True)
class DynamicCall:
    """One dynamic extension: `source` holds it and `target`, None if unknown, is called.

    `beside` is the schema it stands in. `collection` is the path of the list in the target's
    output, and `paths` are those read from it (or, for a schema, from the output), by key.
    """

    form: str
    where: str
    beside: Json
    source: Operation
    target: Operation | None
    arguments: tuple[Argument, ...]
    collection: str
    paths: dict[str, str]

    def sources(self, argument: Argument) -> list[Field]:
        """Return the inputs of the source an argument may mean: several if it is ambiguous."""
        if argument.reference is None:
            return []
        exact = self.source.input(argument.reference)
        if self.form not in NEWER_FORM:
            return [exact] if exact else []
        inside = self.source.body_input(argument.reference)
        return [field for field in (exact, inside) if field]

    def target_input(self, argument: Argument) -> Field | None:
        """Return the input of the target an argument fills, or None."""
        if not self.target:
            return None
        return self.target.input(argument.name) or self.target.body_input(argument.name)


def dynamic_calls(document: Document) -> Iterator[DynamicCall]:
    """Yield every dynamic extension of every operation."""
    for operation in document.operations:
        for field in (*operation.inputs, *operation.outputs):
            for form in DYNAMIC_FORMS:
                if form in field.schema:
                    yield _read(document, operation, field, form)


def _read(document: Document, operation: Operation, field: Field, form: str) -> DynamicCall:
    value, where = as_object(field.schema[form]), point(field.schema_where, form)
    keys = {
        "x-ms-dynamic-values": ("value-path", "value-title"),
        "x-ms-dynamic-list": ("itemValuePath", "itemTitlePath"),
        "x-ms-dynamic-schema": ("value-path",),
        "x-ms-dynamic-properties": ("itemValuePath",),
    }
    return DynamicCall(
        form=form,
        where=where,
        beside=field.schema,
        source=operation,
        target=document.operation(value.get("operationId")),
        arguments=tuple(_arguments(where, value)),
        collection=as_text(value.get("value-collection", value.get("itemsPath"))),
        paths={key: as_text(value[key]) for key in keys[form] if key in value},
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
    """Return the inputs without which the operation can not be called."""
    return [
        field
        for field in operation.inputs
        if field.required_throughout
        and not as_object(field.schema.get("properties"))
        and "default" not in field.value
        and "*" not in as_list(field.path.split("/"))
    ]
