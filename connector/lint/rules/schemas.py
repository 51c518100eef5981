"""Rules on objects and arrays: fields, references, labels, size."""

from collections import Counter
from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.field import is_open
from connector.lint.json_value import as_list, as_object, as_text, follow, point
from connector.lint.node import DYNAMIC_FORMS, TYPED, Node
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
    """Find titles of definitions: designers put them in front of the name of each field."""
    for node in document.of("schema"):
        if node.is_definition and "title" in node.value:
            yield node.where, "The definition has a title; remove it, and keep those of its fields."


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
