"""Cases that break the rules on keys, on the connector's texts and on its metadata."""

from connector_lint.case import BOOK, CREATE, GENRE, LIST, Case, case
from connector_lint.example import REMOVED

INFO, METADATA = "/info", "/x-ms-connector-metadata"
CATEGORIES = f"{METADATA}/2/propertyValue"
DISPLAYED = f"{GENRE}/x-ms-enum-values/0"

CASES: tuple[Case, ...] = (
    case("JsonTypeIncorrect", f"{LIST}/summary", 7),
    case("JsonTypeIncorrect", "/definitions/Book", [1]),
    case("JsonValueNotInEnum", f"{LIST}/x-ms-visibility", "none"),
    case("JsonValueNotInEnum", f"{GENRE}/x-ms-visibility", "none"),
    case("JsonValueNotInEnum", f"{BOOK}/properties/title/x-ms-visibility", "none"),
    case("RequiredPropertyMissing", f"{INFO}/contact", {f"{INFO}/contact/name": REMOVED}),
    case("OneOfPropertiesRequired", f"{LIST}/parameters/0", {f"{LIST}/parameters/0/type": REMOVED}),
    case("RequiredPropertyMissing", DISPLAYED, {f"{DISPLAYED}/displayName": REMOVED}),
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
    case("SwaggerFileTooLarge", "apiDefinition.swagger.json", {"/x-padding": "x" * 1_000_000}),
    case("HostNameNotValid", "/host", "https://books.example.com"),
    case("HostNotProduction", "/host", "books-staging.example.com"),
)
