"""How to break the rules on operations, their versions and their responses."""

from connector_lint.case import CREATE, LIST, Case, case
from connector_lint.definitions import Json, text
from connector_lint.example import GONE, README, part

ANNOTATION = "x-ms-api-annotation"
PAGE = f"{LIST}/responses/200"


def version(number: int, **annotation: object) -> Json:
    """Return a copy of ListBooks as a member of its family."""
    operation_id = f"ListBooksV{number}"
    family = {"family": "ListBooks", **annotation}
    return part(LIST, {"operationId": operation_id, "x-ms-pageable": GONE, ANNOTATION: family})


def alone(number: int) -> Json:
    """Return a copy of ListBooks that is of no family."""
    return {**version(number), ANNOTATION: {}}


def versions(*members: Json) -> Json:
    """Return the edits that add such members, and the readme's leave to do so."""
    return {f"/paths/~1books~1{number}": {"get": member} for number, member in enumerate(members)}


def called(operation: str, summary: str) -> Json:
    """Return the edits that give an operation another summary, in the readme too."""
    before = part(operation)["summary"]
    return {f"{operation}/summary": summary, "readme.md": README.replace(before, summary)}


def path(number: int) -> str:
    """Return where such a member stands."""
    return f"/paths/~1books~1{number}/get"


def replaced(**replacement: str) -> Json:
    """Return the edits that name a replacement for a deprecated operation."""
    return {f"{LIST}/deprecated": True, f"{LIST}/{ANNOTATION}": {"replacement": replacement}}


CASES: tuple[Case, ...] = (
    case("TotalOperationsCountExceedsMaxAllowed", "/paths", versions(*map(alone, range(128)))),
    case("OperationIdRequired", CREATE, {f"{CREATE}/operationId": GONE}),
    case("OperationIdNotUnique", f"{CREATE}/operationId", "ListBooks"),
    case("OperationIdSanitized", f"{CREATE}/operationId", "Create_Book"),
    case("OperationIdNotPascalCase", f"{CREATE}/operationId", "createBook"),
    case(
        "OperationIdNotFound",
        "/parameters/ShelfId/x-ms-dynamic-list/operationId",
        "ListBoards",
    ),
    case("OperationSummaryRequired", CREATE, {f"{CREATE}/summary": GONE}),
    case("OperationSummaryTooLong", f"{CREATE}/summary", called(CREATE, "Put " * 30 + "a book")),
    case("OperationSummaryLong", f"{CREATE}/summary", called(CREATE, "Put " * 20 + "a book")),
    case("RestrictedCharactersInSummary", f"{CREATE}/summary", called(CREATE, "Put a book on/off")),
    case("OperationSummaryEndNotValid", f"{CREATE}/summary", called(CREATE, "Put a book ")),
    case("OperationDescriptionRequired", CREATE, {f"{CREATE}/description": GONE}),
    case("OperationDescriptionNotSentence", f"{CREATE}/description", "adds a book"),
    case("OperationDescriptionEqualsSummary", f"{CREATE}/description", "Put a book on a shelf."),
    case("OperationDescriptionHasUrl", f"{CREATE}/description", "See https://a.example."),
    case("OperationVisibilityMissing", CREATE, {f"{CREATE}/x-ms-visibility": GONE}),
    case(
        "OperationFamilyHasDuplicateRevisions",
        f"{path(1)}/{ANNOTATION}/revision",
        versions(
            version(2, revision=2),
            {**version(2, revision=2), "operationId": "ListAllBooksV2"},
        ),
    ),
    case(
        "OperationFamilyHasManyActiveOperations",
        path(0),
        versions(*(version(number, revision=number) for number in (1, 2, 3))),
    ),
    case(
        "OperationFamilyHasManyActiveProductionOperations",
        path(0),
        versions(*(version(n, revision=n, status="Production") for n in (1, 2))),
    ),
    case(
        "OperationFamilyHasManyEmptyRevisions",
        f"{path(0)}/{ANNOTATION}",
        versions(version(1), version(2)),
        "OperationRevisionEmpty",
    ),
    case("OperationRevisionEmpty", f"{path(0)}/{ANNOTATION}", versions(version(1))),
    case(
        "OperationIdShouldEndWithRevision",
        f"{path(0)}/operationId",
        versions(version(1, revision=2)),
    ),
    case(
        "ApiAnnotationExtensionReplacementInfoForNonDeprecatedOperations",
        f"{LIST}/{ANNOTATION}/replacement",
        {**replaced(api="books", operationId="CreateBook"), f"{LIST}/deprecated": False},
    ),
    case(
        "ApiAnnotationExtensionReplacementInfoMissingApiProperty",
        f"{LIST}/{ANNOTATION}/replacement",
        replaced(operationId="CreateBook"),
    ),
    case(
        "ApiAnnotationExtensionReplacementInfoMissingOperationIdProperty",
        f"{LIST}/{ANNOTATION}/replacement",
        replaced(api="books"),
    ),
    case("OperationMustHaveResponse", CREATE, {f"{CREATE}/responses": {}}),
    case(
        "OperationShouldHaveSuccessfulResponse",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/201": GONE},
    ),
    case(
        "ResponseMustBeDefaultOrHttpStatusCode",
        f"{CREATE}/responses/many",
        {f"{CREATE}/responses/many": {"description": "Many."}},
    ),
    case(
        "SchemaDefinitionSetIncorrectly",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/201/schema": GONE},
    ),
    case(
        "OperationHasManyResponsesWithSchema",
        f"{CREATE}/responses",
        {f"{CREATE}/responses/409": part(f"{CREATE}/responses/201")},
    ),
    case(
        "DefaultResponseHasSchema",
        f"{CREATE}/responses/default",
        {f"{CREATE}/responses/default": part(f"{CREATE}/responses/201")},
    ),
    case(
        "ResponseSchemaEmpty",
        f"{CREATE}/responses/201/schema",
        {f"{CREATE}/responses/201/schema": {"type": "object"}},
    ),
    case(
        "ResponseHeadersAreNotUnique",
        f"{PAGE}/headers",
        {f"{PAGE}/headers": {"Total": {"type": "integer"}, "total": {"type": "integer"}}},
    ),
    case(
        "ResponseExampleMustBeProducedByOperation",
        f"{PAGE}/examples/text~1plain",
        {f"{PAGE}/examples": {"text/plain": "none"}},
    ),
    case(
        "InvalidNextLinkNameValue",
        f"{LIST}/x-ms-pageable/nextLinkName",
        {
            f"{LIST}/x-ms-pageable/nextLinkName": "more",
            f"{PAGE}/schema/properties/more": text("More", "Where the next page is."),
        },
    ),
    case(
        "PageableOutputNotValid",
        f"{LIST}/x-ms-pageable",
        {f"{PAGE}/schema/properties/nextLink": GONE},
    ),
)
