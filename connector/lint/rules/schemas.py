"""Rules on objects and arrays: fields, composition, readability, size."""

from collections import Counter
from collections.abc import Iterator

from connector.lint.document import TYPED, Document
from connector.lint.json_value import as_list, as_object, as_text, point
from connector.lint.node import DYNAMIC_FORMS, Node
from connector.lint.operation import is_open
from connector.lint.rule import Problems, rule
from connector.lint.shape import FOREIGN_KEYWORDS

MOST_SCHEMAS = 512


@rule("RequiredPropertyDefinitionMissing")
def required_properties_are_defined(document: Document) -> Problems:
    for node in document.of("schema"):
        properties = as_object(node.value.get("properties"))
        told = properties or not is_open(node.value)
        is_object = node.value.get("type", "object") == "object"
        for name in as_list(node.value.get("required")) if told and is_object else ():
            if name not in properties:
                where = point(node.where, "required")
                yield where, f"{name!r} is required but not defined; add it to the properties."


@rule("RequiredPropertyNotOnObject")
def only_objects_require(document: Document) -> Problems:
    for node in document.of("schema"):
        found = node.value.get("type", "object")
        if "required" in node.value and found != "object":
            yield point(node.where, "required"), f"Only an object requires, not {found}; remove it."


@rule("RequiredPropertyArrayEmpty")
def required_lists_are_not_empty(document: Document) -> Problems:
    for node in document.of("schema"):
        if node.value.get("required") == []:
            yield point(node.where, "required"), "The list is empty; remove it."


@rule("RequiredReadOnlyPropertyNotAllowedAsInput")
def read_only_fields_are_not_asked_for(document: Document) -> Problems:
    for operation in document.operations:
        for field in operation.inputs:
            if field.required and field.schema.get("readOnly") is True:
                yield field.where, f"{field.path!r} is read-only but required; make it optional."


@rule("ArrayHasNoItems")
def arrays_have_items(document: Document) -> Problems:
    for node in document.of(*TYPED):
        if node.value.get("type") == "array" and not node.value.get("items"):
            yield node.where, "The array does not say what it holds; add items."


@rule("DiscriminatorMustBeARequiredStringProperty")
def discriminators_are_required_strings(document: Document) -> Problems:
    for node in document.of("schema"):
        name = node.value.get("discriminator")
        kind = as_object(as_object(node.value.get("properties")).get(name)).get("type")
        good = kind == "string" and name in as_list(node.value.get("required"))
        if name is not None and not good:
            where = point(node.where, "discriminator")
            yield where, f"{name!r} is no required string of this object; make it one."


@rule("SwaggerKeywordNotSupported")
def keywords_are_supported(document: Document) -> Problems:
    for node in document.of(*TYPED):
        for keyword in (*FOREIGN_KEYWORDS, "uniqueItems"):
            if keyword in node.value:
                yield point(node.where, keyword), f"{keyword!r} is not supported; remove it."


@rule("AllOfNotAllowed")
def schemas_are_not_composed(document: Document) -> Problems:
    for node in document.of("schema"):
        if "allOf" in node.value:
            where = point(node.where, "allOf")
            yield where, "allOf is not read everywhere; write its properties inline."


def _properties_without(document: Document, *keys: str) -> Iterator[Node]:
    for node in document.of("schema"):
        _, value = document.follow(node.where, node.value)
        if node.via == "properties" and not any(as_text(value.get(k)).strip() for k in keys):
            yield node


@rule("PropertySummaryRequired")
def properties_have_summaries(document: Document) -> Problems:
    for node in _properties_without(document, "title", "x-ms-summary"):
        yield node.where, f"{node.key!r} has no title; add a title or x-ms-summary."


@rule("PropertyDescriptionRequired")
def properties_have_descriptions(document: Document) -> Problems:
    for node in _properties_without(document, "description"):
        yield node.where, f"{node.key!r} has no description; tell what it holds."


@rule("InvalidCustomEditorExtensionDictionaryValue")
def dictionary_editors_are_on_dictionaries(document: Document) -> Problems:
    for node in document.of(*TYPED):
        wants = node.value.get("x-ms-editor") == "dictionary"
        more = node.value.get("additionalProperties") not in (None, False)
        if wants and not (node.value.get("type") == "object" and more):
            message = "A dictionary is edited only in an object with additionalProperties."
            yield point(node.where, "x-ms-editor"), message


@rule("FreeFormObjectNotDynamic", level="warning")
def objects_name_their_fields(document: Document) -> Problems:
    for node in document.of("schema"):
        dynamic = any(form in node.value for form in DYNAMIC_FORMS)
        edited = node.value.get("x-ms-editor") == "dictionary"
        if is_open(node.value) and not (dynamic or edited or node.value.get("properties")):
            message = "Makers see no field of this object; list its properties or make it dynamic."
            yield node.where, message


@rule("BodySchemaCountExceedsMaxAllowed")
def objects_are_small(document: Document) -> Problems:
    for operation in document.operations:
        fields = (*operation.inputs, *operation.outputs)
        for body, count in Counter(field.root for field in fields).items():
            if count > MOST_SCHEMAS:
                message = f"The object holds {count} schemas; {MOST_SCHEMAS} is the most."
                yield body.schema_where, message
