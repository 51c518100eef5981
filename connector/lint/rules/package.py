"""Rules on the files beside the swagger: icon and readme."""

import re

from connector.lint.document import Document
from connector.lint.png import Picture, decode
from connector.lint.rule import Problems, rule
from connector.lint.rules.properties import brand_colour
from connector.lint.values import as_text

ICON, README = "icon.png", "readme.md"
SMALLEST, LARGEST = 100, 230
SENTENCES = (2, 3)
SECTIONS = (
    *("Publisher", "Prerequisites", "Supported Operations", "Obtaining Credentials"),
    *("Known Issues and Limitations", "Deployment Instructions"),
)


def _picture(document: Document) -> Picture | None:
    try:
        return decode(document.icon) if document.icon else None
    except ValueError:
        return None


@rule("IconMissing")
def icon_is_there(document: Document) -> Problems:
    if not document.icon:
        yield ICON, "There is no icon; add one."


@rule("IconNotPng")
def icon_is_a_png(document: Document) -> Problems:
    try:
        decode(document.icon or b"")
    except ValueError as error:
        if document.icon:
            yield ICON, f"It can not be read, {error}; save it as a plain PNG."


@rule("IconNotSquare")
def icon_is_square(document: Document) -> Problems:
    picture = _picture(document)
    if picture and picture.width != picture.height:
        yield ICON, f"It is {picture.width} by {picture.height} pixels; make it square."


@rule("IconSizeNotValid")
def icon_has_a_usual_size(document: Document) -> Problems:
    picture = _picture(document)
    sizes = (picture.width, picture.height) if picture else ()
    if any(not SMALLEST <= size <= LARGEST for size in sizes):
        yield ICON, f"A side has {max(sizes)} pixels; {SMALLEST} to {LARGEST} are right."


@rule("IconNotOpaque")
def icon_is_opaque(document: Document) -> Problems:
    picture = _picture(document)
    if picture and not picture.opaque:
        yield ICON, "Something shines through; fill the background."


@rule("IconBackgroundNotBrandColor")
def icon_has_the_brand_colour_to_its_corners(document: Document) -> Problems:
    picture, brand = _picture(document), brand_colour(document)
    for red, green, blue, _ in picture.corners if picture and brand else []:
        found = f"#{red:02x}{green:02x}{blue:02x}"
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
