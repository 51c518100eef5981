"""Changes that break flows and apps made with the released connector."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.field import Field
from connector.lint.finding import Finding
from connector.lint.json_value import Json, as_list
from connector.lint.operation import Operation

BREAKING_RULES = (
    "OperationDeleted",
    "OperationIdChanged",
    "ParameterRemoved",
    "RequiredInputAdded",
    "InputTypeChanged",
    "InputEnumAdded",
    "InputEnumValueRemoved",
    "OutputTypeChanged",
    "OutputFieldRemoved",
)


def breaking_changes(released: Json, current: Json) -> list[Finding]:
    """Compare two swaggers by operationId, references followed.

    `where` of a finding points into the current swagger; for removed objects, into the released one.
    """
    before, after = Document(released), Document(current)
    findings: list[Finding] = []
    for old in before.operations:
        new = after.operation(old.operation_id)
        if new is not None and new.internal:
            continue  # makers do not call it: the definition itself says how
        if new is None:
            findings.append(_removed(old, after))
        else:
            findings += [*_lost_inputs(old, new), *_added_inputs(old, new)]
            findings += [*_changed_inputs(old, new), *_changed_outputs(old, new)]
    return list(dict.fromkeys(findings))


def _removed(old: Operation, after: Document) -> Finding:
    for new in after.operations:
        if (new.path, new.verb) == (old.path, old.verb):
            message = f"{old.operation_id!r} was renamed {new.operation_id!r}; keep the id."
            return Finding("OperationIdChanged", new.where, message)
    message = f"{old.operation_id!r} was removed; deprecate it instead."
    return Finding("OperationDeleted", old.where, message)


def _by_path(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {field.path: field for field in fields}


def _outermost(field: Field, known: dict[str, Field]) -> bool:
    """Return whether `field` is not known, but the object around it is."""
    return field.path not in known and (field.parent is None or field.parent.path in known)


def _lost_inputs(old: Operation, new: Operation) -> Iterator[Finding]:
    kept = _by_path(new.inputs)
    for field in old.inputs:
        if _outermost(field, kept):
            message = f"{new.operation_id} no longer has the input {field.path!r}; keep it."
            yield Finding("ParameterRemoved", field.where, message)


def _added_inputs(old: Operation, new: Operation) -> Iterator[Finding]:
    known = _by_path(old.inputs)
    for field in new.inputs:
        before = known.get(field.path)
        demanded = not before.required if before else _outermost(field, known)
        if field.required and demanded:
            message = f"{new.operation_id} now requires {field.path!r}; make it optional."
            yield Finding("RequiredInputAdded", field.where, message)


def _changed_inputs(old: Operation, new: Operation) -> Iterator[Finding]:
    known = _by_path(old.inputs)
    for field in new.inputs:
        if field.path not in known:
            continue
        before, after = known[field.path].schema, field.schema
        yield from _changed_type("InputTypeChanged", field, before)
        if "enum" in after and "enum" not in before:
            message = f"{field.path!r} had no enum; remove it."
            yield Finding("InputEnumAdded", field.schema_where, message)
        for value in as_list(before.get("enum")) if "enum" in after else []:
            if value not in after["enum"]:
                message = f"The enum of {field.path!r} no longer has {value!r}; keep it."
                yield Finding("InputEnumValueRemoved", field.schema_where, message)


def _changed_outputs(old: Operation, new: Operation) -> Iterator[Finding]:
    kept = _by_path(new.outputs)
    for field in old.outputs:
        if field.path in kept:
            if "type" in kept[field.path].schema:  # without a type, every member is read as before
                yield from _changed_type("OutputTypeChanged", kept[field.path], field.schema)
        elif _outermost(field, kept):
            message = f"{new.operation_id} no longer returns {field.path!r}; keep it."
            yield Finding("OutputFieldRemoved", field.where, message, "warning")


def _changed_type(rule_id: str, field: Field, before: Json) -> Iterator[Finding]:
    old, new = before.get("type"), field.schema.get("type")
    if old != new:
        subject = repr(field.path) if field.path else "The output"
        message = f"{subject} is {new}, it was {old}; keep the type."
        yield Finding(rule_id, field.schema_where, message)
