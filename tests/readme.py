"""The README's tables, made of the code; `python tests/readme.py` writes them in."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from function_app.bootstrap import OPERATIONS  # noqa: E402
from function_app.mistakes import MISTAKES  # noqa: E402
from function_app.settings import Settings  # noqa: E402

README = ROOT / "README.md"


def tables() -> dict[str, str]:
    """Return the tables by the name that stands in the README around them."""
    return {"operations": _operations(), "settings": _settings(), "errors": _errors()}


def written(text: str) -> str:
    """Return a README with its tables as they should be."""
    for name, table in tables().items():
        head, rest = text.split(f"<!-- {name} -->\n", 1)
        text = f"{head}<!-- {name} -->\n{table}\n<!-- end -->{rest.split('<!-- end -->', 1)[1]}"
    return text


def examples(text: str) -> list[tuple[str, str]]:
    """Return the calls that a README shows, as commands of curl, each with its answer in JSON."""
    return re.findall(r"```sh\n(curl .*?)```.*?```json\n(.*?)```", text, flags=re.DOTALL)


def agrees(found: Any, written: Any) -> bool:
    """Say whether an answer is the one written, in which "..." stands for anything."""
    if written == "...":
        return True
    if isinstance(written, dict):
        more = written.get("...") == "..."
        named = {name: value for name, value in written.items() if name != "..."}
        return (
            isinstance(found, dict)
            and (more or found.keys() == named.keys())
            and all(name in found and agrees(found[name], value) for name, value in named.items())
        )
    if isinstance(written, list):
        return len(found) == len(written) and all(map(agrees, found, written))
    return bool(found == written)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _operations() -> str:
    rows = []
    for op in OPERATIONS:
        role = op.role.name.capitalize() if op.role else "anyone"
        rows.append((op.id, f"`{op.verb} {op.path}`", role, op.description))
    return _table(("operation", "verb and path, after `/api/`", "role", "what it does"), rows)


def _settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append((f"`{name}`", default, field.description or ""))
    return _table(("setting", "default", "meaning"), rows)


def _errors() -> str:
    rows = [(f"`{m.code}`", str(m.status), m.cause, m.cure) for m in MISTAKES.values()]
    return _table(("errorCode", "status", "cause", "cure"), rows)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
