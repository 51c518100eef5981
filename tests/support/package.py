"""The deployment package: its files, and libraries installed as by the platform's build."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp

from pathspec import GitIgnoreSpec

from support import ROOT

LIBRARIES = Path(".python_packages/lib/site-packages")  # as by the platform's build
REQUIREMENTS = ROOT / "requirements.txt"
LOCKED = ROOT / "requirements-dev.txt"
UV = ROOT / ".venv/bin/uv"


def azure_python() -> Path:
    """Return the interpreter used instead of Azure's: WORKER_PYTHON, else 3.13 if make found one, else this one."""
    latest = ROOT / ".venv-3.13/bin/python"
    return Path(os.environ.get("WORKER_PYTHON") or (latest if latest.exists() else sys.executable)).absolute()


def selected(folder: Path) -> Iterator[Path]:
    """Yield the files that .funcignore does not exclude, without entering excluded folders."""
    ignored = GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text(encoding="utf-8").splitlines())
    for path in sorted(folder.iterdir()):
        name = path.relative_to(ROOT).as_posix()
        if path.is_dir() and not ignored.match_file(f"{name}/"):
            yield from selected(path)
        elif path.is_file() and not ignored.match_file(name):
            yield path


def unpack(folder: Path, python: Path) -> Path:
    """Copy the package into a folder, with the libraries of requirements.txt; return the folder."""
    for path in selected(ROOT):
        (folder / path.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, folder / path.relative_to(ROOT))
    (folder / LIBRARIES).parent.mkdir(parents=True)
    (folder / LIBRARIES).symlink_to(deployed_libraries(python))
    return folder


def deployed_libraries(python: Path) -> Path:
    """Return a folder with just the libraries of requirements.txt; pip installs them, as on the platform."""
    install = [str(python), "-m", "pip", "install", "--no-compile"]
    return _installed(python, REQUIREMENTS, [[*install, "--requirement", str(REQUIREMENTS)]])


def worker_libraries(python: Path) -> Path:
    """Return a folder with the libraries of Microsoft's worker."""
    install = [str(UV), "pip", "install", "--python", str(python), "--constraints", str(LOCKED)]
    runtime = ["--no-deps", "--python-version", "3.13", "azure-functions-runtime"]  # works on 3.11, says 3.13
    return _installed(python, LOCKED, [[*install, "protobuf", "azure-functions"], [*install, *runtime]])


def _installed(python: Path, pins: Path, steps: Sequence[Sequence[str]]) -> Path:
    """Return the folder of these steps in the interpreter's environment; install it if it is missing."""
    name = hashlib.sha256(f"{steps}{pins.read_text(encoding='utf-8')}".encode()).hexdigest()[:16]
    place = python.parent.parent / "targets" / name
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        made = mkdtemp(dir=place.parent)
        for step in steps:
            subprocess.run([*step, "--quiet", "--target", made], check=True, capture_output=True)
        Path(made).rename(place)
    return place
