"""Check a connector's folder: `python -m connector.build.check FOLDER`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from openapi_spec_validator import OpenAPIV2SpecValidator

from connector.build import (  # noqa: F401 - a module of rules registers them when imported
    rules_bodies,
    rules_connections,
    rules_dynamic,
    rules_families,
    rules_host,
    rules_metadata,
    rules_operations,
    rules_package,
    rules_parameters,
    rules_paths,
    rules_policies,
    rules_properties,
    rules_references,
    rules_responses,
    rules_schemas,
    rules_security,
    rules_shape,
    rules_triggers,
    rules_values,
)
from connector.build.document import Document
from connector.build.finding import Finding
from connector.build.folder import read_folder, summary_of
from connector.build.rule import RULES
from connector.build.values import Json, point


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
        sys.stderr.write("usage: python -m connector.build.check FOLDER\n")
        return 2
    findings = check_connector(Path(arguments[0]))
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"{summary_of(findings)}, {len(RULES)} rules\n")
    return 1 if any(finding.level == "error" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
