"""The commands of the laptop with a folder that is none: what is wrong is said in the words of `make`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import ROOT
from support.process import LONG_S

from function_app.local.__main__ import main

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_MODE", "local")  # which a command sets otherwise


@pytest.mark.parametrize("command", ["define", "load"])
def test_a_missing_folder_is_asked_by_its_variable(command: str, capsys: Output) -> None:
    assert main([command]) == 1
    assert capsys.readouterr().err == f"FOLDER is missing: make {command} FOLDER=/path/to/folder\n"


@pytest.mark.parametrize("command", ["define", "load"])
def test_a_folder_that_does_not_exist_is_named(command: str, tmp_path: Path, capsys: Output) -> None:
    assert main([command, str(tmp_path / "nope")]) == 1
    assert capsys.readouterr().err == f"The folder {tmp_path / 'nope'} does not exist.\n"


@pytest.mark.parametrize("command", ["define", "load"])
def test_a_file_instead_of_a_folder_is_named(command: str, tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Id,Name\n1,Ada\n")
    assert main([command, str(file)]) == 1
    assert capsys.readouterr().err == f"{file} is a file; FOLDER must be the folder that holds it.\n"


def test_a_file_that_can_not_be_written_is_named_without_a_number(tmp_path: Path, capsys: Output) -> None:
    (tmp_path / "people.csv").write_text("Id,Name\n1,Ada\n2,Ben\n")
    place = tmp_path / "definition.json"
    place.symlink_to(tmp_path / "none" / "definition.json")
    assert main(["define", str(tmp_path)]) == 1
    assert f"{place}: No such file or directory.\n" in capsys.readouterr().err


def test_the_folder_in_the_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "people.csv").write_text("Id,Name\n1,Ada\n2,Ben\n")
    assert main(["define", "~/shop"]) == 0
    assert (tmp_path / "shop" / "definition.json").exists()


def test_make_takes_a_folder_with_a_space_in_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "my shop"
    folder.mkdir()
    (folder / "people.csv").write_text("Id,Name\n1,Ada\n2,Ben\n")
    installed = ["-o", ".venv/run"]  # is not made again
    done = subprocess.run(
        ["make", *installed, "define", f"FOLDER={folder}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "definition.json").exists()
