"""Rules on dynamic values and schemas."""

from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.lookup import (
    LIST_FORMS,
    NEWER_FORM,
    Argument,
    Lookup,
    lookups,
    owed_inputs,
    without_properties,
)
from connector.lint.nodes import DYNAMIC_FORMS
from connector.lint.operation import Field, Operation
from connector.lint.rule import Problems, rule
from connector.lint.values import as_object, has_type, json_type, point


def _references(document: Document) -> Iterator[tuple[Lookup, Argument, Field]]:
    for lookup in lookups(document):
        for argument in lookup.arguments:
            for field in lookup.sources(argument)[:1]:
                yield lookup, argument, field


def _fillings(document: Document) -> Iterator[tuple[Lookup, Argument, Field, Field]]:
    for lookup, argument, source in _references(document):
        target = lookup.target_input(argument)
        if target:
            yield lookup, argument, source, target


@rule("DynamicPathNotValid")
def paths_have_no_leading_slash(document: Document) -> Problems:
    for lookup in lookups(document):
        for key, path in lookup.paths.items():
            if path.startswith("/"):
                yield point(lookup.where, key), f"{path!r} starts with '/'; leave that out."
        if lookup.collection.startswith("/"):
            yield lookup.where, f"{lookup.collection!r} starts with '/'; leave that out."


@rule("DynamicFormMissing")
def both_forms_stand_together(document: Document) -> Problems:
    for node in document.of("schema", "parameter", "items"):
        for older, newer in NEWER_FORM.items():
            if (older in node.value) != (newer in node.value):
                yield node.where, f"Only one of {older} and {newer} is here; give both."


def _without_newer_form(document: Document, form: str) -> Iterator[Lookup]:
    for lookup in lookups(document):
        if lookup.form == form and NEWER_FORM[form] not in lookup.beside:
            yield lookup


def _ambiguous(document: Document, form: str) -> Problems:
    for lookup in _without_newer_form(document, form):
        for argument in lookup.arguments:
            if len(lookup.sources(argument)) > 1:
                message = f"{argument.reference!r} may be two inputs; add {NEWER_FORM[form]}."
                yield argument.where, message


def _inside_the_body(document: Document, form: str) -> Problems:
    for lookup in _without_newer_form(document, form):
        for argument in lookup.arguments:
            fields = lookup.sources(argument)
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
    for lookup in _without_newer_form(document, "x-ms-dynamic-schema"):
        path = lookup.paths.get("value-path", "")
        if without_properties(path) != path:
            where = point(lookup.where, "value-path")
            yield where, f"{path!r} is not the schema itself; add x-ms-dynamic-properties."


@rule("DynamicPropertiesItemValuePathMismatch")
def both_forms_name_the_same_schema(document: Document) -> Problems:
    for lookup in lookups(document):
        newer = as_object(lookup.beside.get("x-ms-dynamic-properties"))
        expected = without_properties(lookup.paths.get("value-path", ""))
        found = newer.get("itemValuePath", "")
        if lookup.form == "x-ms-dynamic-schema" and newer and found != expected:
            where = lookup.where.removesuffix("schema") + "properties"
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
    for lookup in lookups(document):
        target, path = lookup.target, lookup.collection
        if target and lookup.form in LIST_FORMS and not _gives_list(target, path):
            yield lookup.where, f"{target.label} gives no list at {path!r}; name one."


@rule("InvokedOperationShouldProduceProperty")
def called_operations_give_what_is_read(document: Document) -> Problems:
    for lookup in lookups(document):
        target, is_list = lookup.target, lookup.form in LIST_FORMS
        if target is None or (is_list and not _gives_list(target, lookup.collection)):
            continue
        for key, path in lookup.paths.items():
            items = f"{lookup.collection}/*/{path}".removeprefix("/")
            full = items if is_list else without_properties(path)
            if not target.may_output(full):
                message = f"{target.label} gives nothing at {full!r}; name what it gives."
                yield point(lookup.where, key), message


@rule("OperationMissingRequiredProperty")
def called_operations_get_what_they_need(document: Document) -> Problems:
    for lookup in lookups(document):
        filled = [lookup.target_input(argument) for argument in lookup.arguments]
        for field in owed_inputs(lookup.target) if lookup.target else []:
            if field not in filled:
                where = point(lookup.where, "parameters")
                yield where, f"The call needs {field.path!r}; give it a value or a reference."


@rule("OperationParameterNameNotFound")
def arguments_and_references_exist(document: Document) -> Problems:
    for lookup in lookups(document):
        for argument in lookup.arguments:
            if lookup.target and not lookup.target_input(argument):
                message = f"{lookup.target.label} takes no {argument.name!r}; name what it takes."
                yield argument.where, message
            if argument.reference is not None and not lookup.sources(argument):
                message = f"{lookup.source.label} takes no {argument.reference!r}; name an input."
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
    for lookup in lookups(document):
        for argument in lookup.arguments:
            target = lookup.target_input(argument)
            wanted = target.schema.get("type") if target else None
            given = argument.given
            if given is not None and wanted and not has_type(given, wanted):
                message = f"The value is {json_type(given)} where {wanted} is wanted; convert it."
                yield argument.where, message


@rule("SourcePropertyInternal")
def references_are_visible(document: Document) -> Problems:
    for lookup, argument, source in _references(document):
        if source.internal and not lookup.source.internal:
            message = f"{source.path!r} is internal; show it, or give its value here."
            yield argument.where, message
