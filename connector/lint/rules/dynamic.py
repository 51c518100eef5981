"""Rules on dynamic values and schemas."""

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
from connector.lint.json_value import as_object, has_type, json_type, point
from connector.lint.node import DYNAMIC_FORMS
from connector.lint.operation import Field, Operation
from connector.lint.rule import Problems, rule


def _references(document: Document) -> Iterator[tuple[DynamicCall, Argument, Field]]:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            for field in call.sources(argument)[:1]:
                yield call, argument, field


def _fillings(document: Document) -> Iterator[tuple[DynamicCall, Argument, Field, Field]]:
    for call, argument, source in _references(document):
        target = call.target_input(argument)
        if target:
            yield call, argument, source, target


@rule("DynamicPathNotValid")
def paths_have_no_leading_slash(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for key, path in call.paths.items():
            if path.startswith("/"):
                yield point(call.where, key), f"{path!r} starts with '/'; leave that out."
        if call.collection.startswith("/"):
            yield call.where, f"{call.collection!r} starts with '/'; leave that out."


@rule("DynamicFormMissing")
def both_forms_stand_together(document: Document) -> Problems:
    for node in document.of("schema", "parameter", "items"):
        for older, newer in NEWER_FORM.items():
            if (older in node.value) != (newer in node.value):
                yield node.where, f"Only one of {older} and {newer} is here; give both."


def _without_newer_form(document: Document, form: str) -> Iterator[DynamicCall]:
    for call in dynamic_calls(document):
        if call.form == form and NEWER_FORM[form] not in call.beside:
            yield call


def _ambiguous(document: Document, form: str) -> Problems:
    for call in _without_newer_form(document, form):
        for argument in call.arguments:
            if len(call.sources(argument)) > 1:
                message = f"{argument.reference!r} may be two inputs; add {NEWER_FORM[form]}."
                yield argument.where, message


def _inside_the_body(document: Document, form: str) -> Problems:
    for call in _without_newer_form(document, form):
        for argument in call.arguments:
            fields = call.sources(argument)
            if fields and all(field.parent for field in fields):
                message = f"{argument.reference!r} is inside the body; add {NEWER_FORM[form]}."
                yield argument.where, message


@rule("DynamicListExtensionRequiredForAmbiguousReferences")
def ambiguous_values_have_a_list(document: Document) -> Problems:
    yield from _ambiguous(document, "x-ms-dynamic-values")


@rule("DynamicListExtensionRequiredForNonParameterReferences")
def values_from_the_body_have_a_list(document: Document) -> Problems:
    yield from _inside_the_body(document, "x-ms-dynamic-values")


@rule("DynamicPropertiesExtensionRequiredForAmbiguousReferences")
def ambiguous_schemas_have_properties(document: Document) -> Problems:
    yield from _ambiguous(document, "x-ms-dynamic-schema")


@rule("DynamicPropertiesExtensionRequiredForNonParameterReferences")
def schemas_from_the_body_have_properties(document: Document) -> Problems:
    yield from _inside_the_body(document, "x-ms-dynamic-schema")


@rule("DynamicPropertiesExtensionRequiredForPropertiesValuePath")
def schemas_below_properties_have_properties(document: Document) -> Problems:
    for call in _without_newer_form(document, "x-ms-dynamic-schema"):
        path = call.paths.get("value-path", "")
        if without_properties(path) != path:
            where = point(call.where, "value-path")
            yield where, f"{path!r} is not the schema itself; add x-ms-dynamic-properties."


@rule("DynamicPropertiesItemValuePathMismatch")
def both_forms_name_the_same_schema(document: Document) -> Problems:
    for call in dynamic_calls(document):
        newer = as_object(call.beside.get("x-ms-dynamic-properties"))
        expected = without_properties(call.paths.get("value-path", ""))
        found = newer.get("itemValuePath", "")
        if call.form == "x-ms-dynamic-schema" and newer and found != expected:
            where = call.where.removesuffix("schema") + "properties"
            yield where, f"The older form reads {expected!r}, this {found!r}; read the same."


@rule("DynamicExtensionDefinitionNotAllowedInParameter")
def body_parameters_are_not_dynamic(document: Document) -> Problems:
    for node in document.of("parameter"):
        for form in DYNAMIC_FORMS:
            if node.value.get("in") == "body" and form in node.value:
                yield (
                    point(node.where, form),
                    "A body is not dynamic; its schema may be.",
                )


def _gives_list(target: Operation, path: str) -> bool:
    output = target.output(path)
    return output.schema.get("type") == "array" if output else target.may_output(path)


@rule("InvokedOperationShouldProduceArray")
def called_operations_give_lists(document: Document) -> Problems:
    for call in dynamic_calls(document):
        target, path = call.target, call.collection
        if target and call.form in LIST_FORMS and not _gives_list(target, path):
            yield call.where, f"{target.label} gives no list at {path!r}; name one."


@rule("InvokedOperationShouldProduceProperty")
def called_operations_give_what_is_read(document: Document) -> Problems:
    for call in dynamic_calls(document):
        target, is_list = call.target, call.form in LIST_FORMS
        if target is None or (is_list and not _gives_list(target, call.collection)):
            continue
        for key, path in call.paths.items():
            items = f"{call.collection}/*/{path}".removeprefix("/")
            full = items if is_list else without_properties(path)
            if not target.may_output(full):
                message = f"{target.label} gives nothing at {full!r}; name what it gives."
                yield point(call.where, key), message


@rule("OperationMissingRequiredProperty")
def called_operations_get_what_they_need(document: Document) -> Problems:
    for call in dynamic_calls(document):
        filled = [call.target_input(argument) for argument in call.arguments]
        for field in owed_inputs(call.target) if call.target else []:
            if field not in filled:
                where = point(call.where, "parameters")
                yield where, f"The call needs {field.path!r}; give it a value or a reference."


@rule("OperationParameterNameNotFound")
def arguments_and_references_exist(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            if call.target and not call.target_input(argument):
                message = f"{call.target.label} takes no {argument.name!r}; name what it takes."
                yield argument.where, message
            if argument.reference is not None and not call.sources(argument):
                message = f"{call.source.label} takes no {argument.reference!r}; name an input."
                yield argument.where, message


@rule("OperationParameterRequiredMismatch")
def required_arguments_come_from_required_inputs(document: Document) -> Problems:
    for _, argument, source, target in _fillings(document):
        sure = source.required_throughout or "default" in source.value
        if target.required_throughout and not sure:
            message = f"{source.path!r} may be empty where {target.path!r} is needed; require it."
            yield argument.where, message


@rule("OperationParameterTypeMismatch")
def references_have_the_type(document: Document) -> Problems:
    for _, argument, source, target in _fillings(document):
        given, wanted = (field.schema.get("type") for field in (source, target))
        if given and wanted and given != wanted and (given, wanted) != ("integer", "number"):
            message = f"{source.path!r} is {given} where {target.path!r} is {wanted}; match them."
            yield argument.where, message


@rule("OperationParameterStaticTypeMismatch")
def static_values_have_the_type(document: Document) -> Problems:
    for call in dynamic_calls(document):
        for argument in call.arguments:
            target = call.target_input(argument)
            wanted = target.schema.get("type") if target else None
            given = argument.given
            if given is not None and wanted and not has_type(given, wanted):
                message = f"The value is {json_type(given)} where {wanted} is wanted; convert it."
                yield argument.where, message


@rule("SourcePropertyInternal")
def references_are_visible(document: Document) -> Problems:
    for call, argument, source in _references(document):
        if source.internal and not call.source.internal:
            message = f"{source.path!r} is internal; show it, or give its value here."
            yield argument.where, message
