from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from support import ROOT
from support.local_host import environment, serving
from support.process import LONG_S
from support.readme import README, REFERENCE, agrees, steps, tables, written

from function_app.bootstrap import OPERATIONS

LOCAL = "http://localhost:7071/api"
FOLDER = "/tmp/contoso"  # noqa: S108  # the folder of the README; the tests replace it


class Laptop(NamedTuple):
    """A local host as started by `make run`, and a folder for files."""

    base: str
    environment: dict[str, str]
    folder: Path


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    data = str(tmp_path_factory.mktemp("data"))
    with serving(DATA_DIR=data) as host:
        settings = environment(PORT=str(host.port), DATA_DIR=data)
        yield Laptop(host.base, settings, tmp_path_factory.mktemp("files") / "contoso")


def run(laptop: Laptop, command: str) -> str:
    """Run a command of a document with the host and the files of `laptop`."""
    load = shlex.join([sys.executable, "-m", "function_app.local", "load"])
    command = re.sub(r"make load FOLDER=(\S+) INSTANCE=(\S+)", rf"{load} \1 --instance \2", command)
    command = command.replace("make define FOLDER=", load.removesuffix("load") + "define ")
    command = command.replace(LOCAL, laptop.base).replace(FOLDER, str(laptop.folder))
    called = ["bash", "-euc", command]
    done = subprocess.run(called, cwd=ROOT, env=laptop.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


def test_every_command_of_the_documents_does_what_they_say_one_after_another(laptop: Laptop) -> None:
    count = 0
    for document in (README, REFERENCE):
        for command, answer in steps(document.read_text(encoding="utf-8")):
            printed = run(laptop, command)
            if answer is not None:
                found, expected = json.loads(printed), json.loads(answer.replace(LOCAL, laptop.base))
                assert agrees(found, expected), f"{command}\n{json.dumps(found, ensure_ascii=False)}"
                count += 1
    assert count >= 10
    for address in re.findall(rf"<({LOCAL}/[^>]+)>", README.read_text(encoding="utf-8")):
        httpx.get(address.replace(LOCAL, laptop.base), timeout=LONG_S).raise_for_status()


@pytest.mark.parametrize("name", tables())
def test_the_tables_of_the_reference_are_those_of_the_code(name: str) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert f"<!-- {name} -->\n{tables()[name]}\n<!-- end -->" in text, "run: make documents"
    assert written(text) == text


def members(model: Any, path: str = "") -> Iterator[str]:
    """Yield the members of a model and of the models below it."""
    for name, field in model.model_fields.items():
        below = list(models_in(field.annotation))
        if below:
            for each in below:
                yield from members(each, f"{path}{name}[]." if "list" in str(field.annotation) else f"{path}{name}.")
        else:
            yield path + (field.alias or name)


def models_in(annotation: Any) -> Iterator[Any]:
    if hasattr(annotation, "model_fields"):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def named_in(table: Iterable[str]) -> Iterator[str]:
    """Yield the members in the rows of a table; `.other` is a sibling of the member before it."""
    for row in table:
        before = ""
        for name in re.findall(r"`([^`]+)`", row.split("|")[1]):
            before = before.rpartition(".")[0] + name if name.startswith(".") else name
            yield before


def test_the_reference_names_every_member_of_a_definition() -> None:
    text = REFERENCE.read_text(encoding="utf-8").partition("## Instance definition")[2].partition("## ")[0]
    table = [line for line in text.splitlines() if line.startswith("| `")]
    (define,) = (each for each in OPERATIONS if each.id == "DefineInstance")
    assert define.body
    assert sorted(named_in(table)) == sorted(members(define.body.model))
