"""Rules on apiProperties.json: brand, owner, capabilities."""

import re

from connector.lint.document import Document
from connector.lint.rule import Problems, rule
from connector.lint.values import Json, as_object, as_text, point

HERE = "apiProperties.json#/properties"
FORBIDDEN_COLOURS = ("#ffffff", "#007ee5")

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[0-9A-Za-z]+( [0-9A-Za-z]+)*")


def properties_of(document: Document) -> Json:
    """Return what stands below `properties` in apiProperties.json."""
    return as_object(document.properties.get("properties"))


def brand_colour(document: Document) -> str:
    """Return the icon's brand colour in lower case, or an empty string."""
    return as_text(properties_of(document).get("iconBrandColor")).lower()


@rule("IconBrandColorRequired")
def brand_colour_is_there(document: Document) -> Problems:
    if not brand_colour(document):
        yield HERE, "iconBrandColor is missing; give the colour of the icon's background."


@rule("IconBrandColorNotValid")
def brand_colour_is_hexadecimal(document: Document) -> Problems:
    colour = brand_colour(document)
    if colour and not _COLOUR.fullmatch(colour):
        where = point(HERE, "iconBrandColor")
        yield where, f"{colour!r} is no colour; write it like #0b6a6e."


@rule("IconBrandColorNotAllowed")
def brand_colour_is_ones_own(document: Document) -> Problems:
    colour = brand_colour(document)
    if colour in FORBIDDEN_COLOURS:
        where = point(HERE, "iconBrandColor")
        yield where, f"{colour!r} is white or the template's colour; choose another."


@rule("PublisherNotValid")
def publisher_is_named(document: Document) -> Problems:
    yield from _named(document, "publisher")


@rule("StackOwnerNotValid")
def stack_owner_is_named(document: Document) -> Problems:
    yield from _named(document, "stackOwner")


def _named(document: Document, key: str) -> Problems:
    name = as_text(properties_of(document).get(key))
    if not _NAME.fullmatch(name):
        yield point(HERE, key), f"{key} is {name!r}; give a name of letters and digits."


@rule("CapabilitiesNotValid")
def capabilities_are_listed(document: Document) -> Problems:
    found = properties_of(document).get("capabilities")
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        yield point(HERE, "capabilities"), "The capabilities are no list of words; give one."


@rule("ScriptOperationsNotAllowed")
def scripts_are_not_in_the_swagger(document: Document) -> Problems:
    if "scriptOperations" in document.swagger:
        message = "scriptOperations belongs to apiProperties.json; move it there."
        yield "/scriptOperations", message
