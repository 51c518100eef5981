"""Read the files of a connector from their folder."""

import json
from pathlib import Path

from connector.lint.document import Document
from connector.lint.finding import Finding
from connector.lint.json_value import Json

SWAGGER, PROPERTIES = "apiDefinition.swagger.json", "apiProperties.json"


def read_folder(folder: Path) -> tuple[Document | None, list[Finding]]:
    """Return the connector in `folder`, or None and the findings why it can not be read."""
    findings: list[Finding] = []
    swagger = _read_json(folder / SWAGGER, findings)
    properties = _read_json(folder / PROPERTIES, findings)
    if swagger is None or properties is None:
        return None, findings
    icon, readme = folder / "icon.png", folder / "readme.md"
    document = Document(
        swagger,
        properties,
        icon=icon.read_bytes() if icon.is_file() else None,
        readme=readme.read_text("utf-8") if readme.is_file() else None,
        size=(folder / SWAGGER).stat().st_size,
    )
    return document, findings


def _read_json(path: Path, findings: list[Finding]) -> Json | None:
    """Return the object in the file, or None and append a finding."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        findings.append(Finding("FileMissing", path.name, "The file is missing; add it."))
        return None
    except ValueError as error:
        findings.append(Finding("JsonNotValid", path.name, f"The file is not JSON: {error}."))
        return None
    if not isinstance(value, dict):
        findings.append(Finding("JsonNotValid", path.name, "The file has no JSON object; write one."))
        return None
    return value
