"""Rules on dynamic lists and schemas: the called operation, its arguments, and the paths in its response.

The rules are Microsoft's validator's, or what its designer and Power Fx were seen to do: `DynamicFormMissing`,
`DynamicPathNotValid`, `DynamicSchemaPathMissing`, `DynamicArgumentOptional`, `DynamicRecordTyped`,
`DynamicRowWithoutFields`.
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


@rule("DynamicSchemaPathMissing")
def schemas_have_a_path(document: Document) -> Problems:
    """Find schemas without a path: the designer takes the whole response for the fields, and Power Fx never ends."""
    for call in dynamic_calls(document):
        if call.form not in LIST_FORMS and not any(call.paths.values()):
            yield call.where, "No path names the schema in the response; set it, and wrap the schema in an object."


@rule("DynamicArgumentOptional")
def arguments_are_required(document: Document) -> Problems:
    """Find arguments of schemas for optional inputs: Power Fx passes only required ones."""
    for call in dynamic_calls(document):
        for argument in call.arguments if call.form not in LIST_FORMS else ():
            target = call.target_input(argument)
            if target and not target.required_throughout:
                yield argument.where, f"{target.path!r} is optional, so Power Fx does not pass it; require it."


def _outputs_with_schemas(document: Document) -> Iterator[Field]:
    for operation in document.operations:
        yield from (field for field in operation.outputs if "x-ms-dynamic-properties" in field.schema)


@rule("DynamicRecordTyped")
def records_of_responses_have_no_type(document: Document) -> Problems:
    """Find dynamic records of responses with a type: Power Fx takes them for empty records."""
    for field in _outputs_with_schemas(document):
        if "type" in field.schema and not field.schema.get("properties"):
            yield field.schema_where, "The record has a type but no field; leave its type out, or list a field."


@rule("DynamicRowWithoutFields")
def rows_have_a_field(document: Document) -> Problems:
    """Find dynamic rows of lists without a type: Power Fx reads their fields as blank."""
    for field in _outputs_with_schemas(document):
        if field.path.endswith("*") and "type" not in field.schema:
            yield field.schema_where, "The row has no type; declare an object with its key beside the dynamic schema."


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
