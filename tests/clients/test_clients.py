"""Clients made of both definitions do the main job: update, clear, read, list, activities, batch, errors, trigger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import copy

import pytest
from clients.stage import DEFINITIONS, Stage, staged
from support import INSTANCE, ROOT
from support.process import LONG_S, running

HERE = ROOT / "tests/clients/typescript"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs in TypeScript and the clients, which are made of the host's definitions."""
    folder = tmp_path_factory.mktemp("typescript")
    for each in (*HERE.glob("*.ts"), HERE / "package.json", HERE / "tsconfig.json"):
        copy(each, folder)
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    with staged(tmp_path_factory.mktemp("data")) as stage:
        urls = [stage.definition_url(kind) for kind in DEFINITIONS]
        run("node", "generate.js", folder, *urls).check_returncode()
    return folder


@pytest.fixture(scope="module")
def compiled(programs: Path) -> list[str]:
    """Compile the programs; return what the compiler says."""
    return run(HERE / "node_modules/.bin/tsc", cwd=programs).stdout.splitlines()


def run(*command: str | Path, cwd: Path = HERE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=False, timeout=LONG_S)


def do_the_main_job(stage: Stage, command: Sequence[str | Path]) -> None:
    with running(command, cwd=ROOT / "tests") as program:
        for _ in range(2):
            program.hear("waits for events")
            stage.wait_for_events()
            program.tell("they are there")
        program.hear("done")


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_a_client_in_python_does_the_main_job(kind: str, tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        command = [sys.executable, "-m", "clients.main_job", kind, stage.definition_url(kind), INSTANCE]
        do_the_main_job(stage, command)


def test_of_all_programs_in_typescript_only_the_misspelt_field_does_not_compile(compiled: list[str]) -> None:
    fault = "Property 'Cty' does not exist on type 'Customer'. Did you mean 'City'?"
    assert compiled == [f"misspelt.ts(5,54): error TS2551: {fault}"]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("kind", DEFINITIONS)
def test_a_client_in_typescript_does_the_main_job(programs: Path, kind: str, tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        do_the_main_job(stage, ["node", programs / f"{kind}.js", stage.base, INSTANCE])
