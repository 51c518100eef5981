"""The property tests with many examples, and new ones each time: in other runs their examples are always the same."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from support import ROOT

from .finding import Finding

UNIT = ROOT / "tests/unit"


def laws(examples: int, folder: Path = UNIT) -> Finding:
    """Test every law of a folder with this number of examples; a law is one for each set of its parameters."""
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", folder]
    command += ["-m", "hypothesis", "--hypothesis-profile=new examples"]
    settings = {**os.environ, "EXAMPLES": str(examples)}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"(\d+) passed", done.stdout)
    assert found, done.stdout
    return Finding("the laws of the domain, whatever is generated", f"{found[1]} laws with {examples:,} examples each")
