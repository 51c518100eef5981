"""Check a connector's folder: `python -m connector.lint.check FOLDER`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from openapi_spec_validator import OpenAPIV2SpecValidator

import connector.lint.rules  # noqa: F401  # importing the package registers every rule
from connector.lint.document import Document
from connector.lint.finding import Finding, has_errors, summary_of
from connector.lint.folder import read_folder
from connector.lint.json_value import Json, point
from connector.lint.rule import RULES


def check_connector(folder: Path) -> list[Finding]:
    """Return all findings in the connector in `folder`."""
    document, findings = read_folder(folder)
    return findings if document is None else check_document(document)


def check_document(document: Document) -> list[Finding]:
    """Return all findings. If JSON types are wrong, return only those, because the other rules rely on them."""
    mistyped = list(RULES["JsonTypeIncorrect"].findings(document))
    if mistyped:
        return mistyped
    findings = [finding for rule in RULES.values() for finding in rule.findings(document)]
    return [*findings, *_openapi_findings(document.swagger)]


def _openapi_findings(swagger: Json) -> Iterator[Finding]:
    """Yield the errors of the general validator. It raises an exception for a reference without a target."""
    try:
        for error in OpenAPIV2SpecValidator(swagger).iter_errors():
            path = (key if isinstance(key, int) else str(key) for key in error.absolute_path)
            message = " ".join(error.message.split())
            yield Finding("OpenApiInvalid", point("", *path), f"OpenAPI 2.0: {message}")
    except Exception as error:  # noqa: BLE001 - its resolver raises exceptions of many kinds
        yield Finding("OpenApiInvalid", "", f"OpenAPI 2.0: the file can not be read: {error}")


def main(arguments: list[str]) -> int:
    """Print one finding per line; return 1 if one of them is an error, 2 for wrong arguments."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m connector.lint.check FOLDER\n")
        return 2
    findings = check_connector(Path(arguments[0]))
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{summary_of(findings)}, {len(RULES)} rules\n")
    return 1 if has_errors(findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
