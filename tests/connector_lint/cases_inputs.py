"""Cases that break the rules on parameters, bodies and paths."""

from connector_lint.case import (
    CREATE,
    DELETE,
    GENRE,
    LIST,
    NEW_BOOK,
    SHELF_ID,
    Case,
    case,
)
from connector_lint.definitions import Json
from connector_lint.example import REMOVED, part

BODY = f"{CREATE}/parameters/1"
NEXT = f"{LIST}/parameters/1"


def another(**changes: object) -> Json:
    """Return the edits that give ListBooks a second parameter."""
    label = {"x-ms-summary": "Another", "description": "One more."}
    return {f"{LIST}/parameters/-": {"in": "query", "type": "string", **label, **changes}}


def renamed(new: str) -> tuple[str, Json]:
    """Return the pointer of the path /books after it is renamed, and the edits that rename it."""
    where = f"/paths/{new.replace('/', '~1')}"
    return where, {where: part("/paths/~1books"), "/paths/~1books": REMOVED}


def second_path(path: str, **parameter: object) -> Json:
    """Return the edits that add a path with one path parameter, like that of DeleteLoan."""
    label = part(f"{DELETE}/parameters/0", parameter)
    operation = part(DELETE, {"operationId": "DeleteAll", "parameters": [label]})
    return {f"/paths/{path.replace('/', '~1')}": {"delete": operation}}


CASES: tuple[Case, ...] = (
    case("ConnectionIdParameterNotAllowed", NEXT, another(name="connectionId")),
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
    case("ParameterSummaryRequired", GENRE, {f"{GENRE}/x-ms-summary": REMOVED}),
    case("ParameterDescriptionRequired", GENRE, {f"{GENRE}/description": REMOVED}),
    case("ParameterSummaryTooLong", f"{GENRE}/x-ms-summary", "Genre " * 14),
    case("ParameterSummaryNotTitleCase", f"{GENRE}/x-ms-summary", "the genre"),
    case(
        "InternalRequiredHasNoDefault",
        f"{NEW_BOOK}/properties/source",
        {f"{NEW_BOOK}/properties/source/default": REMOVED},
    ),
    case(
        "PropertyMustBeRequired",
        f"{NEW_BOOK}/properties/source",
        {f"{NEW_BOOK}/required": ["title"]},
    ),
    case(
        "PropertyMustBeRequired",
        GENRE,
        {f"{GENRE}/default": "poem", f"{GENRE}/x-ms-visibility": "internal"},
    ),
    case(
        "BodyOrFormDataParameterInFetchOperationNotAllowed",
        NEXT,
        {f"{LIST}/parameters/-": part(BODY, {"schema": {"type": "string"}})},
    ),
    case("OperationPathMayNotContainQueryOrFragment", *renamed("/books?all")),
    case("OperationPathContainsUnsupportedCharacters", *renamed("/books/*")),
    case(
        "DuplicateOperationPath",
        "/paths/~1loans~1{other}/delete",
        second_path("/loans/{other}", name="other"),
    ),
    case(
        "PartialDuplicateOperationPath",
        "/paths/~1{any}~1all/delete",
        second_path("/{any}/all", name="any"),
    ),
    case("OperationMissingPathParameter", DELETE, {f"{DELETE}/parameters": []}),
    case(
        "PathParameterNotDefinedInTemplate",
        f"{LIST}/parameters/1",
        {f"{LIST}/parameters/-": part(f"{DELETE}/parameters/0")},
    ),
    case(
        "PathParameterMustBeRequired",
        SHELF_ID,
        {f"{SHELF_ID}/required": False},
        "OperationParameterRequiredMismatch",
    ),
    case("PathParameterMissingEncoding", SHELF_ID, {f"{SHELF_ID}/x-ms-url-encoding": REMOVED}),
    case("QueryParameterEncodingNotSupported", f"{GENRE}/x-ms-url-encoding", "single"),
)
