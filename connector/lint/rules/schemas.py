"""Rules on objects and arrays: fields, references, labels, size."""

from collections import Counter
from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.field import Field, is_open, with_fields
from connector.lint.json_value import as_list, as_object, as_text, follow, point
from connector.lint.node import DYNAMIC_FORMS, TYPED, Node
from connector.lint.operation import Operation
from connector.lint.rule import Problems, rule

MAX_SCHEMAS = 512


@rule("RequiredPropertyDefinitionMissing")
def required_properties_are_defined(document: Document) -> Problems:
    for node in document.of("schema"):
        properties = as_object(node.value.get("properties"))
        for name in as_list(node.value.get("required")) if properties or not is_open(node.value) else ():
            if name not in properties:
                where = point(node.where, "required")
                yield where, f"{name!r} is required but not defined; add it to the properties."


@rule("DefinitionHasTitle")
def definitions_have_no_title(document: Document) -> Problems:
    """Find titles of definitions of whole bodies or rows: designers put them in front of the name of each field."""
    whole = {node.value.get("$ref") for node in document.of("schema") if node.via != "properties"}
    for node in document.of("schema"):
        if "title" in node.value and node.is_definition and f"#{node.where}" in whole:
            yield node.where, "The definition has a title; remove it, and keep those of its fields."


@rule("NestedTitleRepeatsParent", level="warning")
def nested_titles_do_not_repeat_their_parents(document: Document) -> Problems:
    """Find titles that stutter when designers put the title of the object around in front of them."""
    for operation in document.operations:
        for field in _shown(document, operation):
            title, around = _title(field), _title_around(field)
            if around and title and (around[-1] == title[0] or set(around) <= set(title)):
                message = f"Makers see {' '.join(around + title)!r}; choose titles that do not repeat each other."
                yield field.schema_where, message


def _shown(document: Document, operation: Operation) -> Iterator[Field]:
    """Yield the outputs of an operation, those of a notification too."""
    yield from operation.outputs if not operation.internal else ()
    at = point("/paths", operation.path, "x-ms-notification-content", "schema")
    content = as_object(document.swagger["paths"][operation.path].get("x-ms-notification-content"))
    where, schema = follow(document.swagger, at, as_object(content.get("schema")))
    yield from with_fields(document.swagger, Field("", where, schema, schema, where, "output", required=True))


def _title(field: Field) -> list[str]:
    return as_text(field.schema.get("title")).split()


def _title_around(field: Field) -> list[str]:
    """Return the title of the nearest object or array around a field that has one."""
    around = field.parent
    while around and not _title(around):
        around = around.parent
    return _title(around) if around else []


@rule("ObjectTitleNotUnique")
def titles_of_objects_are_unique(document: Document) -> Problems:
    """Find objects with the title of another one or the name of a definition: some clients name their classes so."""
    named = {node.key for node in document.of("schema") if node.is_definition}
    for node in document.of("schema"):
        title = as_text(node.value.get("title"))
        if title and node.value.get("type") == "object" and not node.is_definition:
            if title in named:
                yield node.where, f"There is another object {title!r}; give it another title."
            named.add(title)


@rule("HeaderSummaryMissing")
def headers_have_summaries(document: Document) -> Problems:
    """Find headers without a summary: designers name them by their description."""
    for node in document.of("header"):
        if not as_text(node.value.get("x-ms-summary")).strip():
            yield node.where, "The header has no x-ms-summary; add a short name."


@rule("RequiredPropertyArrayEmpty")
def required_lists_are_not_empty(document: Document) -> Problems:
    for node in document.of("schema"):
        if node.value.get("required") == []:
            yield point(node.where, "required"), "The list is empty; remove it."


@rule("ArrayHasNoItems")
def arrays_have_items(document: Document) -> Problems:
    for node in document.of(*TYPED):
        if node.value.get("type") == "array" and not node.value.get("items"):
            yield node.where, "The array does not declare its items; add them."


@rule("AdditionalPropertyNotAllowedAdjacentToRef")
def references_have_no_neighbours(document: Document) -> Problems:
    for node in document.of("schema"):
        beside = [key for key in node.value if key != "$ref"]
        if "$ref" in node.value and beside:
            yield (
                node.where,
                f"{', '.join(beside)} beside $ref is ignored; remove it, or replace the reference by the schema.",
            )


@rule("SchemaRefLoopNotAllowed")
def definitions_are_written_out(document: Document) -> Problems:
    for node in document.of("schema"):
        if node.is_definition and "$ref" in node.value:
            yield node.where, f"The definition is only a reference to {node.value['$ref']!r}; replace it by the schema."


def _properties_without(document: Document, *keys: str) -> Iterator[Node]:
    for node in document.of("schema"):
        _, value = follow(document.swagger, node.where, node.value)
        if node.via == "properties" and not any(as_text(value.get(k)).strip() for k in keys):
            yield node


@rule("PropertySummaryRequired")
def properties_have_summaries(document: Document) -> Problems:
    for node in _properties_without(document, "title", "x-ms-summary"):
        yield node.where, f"{node.key!r} has no title; add a title or x-ms-summary."


@rule("PropertyDescriptionRequired")
def properties_have_descriptions(document: Document) -> Problems:
    for node in _properties_without(document, "description"):
        yield node.where, f"{node.key!r} has no description; describe its value."


@rule("FreeFormObjectNotDynamic", level="warning")
def objects_declare_their_fields(document: Document) -> Problems:
    for node in document.of("schema"):
        dynamic = any(form in node.value for form in DYNAMIC_FORMS)
        if is_open(node.value) and not (dynamic or node.value.get("properties")):
            message = "Makers see no field of this object; list its properties or make it dynamic."
            yield node.where, message


@rule("BodySchemaCountExceedsMaxAllowed")
def objects_are_small(document: Document) -> Problems:
    for operation in document.operations:
        fields = (*operation.inputs, *operation.outputs)
        for body, count in Counter(field.root for field in fields).items():
            if count > MAX_SCHEMAS:
                message = f"The object has {count} schemas; at most {MAX_SCHEMAS} are allowed."
                yield body.schema_where, message
