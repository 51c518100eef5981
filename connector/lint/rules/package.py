"""Rules on the files beside the swagger: icon and readme."""

import re
from functools import lru_cache
from io import BytesIO

from PIL import Image

from connector.lint.document import Document
from connector.lint.rule import Problems, rule
from connector.lint.rules.properties import brand_colour
from connector.lint.values import as_text

ICON, README = "icon.png", "readme.md"
MIN_SIDE, MAX_SIDE = 100, 230
OPAQUE = 255
SENTENCES = (2, 3)
SECTIONS = (
    *("Publisher", "Prerequisites", "Supported Operations", "Obtaining Credentials"),
    *("Known Issues and Limitations", "Deployment Instructions"),
)


@lru_cache(maxsize=4)
def _picture(data: bytes | None) -> Image.Image | None:
    """Return the icon as RGBA pixels, or None if the file is no PNG that can be read."""
    try:
        with Image.open(BytesIO(data or b""), formats=["PNG"]) as image:
            return image.convert("RGBA")
    except (OSError, SyntaxError, ValueError):
        return None


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
    """No rounded corners, no border."""
    picture, brand = _picture(document.icon), brand_colour(document)
    if picture and brand:
        right, bottom = picture.width - 1, picture.height - 1
        for x, y in ((0, 0), (right, 0), (0, bottom), (right, bottom)):
            found = "#" + picture.crop((x, y, x + 1, y + 1)).convert("RGB").tobytes().hex()
            if found != brand:
                yield ICON, f"A corner is {found}; fill it with the brand colour {brand}."


def _headings(document: Document, level: int) -> list[str]:
    return re.findall(rf"^#{{{level}}} +(.+?) *$", document.readme or "", re.MULTILINE)


@rule("ReadmeMissing")
def readme_is_there(document: Document) -> Problems:
    if not (document.readme or "").strip():
        yield README, "There is no readme; write one."


@rule("ReadmeTitleParagraphNotValid")
def readme_opens_with_a_paragraph(document: Document) -> Problems:
    match = re.match(r"\s*# +.+\n+((?:[^#\n].*\n?)+)", document.readme or "")
    sentences = re.findall(r"[.!?](?=\s|$)", match[1]) if match else []
    least, most = SENTENCES
    if document.readme and not least <= len(sentences) <= most:
        message = f"Below the title stand {len(sentences)} sentences; write {least} or {most}."
        yield README, message


@rule("ReadmeSectionMissing")
def readme_has_its_sections(document: Document) -> Problems:
    for section in SECTIONS if document.readme else ():
        if not any(heading.startswith(section) for heading in _headings(document, 2)):
            yield README, f"The section '## {section}' is missing; add it."


@rule("ReadmeOperationMissing")
def readme_tells_of_each_operation(document: Document) -> Problems:
    for operation in document.operations if document.readme else ():
        summary = as_text(operation.value.get("summary")).strip()
        if summary and not operation.internal and summary not in _headings(document, 3):
            yield README, f"The heading '### {summary}' is missing; tell what it does."
