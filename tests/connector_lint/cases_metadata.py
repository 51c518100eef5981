"""How to break the rules on the root of the file and its metadata."""

from connector_lint.case import CREATE, LIST, Case, case
from connector_lint.example import GONE

INFO, METADATA = "/info", "/x-ms-connector-metadata"
CATEGORIES = f"{METADATA}/2/propertyValue"
STATUS = "x-ms-api-annotation/status"

CASES: tuple[Case, ...] = (
    case("JsonTypeIncorrect", f"{LIST}/summary", 7),
    case("JsonTypeIncorrect", "/definitions/Book", [1]),
    case("JsonValueNotInEnum", f"{LIST}/x-ms-visibility", "secret"),
    case("RequiredPropertyMissing", f"{INFO}/contact", {f"{INFO}/contact/name": GONE}),
    case("OneOfPropertiesRequired", f"{LIST}/parameters/0", {f"{LIST}/parameters/0/type": GONE}),
    case("ExtensionNameNotValid", f"{LIST}/colour", "red"),
    case("AdditionalPropertyNotAllowed", f"{LIST}/x-ms-pageable/size", 10),
    case("RequiredValueEmpty", f"{INFO}/contact/name", " "),
    case("FieldLengthExceeded", f"{INFO}/title", "Book Club Shelves and Their Books"),
    case("FieldLengthNotInRange", f"{INFO}/description", "Too short."),
    case("ValueContainsRestrictedWords", f"{INFO}/title", "Book Club API"),
    case("ValueContainsRestrictedWords", f"{CREATE}/description", "Adds one from Power Automate."),
    case("ValueMustEndWithAlphanumeric", f"{INFO}/title", "Book Club!"),
    case("ValueMustBeInEnglish", f"{INFO}/title", "B\u00fccherbord"),
    case("ContactEmailNotValid", f"{INFO}/contact/email", "help at books"),
    case("UrlNotValid", f"{INFO}/contact/url", "books.example.com"),
    case("UrlNotValid", f"{METADATA}/0/propertyValue", "/home"),
    case("UrlNotValid", f"{METADATA}/1/propertyValue", "https://[books"),
    case("ConnectorMetadataPropertiesMissing", METADATA, {f"{METADATA}/0/propertyName": "Site"}),
    case("TooManyConnectorCategories", CATEGORIES, "Data;Marketing;AI"),
    case("InvalidConnectorCategory", CATEGORIES, "Data;Books"),
    case("SpecificationVersionIncorrect", "/swagger", "3.0"),
    case("SwaggerFileTooLarge", "apiDefinition.swagger.json", {"/x-padding": "x" * 1_000_000}),
    case("HostNameNotValid", "/host", "https://books.example.com"),
    case("HostNotProduction", "/host", "books-staging.example.com"),
    case("BasePathNotValid", "/basePath", "club"),
    case("SchemesArrayEmpty", "/schemes", []),
    case("SchemeNotValid", "/schemes/0", "ftp"),
    case("SchemeNotSupported", "/schemes/0", "wss"),
    case("TagRedefined", "/tags/1", {"/tags/-": {"name": "Books", "description": "More."}}),
    case(
        "ProductionStatusOnBetaService",
        f"{INFO}/{STATUS}",
        {"/basePath": "/beta", f"{INFO}/x-ms-api-annotation": {"status": "Production"}},
    ),
    case(
        "OperationStatusAheadOfConnector",
        f"{LIST}/{STATUS}",
        {
            f"{LIST}/x-ms-api-annotation": {"status": "Production"},
            f"{INFO}/x-ms-api-annotation": {"status": "Preview"},
        },
    ),
)
