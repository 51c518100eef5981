"""How to break the rules on schemas, values and references."""

from connector_lint.case import BOOK, CREATE, GENRE, LIST, NEW_BOOK, Case, case
from connector_lint.definitions import Json, text
from connector_lint.example import GONE

TITLE, PAGES = f"{BOOK}/properties/title", f"{BOOK}/properties/pages"
SHELVED = f"{BOOK}/properties/shelves"
LINK = "#/definitions/Book"


def shelves(**changes: object) -> Json:
    """Return the edits that add an array to Book."""
    array = {"type": "array", "items": {"type": "string"}}
    label = {"title": "Shelves", "description": "Where it stands."}
    schema = {**array, **label, **changes}
    return {SHELVED: {key: value for key, value in schema.items() if value is not GONE}}


def entry(value: object, **more: object) -> Json:
    """Return an entry of x-ms-enum-values."""
    return {"value": value, "displayName": str(value), **more}


CASES: tuple[Case, ...] = (
    case("RequiredPropertyDefinitionMissing", f"{BOOK}/required", ["id", "shelf"]),
    case(
        "RequiredPropertyDefinitionMissing",
        f"{SHELVED}/required",
        shelves(type="object", items=GONE, required=["name"]),
    ),
    case("RequiredPropertyNotOnObject", f"{TITLE}/required", ["id"]),
    case("RequiredPropertyArrayEmpty", f"{BOOK}/required", []),
    case(
        "RequiredReadOnlyPropertyNotAllowedAsInput",
        f"{NEW_BOOK}/properties/title",
        {f"{NEW_BOOK}/properties/title/readOnly": True},
    ),
    case("ArrayHasNoItems", SHELVED, {SHELVED: {**shelves()[SHELVED], "items": {}}}),
    case("DiscriminatorMustBeARequiredStringProperty", f"{BOOK}/discriminator", "title"),
    case("SwaggerKeywordNotSupported", f"{SHELVED}/uniqueItems", shelves(uniqueItems=True)),
    case("SwaggerKeywordNotSupported", f"{TITLE}/oneOf", [{"type": "string"}]),
    case("AllOfNotAllowed", f"{NEW_BOOK}/allOf", [{"$ref": LINK}]),
    case("PropertySummaryRequired", TITLE, {f"{TITLE}/title": GONE}),
    case("PropertyDescriptionRequired", TITLE, {f"{TITLE}/description": GONE}),
    case("InvalidCustomEditorExtensionDictionaryValue", f"{TITLE}/x-ms-editor", "dictionary"),
    case(
        "FreeFormObjectNotDynamic",
        SHELVED,
        shelves(type="object", items=GONE, additionalProperties={"type": "string"}),
    ),
    case(
        "BodySchemaCountExceedsMaxAllowed",
        BOOK,
        {f"{BOOK}/properties/p{number}": text("P", "A page.") for number in range(512)},
    ),
    case("SchemaReferenceNotValid", f"{SHELVED}/items/$ref", shelves(items={"$ref": "b.json#/B"})),
    case(
        "SchemaReferenceNotFound",
        f"{SHELVED}/items/$ref",
        shelves(items={"$ref": "#/definitions/Shelf"}),
    ),
    case("SchemaRefLoopNotAllowed", "/definitions/Copy", {"/definitions/Copy": {"$ref": LINK}}),
    case(
        "ParameterReferenceNotValid",
        f"{LIST}/parameters/1/$ref",
        {f"{LIST}/parameters/-": {"$ref": "#/paths/a"}},
    ),
    case(
        "ParameterReferenceNotFound",
        f"{LIST}/parameters/1/$ref",
        {f"{LIST}/parameters/-": {"$ref": "#/parameters/Page"}},
    ),
    case(
        "ParameterRefLoopNotAllowed",
        "/parameters/Copy",
        {"/parameters/Copy": {"$ref": "#/parameters/ShelfId"}},
    ),
    case("ResponseReferenceNotValid", f"{CREATE}/responses/404/$ref", "#/paths/a"),
    case("ResponseReferenceNotFound", f"{CREATE}/responses/404/$ref", "#/responses/Gone"),
    case(
        "ResponseRefLoopNotAllowed",
        "/responses/Copy",
        {"/responses/Copy": {"$ref": "#/responses/NotFound"}},
    ),
    case(
        "AdditionalPropertyNotAllowedAdjacentToRef",
        f"{CREATE}/responses/201/schema",
        {f"{CREATE}/responses/201/schema/description": "One."},
    ),
    case(
        "RequiredLoopInSchemaNotAllowed",
        "/definitions/Knot",
        {
            "/definitions/Knot": {
                "type": "object",
                "title": "Knot",
                "description": "A knot.",
                "required": ["next"],
                "properties": {"next": {"$ref": "#/definitions/Knot"}},
            }
        },
    ),
    case("ArrayDuplicateValue", f"{BOOK}/required", ["id", "id"]),
    case(
        "EnumMustContainAtLeastOneElement",
        f"{GENRE}/enum",
        {f"{GENRE}/enum": [], f"{GENRE}/x-ms-enum-values": GONE},
    ),
    case("InvalidEnumValue", f"{GENRE}/enum/2", {f"{GENRE}/enum/-": 3}),
    case("DefaultValueMustMatchType", f"{PAGES}/default", "many"),
    case("DefaultValueMustMatchType", f"{GENRE}/default", "essay"),
    case("UnrecognizedTypeFormat", f"{PAGES}/format", "byte"),
    case("PatternShouldBeValidRegularExpression", f"{TITLE}/pattern", "["),
    case("MultipleOfMustBeGreaterThanZero", f"{PAGES}/multipleOf", 0),
    case("MaxItemsMustBeGreaterThanOrEqualToZero", f"{SHELVED}/maxItems", shelves(maxItems=-1)),
    case("MaxLengthMustBeGreaterThanOrEqualToZero", f"{TITLE}/maxLength", -1),
    case("MaxPropertiesMustBeGreaterThanOrEqualToZero", f"{BOOK}/maxProperties", -1),
    case("MinItemsMustBeGreaterThanOrEqualToZero", f"{SHELVED}/minItems", shelves(minItems=-1)),
    case("MinLengthMustBeGreaterThanOrEqualToZero", f"{TITLE}/minLength", -1),
    case("MinPropertiesMustBeGreaterThanOrEqualToZero", f"{BOOK}/minProperties", -1),
    case(
        "MinimumShouldBeLessThanOrEqualToMaximum",
        f"{PAGES}/minimum",
        {f"{PAGES}/minimum": 9, f"{PAGES}/maximum": 1},
    ),
    case(
        "MinItemsShouldBeLessThanOrEqualToMaxItems",
        f"{SHELVED}/minItems",
        shelves(minItems=9, maxItems=1),
    ),
    case(
        "MinLengthShouldBeLessThanOrEqualToMaxLength",
        f"{TITLE}/minLength",
        {f"{TITLE}/minLength": 9, f"{TITLE}/maxLength": 1},
    ),
    case(
        "ExclusiveMaximumRequiresMaximum",
        f"{PAGES}/exclusiveMaximum",
        {f"{PAGES}/exclusiveMaximum": True},
    ),
    case(
        "ExclusiveMinimumRequiresMinimum",
        f"{PAGES}/exclusiveMinimum",
        {f"{PAGES}/exclusiveMinimum": True},
    ),
    case(
        "MissingEnumValuesDisplayName",
        f"{GENRE}/x-ms-enum-values/0",
        {f"{GENRE}/x-ms-enum-values/0/displayName": GONE},
    ),
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
