"""Rules on request bodies, files and media types."""

import re
from collections.abc import Iterator

from connector.lint.document import Document
from connector.lint.json_value import as_list, as_text, point
from connector.lint.operation import Field, media_types
from connector.lint.rule import Problems, rule

MEDIA_TYPES = (
    "application/json",
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
)
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
BODY_KEYS = ("name", "in", "description", "required", "schema", "$ref")

_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+")


def _sent(document: Document, place: str) -> Iterator[tuple[list[Field], str, list[str]]]:
    for operation in document.operations:
        fields = [p for p in operation.parameters if p.place == place]
        if fields:
            yield fields, operation.where, media_types(operation, document.swagger, "consumes")


@rule("BodyOrFormDataParameterInFetchOperationNotAllowed")
def fetches_send_nothing(document: Document) -> Problems:
    for operation in document.operations:
        for parameter in operation.parameters:
            if operation.verb in ("get", "head") and parameter.place in ("body", "formData"):
                message = f"A {operation.verb} sends no body; use query parameters."
                yield parameter.where, message


@rule("OperationParametersContainMultipleBodyParameters")
def bodies_are_single(document: Document) -> Problems:
    for bodies, where, _ in _sent(document, "body"):
        if len(bodies) > 1:
            message = f"{len(bodies)} body parameters are declared; put their fields into one."
            yield point(where, "parameters"), message


@rule("ParameterListContainsFormDataAndBody")
def bodies_and_forms_do_not_mix(document: Document) -> Problems:
    for operation in document.operations:
        if {"body", "formData"} <= {p.place for p in operation.parameters}:
            where = point(operation.where, "parameters")
            yield where, "A body and form data are both declared; choose one."


@rule("BodyParameterSchemaRequired")
def bodies_have_schemas(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") == "body" and "schema" not in node.value:
            yield node.where, "The body has no schema; add one."


@rule("BodyParameterPropertyNotValid")
def bodies_are_typed_by_their_schema(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("in") == "body":
            for key in node.value:
                if key not in BODY_KEYS and not key.startswith("x-"):
                    where = point(node.where, key)
                    yield where, f"A body parameter has no {key!r}; put it into the schema."


@rule("NonBodyParameterSchemaNotValid")
def only_bodies_have_schemas(document: Document) -> Problems:
    for node in document.of("parameter"):
        place = node.value.get("in")
        if place != "body" and "schema" in node.value:
            where = point(node.where, "schema")
            yield where, f"A {place} parameter has no schema; give it a type."


@rule("FileParameterMustBeInFormData")
def files_are_form_data(document: Document) -> Problems:
    for node in document.of("parameter"):
        if node.value.get("type") == "file" and node.value.get("in") != "formData":
            yield point(node.where, "type"), "A file is sent as form data only; change 'in'."


@rule("SchemaTypeFileNotValid")
def files_are_whole_outputs(document: Document) -> Problems:
    for node in document.of("schema", "items"):
        root_of_response = node.parent and node.parent.kind == "response"
        if node.value.get("type") == "file" and not root_of_response:
            where = point(node.where, "type")
            yield where, "A file stands only at the root of a response; use string and byte."


@rule("InvalidStringBinaryProperty")
def binaries_are_whole_bodies(document: Document) -> Problems:
    for node in document.of("schema", "items"):
        root_of_body = node.parent and node.parent.kind in ("parameter", "response")
        if node.value.get("format") == "binary" and not (root_of_body and node.kind == "schema"):
            where = point(node.where, "format")
            yield where, "A binary is a whole body or form field; use the format 'byte' inside one."


@rule("InvalidFormDataParameterName")
def form_fields_have_ascii_names(document: Document) -> Problems:
    for node in document.of("parameter"):
        name = as_text(node.value.get("name"))
        if node.value.get("in") == "formData" and not name.isascii():
            yield point(node.where, "name"), f"{name!r} is not ASCII; rename the field."


@rule("ConsumesMissing")
def bodies_have_media_types(document: Document) -> Problems:
    for place in ("body", "formData"):
        for _, where, consumed in _sent(document, place):
            if not consumed:
                yield where, "What it consumes is not said; add 'consumes', here or at the root."


def _declared(document: Document) -> Iterator[tuple[str, str]]:
    for node in document.of("root", "operation"):
        for key in ("consumes", "produces"):
            for index, name in enumerate(as_list(node.value.get(key))):
                yield point(node.where, key, index), str(name).partition(";")[0].strip()


@rule("MimeTypeNotValid")
def media_types_are_well_formed(document: Document) -> Problems:
    for where, name in _declared(document):
        if not _MEDIA_TYPE.fullmatch(name):
            yield where, f"{name!r} is no media type; write it like application/json."


@rule("MimeTypeNotSupported")
def media_types_are_supported(document: Document) -> Problems:
    for where, name in _declared(document):
        if _MEDIA_TYPE.fullmatch(name) and name not in MEDIA_TYPES:
            yield where, f"{name!r} is not supported; use {', '.join(MEDIA_TYPES)}."


@rule("MimeTypeNotCompatibleWithRequestContentSchemaType")
def media_types_suit_the_body(document: Document) -> Problems:
    for _, where, consumed in _sent(document, "formData"):
        if consumed and not set(consumed) & set(FORMS):
            yield where, f"Form data can not be sent as {', '.join(consumed)}; consume a form."
    for bodies, where, consumed in _sent(document, "body"):
        structured = bodies[0].schema.get("type", "object") in ("object", "array")
        plain = all(not name.startswith("application/json") for name in consumed)
        if consumed and structured and plain:
            yield where, f"An object can not be sent as {', '.join(consumed)}; consume JSON."


@rule("StringBinaryNotSupportedForFormUrlEncoded")
def encoded_forms_hold_no_binaries(document: Document) -> Problems:
    for fields, _, consumed in _sent(document, "formData"):
        for field in fields:
            binary = field.schema.get("format") == "binary" or field.schema.get("type") == "file"
            if binary and "application/x-www-form-urlencoded" in consumed:
                yield field.where, f"{field.path!r} is binary; consume multipart/form-data."
