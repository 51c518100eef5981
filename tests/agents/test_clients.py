"""The official clients in Python and TypeScript do the main job, with and without a handshake."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from agents.judges import NODE, NPM, tools
from support import ROOT
from support.process import running

CLIENTS: dict[str, list[str | Path]] = {
    "Python": [sys.executable, "-m", "agents.main_job"],
    "TypeScript": [NODE, NPM / "main-job.js"],
}


@pytest.mark.parametrize(("mode", "version"), [("auto", "2026-07-28"), ("legacy", "2025-11-25")])
@pytest.mark.parametrize("language", CLIENTS)
def test_the_official_client_does_the_main_job(language: str, mode: str, version: str, tmp_path: Path) -> None:
    with tools(tmp_path) as url, running([*CLIENTS[language], url, mode], cwd=ROOT / "tests") as program:
        assert program.hear("done by") == f"done by {version}\n"
