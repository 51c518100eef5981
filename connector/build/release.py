"""The released definition, next to the current one: `python -m connector.build.release [--check]`."""

import json
import shutil
import sys
from pathlib import Path

from connector.lint.breaking import breaking_changes

HERE = Path(__file__).parent.parent
CURRENT, RELEASED = HERE / "apiDefinition.swagger.json", HERE / "released.swagger.json"


def main(arguments: list[str]) -> int:
    """Copy the current definition to the released one; with `--check` return 1 if it breaks flows made with that."""
    if arguments != ["--check"]:
        shutil.copyfile(CURRENT, RELEASED)
        return 0
    released, current = (json.loads(path.read_text("utf-8")) for path in (RELEASED, CURRENT))
    findings = breaking_changes(released, current)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    return 1 if any(finding.level == "error" for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
