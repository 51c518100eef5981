"""Checked parts of the documents: tables generated from the code, and examples; `make documents` writes the tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

from function_app.bootstrap import OPERATIONS
from function_app.error_codes import ERROR_CODES
from function_app.settings import Settings
from support import matrix

ROOT = Path(__file__).parent.parent.parent
README = ROOT / "README.md"
REFERENCE = ROOT / "function_app" / "README.md"
SAMPLE = "11111111-1111-4111-8111-111111111111"
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", flags=re.DOTALL | re.MULTILINE)


class Example(NamedTuple):
    """A command of a document, and the JSON that it prints according to the document."""

    command: str
    answer: str | None


def tables() -> dict[str, str]:
    """Return the tables of the reference, by the name in the comments around them."""
    head, *rows = matrix.table()
    access = _table(head, rows)
    return {"operations": _operations(), "settings": _settings(), "access": access, "errors": _errors()}


def written(text: str) -> str:
    """Return the text of the reference with current tables."""
    for name, table in tables().items():
        head, rest = text.split(f"<!-- {name} -->\n", 1)
        text = f"{head}<!-- {name} -->\n{table}\n<!-- end -->{rest.split('<!-- end -->', 1)[1]}"
    return text


def steps(text: str) -> Iterator[Example]:
    """Yield the commands of a document in order, each with the JSON that follows it before the next command."""
    blocks = [(kind, dedent(body)) for _, kind, body in _BLOCK.findall(text)]
    for (kind, body), (next_kind, next_body) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "sh":
            yield Example(body, next_body if next_kind == "json" else None)


def examples(text: str) -> list[tuple[str, str]]:
    """Return the calls of the sample instance in a document, each with its response."""
    return [(command, answer) for command, answer in steps(text) if answer is not None and SAMPLE in command]


def agrees(found: Any, written: Any) -> bool:
    """Return whether a response matches the documented one; "..." matches anything."""
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
    rows = [(f"`{m.code}`", str(m.status), m.cause, m.cure) for m in ERROR_CODES.values()]
    return _table(("errorCode", "status", "cause", "cure"), rows)


if __name__ == "__main__":
    REFERENCE.write_text(written(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")
