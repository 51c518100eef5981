"""Rules on dynamic lists and schemas: the called operation, its arguments, and the paths in its response.

The rules are Microsoft's, except `DynamicPathNotValid` and `DynamicFormMissing`.
"""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.dynamic_call import (
    LIST_FORMS,
    NEWER_FORM,
    Argument,
    DynamicCall,
    dynamic_calls,
    owed_inputs,
    without_properties,
)
from connector.lint.field import Field
from connector.lint.json_value import as_object, has_type, json_type, point
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule


def _references(document: Document) -> Iterator[tuple[DynamicCall, Argument, Field]]:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            source = call.source_input(argument)
            if source:
                yield call, argument, source


def _fillings(document: Document) -> Iterator[tuple[Argument, Field, Field]]:
    for call, argument, source in _references(document):
        target = call.target_input(argument)
        if target:
            yield argument, source, target


@rule("DynamicFormMissing")
def both_forms_are_there(document: Document) -> Problems:
    """Find one form without the other: some parts of the platform read only the older one, others only the newer."""
    for node in document.of("schema", "parameter", "items"):
        for older, newer in NEWER_FORM.items():
            if (older in node.value) != (newer in node.value):
                yield node.where, f"Only one of {older} and {newer} is here; add the other."


@rule("DynamicPathNotValid")
def paths_have_no_leading_slash(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for key, path in call.paths.items():
            if path.startswith("/"):
                yield point(call.where, key), f"{path!r} starts with '/'; remove it."
        if call.collection.startswith("/"):
            yield call.where, f"{call.collection!r} starts with '/'; remove it."


@rule("DynamicPropertiesItemValuePathMismatch")
def both_forms_name_the_same_schema(document: Document) -> Problems:
    """Find pairs that read different schemas; the older form may name the schema or its properties."""
    for call in dynamic_calls(document):
        newer = as_object(call.beside.get("x-ms-dynamic-properties"))
        expected = without_properties(call.paths.get("value-path", ""))
        found = newer.get("itemValuePath", "")
        if call.form == "x-ms-dynamic-schema" and newer and found != expected:
            where = call.where.removesuffix("schema") + "properties"
            yield where, f"The older form reads the schema at {expected!r}, this one at {found!r}; use the same path."


def _returns_list(target: Operation, path: str) -> bool:
    output = target.output(path)
    return output.schema.get("type") == "array" if output else target.may_output(path)


@rule("InvokedOperationShouldProduceArray")
def called_operations_return_lists(document: Document) -> Problems:
    for call in dynamic_calls(document):
        target, path = call.target, call.collection
        if target and call.form in LIST_FORMS and not _returns_list(target, path):
            yield call.where, f"{target.label} returns no list at {path!r}; use the path of a list."


@rule("InvokedOperationShouldProduceProperty")
def called_operations_return_what_is_read(document: Document) -> Problems:
    for call in dynamic_calls(document):
        target, is_list = call.target, call.form in LIST_FORMS
        if target is None or (is_list and not _returns_list(target, call.collection)):
            continue
        for key, path in call.paths.items():
            items = f"{call.collection}/*/{path}".removeprefix("/")
            full = items if is_list else without_properties(path)
            if not target.may_output(full):
                message = f"{target.label} returns nothing at {full!r}; use a path that it returns."
                yield point(call.where, key), message


@rule("OperationMissingRequiredProperty")
def called_operations_get_what_they_need(document: Document) -> Problems:
    for call in dynamic_calls(document):
        filled = [call.target_input(argument) for argument in call.arguments]
        for field in owed_inputs(call.target) if call.target else []:
            if field not in filled:
                where = point(call.where, "parameters")
                yield where, f"The call needs {field.path!r}; set a value or a reference."


@rule("OperationParameterNameNotFound")
def arguments_and_references_exist(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            if call.target and not call.target_input(argument):
                message = f"{call.target.label} has no input {argument.name!r}; use one of its inputs."
                yield argument.where, message
            if argument.reference is not None and not call.source_input(argument):
                message = f"{call.source.label} has no input {argument.reference!r}; use one of its inputs."
                yield argument.where, message


@rule("OperationParameterRequiredMismatch")
def required_arguments_come_from_required_inputs(document: Document) -> Problems:
    for argument, source, target in _fillings(document):
        always_set = source.required_throughout or "default" in source.value
        if target.required_throughout and not always_set:
            message = f"{source.path!r} is optional, but {target.path!r} is required; require both."
            yield argument.where, message


@rule("OperationParameterTypeMismatch")
def references_have_the_type(document: Document) -> Problems:
    for argument, source, target in _fillings(document):
        given, wanted = (field.schema.get("type") for field in (source, target))
        if given and wanted and given != wanted and (given, wanted) != ("integer", "number"):
            message = f"{source.path!r} is {given}, {target.path!r} is {wanted}; use the same type."
            yield argument.where, message


@rule("OperationParameterStaticTypeMismatch")
def static_values_have_the_type(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            target = call.target_input(argument)
            wanted = target.schema.get("type") if target else None
            if argument.given is not None and wanted and not has_type(argument.given, wanted):
                message = f"The value is {json_type(argument.given)}, the input {wanted}; convert it."
                yield argument.where, message


@rule("SourcePropertyInternal")
def references_are_visible(document: Document) -> Problems:
    for call, argument, source in _references(document):
        if source.internal and not call.source.internal:
            message = f"{source.path!r} is internal, so makers do not set it; set its value here."
            yield argument.where, message
