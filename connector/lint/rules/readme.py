"""Rules on readme.md: the sections of the template for certified connectors."""

import re

from connector.lint.document import Document
from connector.lint.json_value import as_text
from connector.lint.rule import Problems, rule

README = "readme.md"
SENTENCES = (2, 3)
SECTIONS = (
    *("Publisher", "Prerequisites", "Supported Operations", "Obtaining Credentials"),
    *("Known Issues and Limitations", "Deployment Instructions"),
)


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
        message = f"Below the title are {len(sentences)} sentences; write {least} or {most}."
        yield README, message


@rule("ReadmeSectionMissing")
def readme_has_its_sections(document: Document) -> Problems:
    for section in SECTIONS if document.readme else ():
        if not any(heading.startswith(section) for heading in _headings(document, 2)):
            yield README, f"The section '## {section}' is missing; add it."


@rule("ReadmeOperationMissing")
def readme_has_each_operation(document: Document) -> Problems:
    for operation in document.operations if document.readme else ():
        summary = as_text(operation.value.get("summary")).strip()
        if summary and not operation.internal and summary not in _headings(document, 3):
            yield README, f"The heading '### {summary}' is missing; add it and describe what the operation does."
