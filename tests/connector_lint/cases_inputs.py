"""How to break the rules on parameters, bodies and paths."""

from connector_lint.case import (
    CREATE,
    GENRE,
    LIST,
    NEW_BOOK,
    SHELF_ID,
    UNHOOK,
    Case,
    case,
)
from connector_lint.definitions import Json
from connector_lint.example import GONE, part

BODY = f"{CREATE}/parameters/1"
NEXT = f"{LIST}/parameters/1"


def another(**changes: object) -> Json:
    """Return the edits that give ListBooks a second parameter."""
    label = {"x-ms-summary": "Another", "description": "One more."}
    return {f"{LIST}/parameters/-": {"in": "query", "type": "string", **label, **changes}}


def form(**changes: object) -> Json:
    """Return the edits that send a form in place of CreateBook's body."""
    label = {"x-ms-summary": "Cover", "description": "The cover."}
    field = {"name": "cover", "in": "formData", "type": "string", **label, **changes}
    return {BODY: field, f"{CREATE}/consumes": ["multipart/form-data"]}


def moved(old: str, new: str) -> Json:
    """Return the edits that move a path item."""
    old, new = (f"/paths/{path.replace('/', '~1')}" for path in (old, new))
    return {new: part(old), old: GONE}


def renamed(new: str) -> tuple[str, Json]:
    """Return where a path stands under its new name, and the edits that move it there."""
    where = f"/paths/{new.replace('/', '~1')}"
    return where, moved("/books", new)


def second_path(path: str, **parameter: object) -> Json:
    """Return the edits that add a path with one path parameter, like that of DeleteSubscription."""
    label = part(f"{UNHOOK}/parameters/0", parameter)
    operation = part(UNHOOK, {"operationId": "DeleteAll", "parameters": [label]})
    return {f"/paths/{path.replace('/', '~1')}": {"delete": operation}}


