"""Rules on apiProperties.json and icon.png: brand colour, icon, owner, capabilities."""

import re
from functools import lru_cache
from io import BytesIO

from PIL import Image

from connector.lint.document import API_PROPERTIES, Document
from connector.lint.json_value import as_text, point
from connector.lint.rule import Problems, rule

ICON = "icon.png"
MIN_SIDE, MAX_SIDE = 100, 230
OPAQUE = 255
FORBIDDEN_COLOURS = ("#ffffff", "#007ee5")

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[0-9A-Za-z]+( [0-9A-Za-z]+)*")


def _brand_colour(document: Document) -> str:
    """Return the icon's brand colour in lower case, or an empty string."""
    return as_text(document.api_properties.get("iconBrandColor")).lower()


@lru_cache(maxsize=4)
def _picture(data: bytes | None) -> Image.Image | None:
    """Return the icon as RGBA pixels, or None if it is not a readable PNG."""
    try:
        with Image.open(BytesIO(data or b""), formats=["PNG"]) as image:
            return image.convert("RGBA")
    except (OSError, SyntaxError, ValueError):
        return None


@rule("IconBrandColorRequired")
def brand_colour_is_there(document: Document) -> Problems:
    if not _brand_colour(document):
        yield API_PROPERTIES, "iconBrandColor is missing; add the colour of the icon's background."


@rule("IconBrandColorNotValid")
def brand_colour_is_hexadecimal(document: Document) -> Problems:
    colour = _brand_colour(document)
    if colour and not _COLOUR.fullmatch(colour):
        where = point(API_PROPERTIES, "iconBrandColor")
        yield where, f"{colour!r} is not a colour; write it like #0b6a6e."


@rule("IconBrandColorNotAllowed")
def brand_colour_is_ones_own(document: Document) -> Problems:
    colour = _brand_colour(document)
    if colour in FORBIDDEN_COLOURS:
        where = point(API_PROPERTIES, "iconBrandColor")
        yield where, f"{colour!r} is not allowed: it is white, or the colour of the template; choose another."


@rule("IconMissing")
def icon_is_there(document: Document) -> Problems:
    if not document.icon:
        yield ICON, "There is no icon; add one."


@rule("IconNotPng")
def icon_is_a_png(document: Document) -> Problems:
    if document.icon and not _picture(document.icon):
        yield ICON, "The file can not be read as a PNG; save it as one."


@rule("IconNotSquare")
def icon_is_square(document: Document) -> Problems:
    picture = _picture(document.icon)
    if picture and picture.width != picture.height:
        yield ICON, f"The icon is {picture.width} by {picture.height} pixels; make it square."


@rule("IconSizeNotValid")
def icon_has_a_usual_size(document: Document) -> Problems:
    picture = _picture(document.icon)
    if picture and any(not MIN_SIDE <= side <= MAX_SIDE for side in picture.size):
        yield ICON, f"The icon is {picture.width} by {picture.height} pixels; make its sides {MIN_SIDE} to {MAX_SIDE}."


@rule("IconNotOpaque")
def icon_is_opaque(document: Document) -> Problems:
    picture = _picture(document.icon)
    if picture and picture.getchannel("A").getextrema() != (OPAQUE, OPAQUE):
        yield ICON, "The icon has transparent pixels; fill its background."


@rule("IconBackgroundNotBrandColor")
def icon_has_the_brand_colour_to_its_corners(document: Document) -> Problems:
    """Find corners of another colour, for example rounded corners and borders."""
    picture, brand = _picture(document.icon), _brand_colour(document)
    if picture and brand:
        right, bottom = picture.width - 1, picture.height - 1
        for x, y in ((0, 0), (right, 0), (0, bottom), (right, bottom)):
            found = "#" + picture.crop((x, y, x + 1, y + 1)).convert("RGB").tobytes().hex()
            if found != brand:
                yield ICON, f"A corner is {found}; fill it with the brand colour {brand}."


@rule("PublisherNotValid")
def publisher_is_named(document: Document) -> Problems:
    yield from _named(document, "publisher")


@rule("StackOwnerNotValid")
def stack_owner_is_named(document: Document) -> Problems:
    yield from _named(document, "stackOwner")


def _named(document: Document, key: str) -> Problems:
    name = as_text(document.api_properties.get(key))
    if not _NAME.fullmatch(name):
        yield point(API_PROPERTIES, key), f"{key} is {name!r}; use a name of letters, digits and spaces."


@rule("CapabilitiesNotValid")
def capabilities_are_listed(document: Document) -> Problems:
    found = document.api_properties.get("capabilities")
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        yield (
            point(API_PROPERTIES, "capabilities"),
            "capabilities is not a list of strings; write one, or [].",
        )
