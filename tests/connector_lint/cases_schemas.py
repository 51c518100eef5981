"""Cases that break the rules on schemas and values."""

from connector_lint.case import BOOK, CREATE, GENRE, POLL, Case, case
from connector_lint.definitions import Json, text
from connector_lint.example import REMOVED

TITLE, PAGES = f"{BOOK}/properties/title", f"{BOOK}/properties/pages"
SHELVED = f"{BOOK}/properties/shelves"
LINK = "#/definitions/Book"


def shelves(**changes: object) -> Json:
    """Return the edits that add an array to Book."""
    array = {"type": "array", "items": {"type": "string"}}
    label = {"title": "Shelves", "description": "Where it stands."}
    schema = {**array, **label, **changes}
    return {SHELVED: {key: value for key, value in schema.items() if value is not REMOVED}}


def entry(value: object, **more: object) -> Json:
    """Return an entry of x-ms-enum-values."""
    return {"value": value, "displayName": str(value), **more}


RECORD = {
    "type": "object",
    "items": REMOVED,
    "properties": {"more": {**text("Shelves", "More."), "type": "object", "properties": {"p": text("P", "A page.")}}},
}

STUTTER: Json = {
    "type": "object",
    "items": REMOVED,
    "properties": {
        "more": {**text("Last Shelf", "More."), "type": "object", "properties": {"p": text("Shelf Name", "It.")}}
    },
}
RETURNED = "/paths/~1loans/x-ms-notification-content/schema"
LOCATION = {"type": "string", "x-ms-summary": "Location", "description": "Where it is."}

CASES: tuple[Case, ...] = (
    case("DefinitionHasTitle", BOOK, {f"{BOOK}/title": "Book"}),
    case("ObjectTitleNotUnique", SHELVED, shelves(**RECORD, title="Book")),
    case("ObjectTitleNotUnique", f"{SHELVED}/properties/more", shelves(**RECORD), "NestedTitleRepeatsParent"),
    case("NestedTitleRepeatsParent", f"{SHELVED}/properties/more/properties/p", shelves(**STUTTER)),
    case(
        "NestedTitleRepeatsParent",
        f"{RETURNED}/properties/shelf/properties/p",
        {RETURNED: {"type": "object", "properties": {"shelf": {**STUTTER["properties"]["more"]}}}},
    ),
    case(
        "HeaderSummaryMissing",
        f"{POLL}/responses/202/headers/Location",
        {f"{POLL}/responses/202/headers": {"Location": {"type": "string", "description": "Where it is."}}},
    ),
    case(
        "ActionHeaderVisible",
        f"{CREATE}/responses/201/headers/Location",
        {f"{CREATE}/responses/201/headers": {"Location": LOCATION}},
    ),
    case("RequiredPropertyDefinitionMissing", f"{BOOK}/required", ["id", "shelf"]),
    case(
        "RequiredPropertyDefinitionMissing",
        f"{SHELVED}/required",
        shelves(type="object", items=REMOVED, required=["name"]),
    ),
    case("RequiredPropertyArrayEmpty", f"{BOOK}/required", []),
    case("ArrayHasNoItems", SHELVED, {SHELVED: {**shelves()[SHELVED], "items": {}}}),
    case("PropertySummaryRequired", TITLE, {f"{TITLE}/title": REMOVED}),
    case("PropertyDescriptionRequired", TITLE, {f"{TITLE}/description": REMOVED}),
    case(
        "FreeFormObjectNotDynamic",
        SHELVED,
        shelves(type="object", items=REMOVED, additionalProperties={"type": "string"}),
    ),
    case(
        "BodySchemaCountExceedsMaxAllowed",
        BOOK,
        {f"{BOOK}/properties/p{number}": text("P", "A page.") for number in range(512)},
    ),
    case("SchemaRefLoopNotAllowed", "/definitions/Copy", {"/definitions/Copy": {"$ref": LINK}}),
    case(
        "AdditionalPropertyNotAllowedAdjacentToRef",
        f"{CREATE}/responses/201/schema",
        {f"{CREATE}/responses/201/schema/description": "One."},
    ),
    case("ArrayDuplicateValue", f"{BOOK}/required", ["id", "id"]),
    case(
        "EnumMustContainAtLeastOneElement",
        f"{GENRE}/enum",
        {f"{GENRE}/enum": [], f"{GENRE}/x-ms-enum-values": REMOVED},
    ),
    case("InvalidEnumValue", f"{GENRE}/enum/2", {f"{GENRE}/enum/-": 3}),
    case("DefaultValueMustMatchType", f"{PAGES}/default", "many"),
    case("DefaultValueMustMatchType", f"{GENRE}/default", "essay"),
    case("UnrecognizedTypeFormat", f"{PAGES}/format", "byte"),
    case("PatternShouldBeValidRegularExpression", f"{TITLE}/pattern", "["),
    case(
        "DuplicateEnumValuesInExtension",
        f"{GENRE}/x-ms-enum-values",
        [entry("poem"), entry("poem")],
    ),
    case(
        "InvalidEnumValuesExtensionValue",
        f"{GENRE}/x-ms-enum-values/2",
        {f"{GENRE}/x-ms-enum-values/-": entry("essay")},
    ),
)