CASES: tuple[Case, ...] = (
    case("ConnectionIdParameterNotAllowed", f"{NEXT}", another(name="connectionId")),
    case("ReservedParameterIsUsed", NEXT, another(**{"name": "Accept", "in": "header"})),
    case(
        "OperationParametersContainDuplicateParameter",
        f"{LIST}/parameters",
        another(name="genre"),
    ),
    case(
        "OperationParameterNameIsAmbiguous",
        f"{CREATE}/parameters/2",
        {f"{CREATE}/parameters/-": part(GENRE, {"name": "title"})},
    ),
    case("ParameterSummaryRequired", GENRE, {f"{GENRE}/x-ms-summary": GONE}),
    case("ParameterDescriptionRequired", GENRE, {f"{GENRE}/description": GONE}),
    case("ParameterSummaryTooLong", f"{GENRE}/x-ms-summary", "Genre " * 14),
    case("ParameterSummaryNotTitleCase", f"{GENRE}/x-ms-summary", "the genre"),
    case(
        "InternalRequiredHasNoDefault",
        f"{NEW_BOOK}/properties/source",
        {f"{NEW_BOOK}/properties/source/default": GONE},
    ),
    case(
        "InternalPropertyWithDefaultOptional",
        GENRE,
        {f"{GENRE}/default": "poem", f"{GENRE}/x-ms-visibility": "internal"},
    ),
    case(
        "PropertyMustBeRequired",
        f"{NEW_BOOK}/properties/source",
        {f"{NEW_BOOK}/required": ["title"]},
    ),
    case(
        "AllowEmptyValueOnlyValidForQueryFormData",
        f"{SHELF_ID}/allowEmptyValue",
        {f"{SHELF_ID}/allowEmptyValue": True},
    ),
    case("CollectionFormatValueNotSupported", f"{SHELF_ID}/collectionFormat", "multi"),
    case(
        "BodyOrFormDataParameterInFetchOperationNotAllowed",
        NEXT,
        {f"{LIST}/parameters/-": part(BODY, {"schema": {"type": "string"}})},
    ),
    case(
        "OperationParametersContainMultipleBodyParameters",
        f"{CREATE}/parameters",
        {f"{CREATE}/parameters/-": part(BODY, {"name": "copy"})},
    ),
    case(
        "ParameterListContainsFormDataAndBody",
        f"{CREATE}/parameters",
        {
            f"{CREATE}/parameters/-": form()[BODY],
            f"{CREATE}/consumes": ["multipart/form-data", "application/json"],
        },
    ),
    case("BodyParameterSchemaRequired", BODY, {f"{BODY}/schema": GONE}),
    case("BodyParameterPropertyNotValid", f"{BODY}/type", "object"),
    case("NonBodyParameterSchemaNotValid", f"{GENRE}/schema", {f"{GENRE}/schema": {}}),
    case("FileParameterMustBeInFormData", f"{NEXT}/type", another(name="cover", type="file")),
    case(
        "SchemaTypeFileNotValid",
        f"{NEW_BOOK}/properties/title/type",
        {
            f"{NEW_BOOK}/properties/title/type": "file",
            f"{NEW_BOOK}/properties/title/maxLength": GONE,
        },
    ),
    case("InvalidStringBinaryProperty", f"{NEW_BOOK}/properties/title/format", "binary"),
    case("InvalidFormDataParameterName", f"{BODY}/name", form(name="\u00fcber")),
    case("ConsumesMissing", CREATE, {"/consumes": GONE}),
    case("MimeTypeNotValid", "/consumes/1", {"/consumes/-": "json"}),
    case("MimeTypeNotSupported", "/produces/1", {"/produces/-": "application/xml"}),
    case(
        "MimeTypeNotCompatibleWithRequestContentSchemaType",
        CREATE,
        {f"{CREATE}/consumes": ["text/plain"]},
    ),
    case(
        "MimeTypeNotCompatibleWithRequestContentSchemaType",
        CREATE,
        {**form(), f"{CREATE}/consumes": ["application/json"]},
    ),
    case(
        "StringBinaryNotSupportedForFormUrlEncoded",
        BODY,
        {**form(format="binary"), f"{CREATE}/consumes": ["application/x-www-form-urlencoded"]},
    ),
    case("OperationPathMustStartWithSlash", *renamed("books")),
    case("OperationPathMayNotContainQueryOrFragment", *renamed("/books?all")),
    case("OperationPathContainsUnsupportedCharacters", *renamed("/books/*")),
    case("OperationPathTemplateNotValid", *renamed("/books/}all")),
    case(
        "OperationPathVariablesContainDefaults",
        "/paths/~1subscriptions~1{subscriptionId=1}",
        moved("/subscriptions/{subscriptionId}", "/subscriptions/{subscriptionId=1}"),
    ),
    case(
        "PathRedefined",
        "/paths/~1Books",
        {"/paths/~1Books": {"get": part(LIST, {"operationId": "List", "x-ms-pageable": GONE})}},
    ),
    case(
        "DuplicateOperationPath",
        "/paths/~1subscriptions~1{other}/delete",
        second_path("/subscriptions/{other}", name="other"),
    ),
    case(
        "PartialDuplicateOperationPath",
        "/paths/~1{any}~1all/delete",
        second_path("/{any}/all", name="any"),
    ),
    case(
        "PathItemRefNotSupported",
        "/paths/~1more/$ref",
        {"/paths/~1more": {"$ref": "#/paths/~1books"}},
    ),
    case("OperationMissingPathParameter", UNHOOK, {f"{UNHOOK}/parameters": []}),
    case(
        "PathParameterNotDefinedInTemplate",
        f"{LIST}/parameters/1",
        {f"{LIST}/parameters/-": part(f"{UNHOOK}/parameters/0")},
    ),
    case("PathParameterMustBeRequired", SHELF_ID, {f"{SHELF_ID}/required": False}),
    case("PathParameterMissingEncoding", SHELF_ID, {f"{SHELF_ID}/x-ms-url-encoding": GONE}),
    case("QueryParameterEncodingNotSupported", f"{GENRE}/x-ms-url-encoding", "single"),
)
