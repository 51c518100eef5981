"""How to break the rules on dynamic values and schemas."""

from connector_lint.case import (
    CREATE,
    GET_SCHEMA,
    LIST_SHELVES,
    NEW_BOOK,
    SHELF_ID,
    Case,
    case,
)
from connector_lint.definitions import Json
from connector_lint.example import GONE, part

VALUES, LIST_FORM = f"{SHELF_ID}/x-ms-dynamic-values", f"{SHELF_ID}/x-ms-dynamic-list"
DETAILS = f"{NEW_BOOK}/properties/details"
SCHEMA, PROPERTIES = f"{DETAILS}/x-ms-dynamic-schema", f"{DETAILS}/x-ms-dynamic-properties"
TITLE = f"{NEW_BOOK}/properties/title"
SHELVES = f"{LIST_SHELVES}/responses/200/schema/properties/value"
VIEW = f"{GET_SCHEMA}/parameters/1"


def extra(name: str, **changes: object) -> Json:
    """Return the edits that give CreateBook a query parameter."""
    parameter = part(VIEW, {"name": name, "x-ms-summary": "More", **changes})
    return {f"{CREATE}/parameters/-": parameter}


def looked_up(reference: str) -> Json:
    """Return the edits that fill a title's list by a reference, in the older form only."""
    values = part(VALUES, {"operationId": "GetShelfSchema"})
    arguments = {"shelfId": {"parameter": reference}}
    paths = {"value-collection": "schema/list", "value-path": "id", "value-title": "name"}
    return {f"{TITLE}/x-ms-dynamic-values": {**values, **paths, "parameters": arguments}}


def open_schema() -> Json:
    """Return the edits by which GetShelfSchema gives anything."""
    where = f"{GET_SCHEMA}/responses/200/schema/properties/schema"
    return {f"{where}/additionalProperties": True, f"{where}/x-ms-editor": "dictionary"}


FILLED_BY_TITLE = {f"{SCHEMA}/parameters/shelfId": {"parameter": "title"}}

CASES: tuple[Case, ...] = (
    case(
        "DynamicPathNotValid",
        f"{VALUES}/value-path",
        "/id",
        "InvokedOperationShouldProduceProperty",
    ),
    case(
        "DynamicPathNotValid",
        LIST_FORM,
        {f"{LIST_FORM}/itemsPath": "/value"},
        "InvokedOperationShouldProduceArray",
    ),
    case("DynamicFormMissing", SHELF_ID, {LIST_FORM: GONE}),
    case(
        "OneOfPropertiesRequired",
        f"{PROPERTIES}/parameters/view",
        {f"{PROPERTIES}/parameters/view": {}},
    ),
    case(
        "DynamicListExtensionRequiredForAmbiguousReferences",
        f"{TITLE}/x-ms-dynamic-values/parameters/shelfId",
        {**open_schema(), **looked_up("source"), **extra("source", required=True)},
        "OperationParameterNameIsAmbiguous",
        "DynamicFormMissing",
    ),
    case(
        "DynamicListExtensionRequiredForNonParameterReferences",
        f"{TITLE}/x-ms-dynamic-values/parameters/shelfId",
        {**open_schema(), **looked_up("title")},
        "DynamicFormMissing",
    ),
    case(
        "DynamicPropertiesExtensionRequiredForAmbiguousReferences",
        f"{SCHEMA}/parameters/shelfId",
        {**FILLED_BY_TITLE, **extra("title", required=True), PROPERTIES: GONE},
        "OperationParameterNameIsAmbiguous",
        "DynamicFormMissing",
    ),
    case(
        "DynamicPropertiesExtensionRequiredForNonParameterReferences",
        f"{SCHEMA}/parameters/shelfId",
        {**FILLED_BY_TITLE, PROPERTIES: GONE},
        "DynamicFormMissing",
    ),
    case(
        "DynamicPropertiesExtensionRequiredForPropertiesValuePath",
        f"{SCHEMA}/value-path",
        {f"{SCHEMA}/value-path": "schema/properties", PROPERTIES: GONE},
        "DynamicFormMissing",
    ),
    case(
        "DynamicPropertiesItemValuePathMismatch",
        PROPERTIES,
        {f"{PROPERTIES}/itemValuePath": GONE},
    ),
    case(
        "DynamicExtensionDefinitionNotAllowedInParameter",
        f"{CREATE}/parameters/1/x-ms-dynamic-schema",
        {
            f"{CREATE}/parameters/1/x-ms-dynamic-schema": part(SCHEMA),
            f"{CREATE}/parameters/1/x-ms-dynamic-properties": part(PROPERTIES),
        },
    ),
    case("InvokedOperationShouldProduceArray", LIST_FORM, {f"{LIST_FORM}/itemsPath": "shelves"}),
    case("InvokedOperationShouldProduceProperty", f"{LIST_FORM}/itemValuePath", "key"),
    case(
        "OperationMissingRequiredProperty",
        f"{SCHEMA}/parameters",
        {f"{SCHEMA}/parameters/shelfId": GONE},
    ),
    case(
        "OperationParameterNameNotFound",
        f"{PROPERTIES}/parameters/lens",
        {f"{PROPERTIES}/parameters/lens": {"value": "input"}},
    ),
    case(
        "OperationParameterNameNotFound",
        f"{PROPERTIES}/parameters/shelfId",
        {f"{PROPERTIES}/parameters/shelfId/parameterReference": "board"},
    ),
    case(
        "OperationParameterRequiredMismatch",
        f"{PROPERTIES}/parameters/shelfId",
        {f"{PROPERTIES}/parameters/shelfId/parameterReference": "more", **extra("more")},
    ),
    case(
        "OperationParameterTypeMismatch",
        f"{PROPERTIES}/parameters/view",
        {
            f"{PROPERTIES}/parameters/view": {"parameterReference": "more"},
            **extra("more", type="integer"),
        },
    ),
    case(
        "OperationParameterStaticTypeMismatch",
        f"{PROPERTIES}/parameters/view",
        {f"{PROPERTIES}/parameters/view/value": 7},
    ),
    case(
        "SourcePropertyInternal",
        f"{PROPERTIES}/parameters/view",
        {f"{PROPERTIES}/parameters/view": {"parameterReference": "book/source"}},
    ),
)
