"""Cases that break the rules on dynamic values and schemas."""

from connector_lint.case import (
    BOOK,
    CREATE,
    GET_SCHEMA,
    LIST,
    NEW_BOOK,
    SHELF_ID,
    Case,
    case,
)
from connector_lint.definitions import Json
from connector_lint.example import REMOVED, part

ROWS = f"{LIST}/responses/200/schema/properties/value"
VALUES, LIST_FORM = f"{SHELF_ID}/x-ms-dynamic-values", f"{SHELF_ID}/x-ms-dynamic-list"
DETAILS = f"{NEW_BOOK}/properties/details"
SCHEMA, PROPERTIES = f"{DETAILS}/x-ms-dynamic-schema", f"{DETAILS}/x-ms-dynamic-properties"
VIEW = f"{GET_SCHEMA}/parameters/1"


def extra(name: str, **changes: object) -> Json:
    """Return the edits that give CreateBook a query parameter."""
    parameter = part(VIEW, {"name": name, "required": False, "x-ms-summary": "More", **changes})
    return {f"{CREATE}/parameters/-": parameter}


def fields(**changes: object) -> Json:
    """Return a record of responses with the fields of a shelf."""
    given: Json = {"shelfId": "1", "view": "output"}
    newer = {name: {"value": value} for name, value in given.items()}
    call = {"operationId": "GetShelfSchema"}
    return {
        "title": "Details",
        "description": "The fields of this shelf.",
        "x-ms-dynamic-schema": {**call, "parameters": given, "value-path": "schema"},
        "x-ms-dynamic-properties": {**call, "parameters": newer, "itemValuePath": "schema"},
        **changes,
    }


CASES: tuple[Case, ...] = (
    case("DynamicSchemaPathMissing", SCHEMA, {f"{SCHEMA}/value-path": REMOVED, f"{PROPERTIES}/itemValuePath": REMOVED}),
    case("DynamicArgumentOptional", f"{SCHEMA}/parameters/view", {f"{VIEW}/required": False}),
    case(
        "DynamicRecordTyped",
        f"{BOOK}/properties/details",
        {f"{BOOK}/properties/details": fields(type="object", title="Particulars")},
    ),
    case("DynamicRowWithoutFields", f"{ROWS}/items", {f"{ROWS}/items": fields()}),
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
    case("DynamicFormMissing", SHELF_ID, {LIST_FORM: REMOVED}),
    case(
        "DynamicPropertiesItemValuePathMismatch",
        PROPERTIES,
        {f"{PROPERTIES}/itemValuePath": REMOVED},
        "DynamicSchemaPathMissing",
    ),
    case("InvokedOperationShouldProduceArray", LIST_FORM, {f"{LIST_FORM}/itemsPath": "shelves"}),
    case("InvokedOperationShouldProduceProperty", f"{LIST_FORM}/itemValuePath", "key"),
    case(
        "OperationMissingRequiredProperty",
        f"{SCHEMA}/parameters",
        {f"{SCHEMA}/parameters/shelfId": REMOVED},
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
            **extra("more", type="integer", required=True),
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
