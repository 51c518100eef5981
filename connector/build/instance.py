"""The connector's definition for an instance of the local host: `python -m connector.build.instance ID FOLDER`."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from connector.build.swagger import FILE, HOST
from connector.lint.check import check_document
from connector.lint.finding import Finding, has_errors
from connector.lint.folder import read_folder
from connector.lint.json_value import Json
from function_app.local.client import HostRefusedError, ask
from function_app.settings import read_settings


def check(made: Json) -> list[Finding]:
    """Return the findings of the linter in a definition, as if it were that of the connector's folder."""
    document, findings = read_folder(FILE.parent)
    if document is None:
        return findings
    return check_document(replace(document, swagger=made, size=len(_written(made).encode())))


def _written(made: Json) -> str:
    """Return the text of the file, without indentation: with it, hundreds of fields are beyond the size allowed."""
    return json.dumps(made, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the definition into a folder; print errors of the linter and return 1 if there are any."""
    instance_id, folder = arguments
    base = f"http://localhost:{read_settings({'AUTH_MODE': 'local', **os.environ}).PORT}/api"
    try:
        made: Json = ask("GET", f"{base}/instances/{quote(instance_id, safe='')}/connector/{FILE.name}")
    except HostRefusedError as error:
        sys.stderr.write(f"{error}\nStart the host by 'make run'; INSTANCE is the id of one of its instances.\n")
        return 1
    made |= {"host": HOST, "schemes": ["https"]}
    findings = check(made)
    sys.stderr.writelines(f"{finding}\n" for finding in findings if finding.level == "error")
    if has_errors(findings):
        return 1
    file = Path(folder) / f"apiDefinition.{instance_id}.swagger.json"
    file.write_text(_written(made), encoding="utf-8", newline="\n")
    sys.stdout.write(f"Written to {file}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
