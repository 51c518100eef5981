"""The project's own files, without installed, generated and vendored ones."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = ("node_modules", "__pycache__", ".git", ".venv*", ".bench", ".data", ".*_cache", ".hypothesis")
_VENDORED = ("*.min.js",)


def project_files(*patterns: str) -> list[Path]:
    """Return the files whose paths match one of the patterns from their end, in order."""
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not _fits(name, _LEFT_OUT)]
        found += [Path(folder, name) for name in names if not _fits(name, _VENDORED)]
    return sorted(path for path in found if any(path.relative_to(ROOT).match(pattern) for pattern in patterns))


def name_of(path: Path) -> str:
    """Return the name of a file for messages."""
    return path.relative_to(ROOT).as_posix()


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
