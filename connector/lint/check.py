"""Check a connector's folder: `python -m connector.lint.check FOLDER`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from openapi_spec_validator import OpenAPIV2SpecValidator

import connector.lint.rules  # noqa: F401  # importing the package registers every rule
from connector.lint.document import Document
from connector.lint.finding import Finding
from connector.lint.folder import read_folder, summary_of
from connector.lint.json_value import Json, point
from connector.lint.rule import RULES


def check_connector(folder: Path) -> list[Finding]:
    """Return every fault of the connector in `folder`, none if it is good."""
    document, findings = read_folder(folder)
    return findings if document is None else check_document(document)


def check_document(document: Document) -> list[Finding]:
    """Return every fault; if a JSON type is wrong, only those, as no other rule can be asked."""
    mistyped = list(RULES["JsonTypeIncorrect"].findings(document))
    if mistyped:
        return mistyped
    findings = [finding for rule in RULES.values() for finding in rule.findings(document)]
    return [*findings, *_openapi_findings(document.swagger)]


def _openapi_findings(swagger: Json) -> Iterator[Finding]:
    """Yield what the general validator says; it raises on a bad reference instead."""
    try:
        for error in OpenAPIV2SpecValidator(swagger).iter_errors():
            path = (key if isinstance(key, int) else str(key) for key in error.absolute_path)
            message = " ".join(error.message.split())
            yield Finding("OpenApiInvalid", point("", *path), f"OpenAPI 2.0: {message}")
    except Exception as error:  # noqa: BLE001 - it raises whatever its resolver does
        yield Finding("OpenApiInvalid", "", f"OpenAPI 2.0: the file can not be read: {error}")


def main(arguments: list[str]) -> int:
    """Print the findings one a line; 1 if any is an error, 2 if not asked rightly."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m connector.lint.check FOLDER\n")
        return 2
    findings = check_connector(Path(arguments[0]))
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{summary_of(findings)}, {len(RULES)} rules\n")
    return 1 if any(finding.level == "error" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
