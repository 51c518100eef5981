"""Cases that break the rules on operations, their revisions and their responses."""

from connector_lint.case import CREATE, LIST, NEW_BOOK, SHELF_ID, Case, case
from connector_lint.definitions import Json, text
from connector_lint.example import README, REMOVED, part

ANNOTATION = "x-ms-api-annotation"
PAGE = f"{LIST}/responses/200"
DEFAULT = f"{CREATE}/responses/default"


def version(number: int, **annotation: object) -> Json:
    """Return a copy of ListBooks as a member of its family."""
    operation_id = f"ListBooksV{number}"
    family = {"family": "ListBooks", **annotation}
    return part(LIST, {"operationId": operation_id, "x-ms-pageable": REMOVED, ANNOTATION: family})


def alone(number: int) -> Json:
    """Return a copy of ListBooks without a family."""
    return {**version(number), ANNOTATION: {}}


def versions(*members: Json) -> Json:
    """Return the edits that add operations of a family."""
    return {f"/paths/~1books~1{number}": {"get": member} for number, member in enumerate(members)}


def called(operation: str, summary: str) -> Json:
    """Return the edits that give an operation another summary, in the readme too."""
    before = part(operation)["summary"]
    return {f"{operation}/summary": summary, "readme.md": README.replace(before, summary)}


def error(schema: Json) -> Json:
    """Return a response with this schema."""
    return {"description": "What is wrong.", "schema": schema}


def path(number: int) -> str:
    """Return the pointer of an operation of a family."""
    return f"/paths/~1books~1{number}/get"


CASES: tuple[Case, ...] = (
    case("TotalOperationsCountExceedsMaxAllowed", "/paths", versions(*map(alone, range(128)))),
    case("OperationIdNotUnique", f"{CREATE}/operationId", "ListBooks"),
    case("OperationIdSanitized", f"{CREATE}/operationId", "Create_Book"),
    case("OperationIdNotPascalCase", f"{CREATE}/operationId", "createBook"),
    case(
        "OperationIdNotFound",
        f"{SHELF_ID}/x-ms-dynamic-list/operationId",
        "ListBoards",
    ),
    case("OperationSummaryRequired", CREATE, {f"{CREATE}/summary": REMOVED}),
    case("OperationSummaryTooLong", f"{CREATE}/summary", called(CREATE, "Put " * 30 + "a book")),
    case("OperationSummaryLong", f"{CREATE}/summary", called(CREATE, "Put " * 20 + "a book")),
    case("RestrictedCharactersInSummary", f"{CREATE}/summary", called(CREATE, "Put a book on/off")),
    case("OperationSummaryEndNotValid", f"{CREATE}/summary", called(CREATE, "Put a book ")),
    case("OperationDescriptionRequired", CREATE, {f"{CREATE}/description": REMOVED}),
    case("OperationDescriptionNotSentence", f"{CREATE}/description", "adds a book"),
    case("OperationDescriptionEqualsSummary", f"{CREATE}/description", "Put a book on a shelf."),
    case("OperationDescriptionHasUrl", f"{CREATE}/description", "See https://a.example."),
    case(
        "OperationFamilyHasDuplicateRevisions",
        f"{path(1)}/{ANNOTATION}/revision",
        versions(
            version(2, revision=2),
            {**version(2, revision=2), "operationId": "ListAllBooksV2"},
        ),
    ),
    case("OperationRevisionEmpty", f"{path(0)}/{ANNOTATION}", versions(version(1))),
    case(
        "OperationIdShouldEndWithRevision",
        f"{path(0)}/operationId",
        versions(version(1, revision=2)),
    ),
    case(
        "OperationShouldHaveSuccessfulResponse",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/201": REMOVED},
    ),
    case(
        "SchemaDefinitionSetIncorrectly",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/201/schema": REMOVED},
    ),
    case(
        "OperationHasManyResponsesWithSchema",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/409": part(f"{CREATE}/responses/201")},
    ),
    case(
        "OperationHasManyResponsesWithSchema",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/202": error({"$ref": "#/definitions/NewBook"})},
        "DynamicRecordTyped",
    ),
    case("DefaultResponseNotError", DEFAULT, {DEFAULT: {"description": "What is wrong."}}),
    case("DefaultResponseNotError", DEFAULT, {DEFAULT: part(f"{CREATE}/responses/201")}),
    case(
        "DefaultResponseNotError",
        f"{LIST}/responses/default",
        {f"{LIST}/responses/default": error({"$ref": "#/definitions/Book"}), DEFAULT: error(part(NEW_BOOK))},
        "ObjectTitleNotUnique",
    ),
    case(
        "ResponseSchemaEmpty",
        f"{CREATE}/responses/201/schema",
        {f"{CREATE}/responses/201/schema": {"type": "object"}},
    ),
    case(
        "InvalidNextLinkNameValue",
        f"{LIST}/x-ms-pageable/nextLinkName",
        {
            f"{LIST}/x-ms-pageable/nextLinkName": "more",
            f"{PAGE}/schema/properties/more": text("More", "Where the next page is."),
        },
        "PageablePolicyMismatch",
    ),
    case(
        "PageableOutputNotValid",
        f"{LIST}/x-ms-pageable",
        {f"{PAGE}/schema/properties/nextLink": REMOVED},
    ),
)
