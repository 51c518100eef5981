"""The ranges of pyproject.toml, and the files compiled of them: what is deployed is what was tested."""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple

import pytest
from documents.files import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
METADATA = tomllib.loads(PROJECT)["project"]
SERVICE = [Requirement(each) for each in METADATA["dependencies"]]
EVERYTHING = [*SERVICE, *(Requirement(each) for group in METADATA["optional-dependencies"].values() for each in group)]
COMPILED = {"requirements.txt": SERVICE, "requirements-dev.txt": EVERYTHING}
PYTHONS = ("3.11", "3.12", "3.13")
DIRECT = f"{METADATA['name']} (pyproject.toml)"
LINE = re.compile(r"(?P<pin>[\w.-]+(\[[\w,-]+\])?==[\w.]+(?: ; [^\\]+)?)( \\\n    --hash=sha256:[0-9a-f]{64})+\n")
FOR = re.compile(r"    # via(?P<whom>( |\n    #   ).+(\n    #   .+)*)\n")


class Pin(NamedTuple):
    requirement: Requirement
    direct: bool


def pins(name: str) -> list[Pin]:
    """Return the lines of a compiled file; fail at the first that is not pinned with hashes and a reason."""
    text = re.sub(r"\A(#.*\n)+", "", (ROOT / name).read_text(encoding="utf-8"))
    found = []
    while text:
        line = LINE.match(text)
        assert line, f"{name}: not pinned with hashes: {text[:80]}"
        reason = FOR.match(text, line.end())
        assert reason, f"{name}: no reason: {line['pin']}"
        found.append(Pin(Requirement(line["pin"]), DIRECT in reason["whom"]))
        text = text[reason.end() :]
    return found


def applying(requirements: list[Requirement], python: str) -> dict[str, Requirement]:
    """Return what a Python on Linux installs, by name."""
    where = {
        "python_version": python,
        "python_full_version": f"{python}.0",
        "sys_platform": "linux",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    chosen = [each for each in requirements if not each.marker or each.marker.evaluate(where)]
    found = {canonicalize_name(each.name): each for each in chosen}
    assert len(found) == len(chosen)
    return {str(name): each for name, each in found.items()}


def version(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", COMPILED)
def test_a_compiled_file_pins_what_the_ranges_ask_for(name: str, python: str) -> None:
    asked = applying(COMPILED[name], python)
    pinned = applying([pin.requirement for pin in pins(name) if pin.direct], python)
    assert asked.keys() == pinned.keys(), "make requirements"
    for each, requirement in asked.items():
        assert requirement.specifier.contains(version(pinned[each])), f"{each}: make requirements"
        assert requirement.extras <= pinned[each].extras, f"{each}: make requirements"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_tests_run_on_the_releases_that_are_deployed(python: str) -> None:
    deployed = applying([pin.requirement for pin in pins("requirements.txt")], python)
    tested = applying([pin.requirement for pin in pins("requirements-dev.txt")], python)
    assert {each: version(tested[each]) for each in deployed} == {each: version(deployed[each]) for each in deployed}


def test_the_worker_runtime_is_one_release() -> None:
    """No other is tested."""
    ranges = {each.name: str(each.specifier) for each in SERVICE}
    assert re.fullmatch(r"==\d+\.\d+\.\d+", ranges["azure-functions-runtime"])


def test_every_range_is_bound_to_compatible_releases_for_a_reason() -> None:
    lines = re.findall(r'^    "(.+)".*$', PROJECT.partition("[tool.")[0], flags=re.MULTILINE)
    reasoned = re.findall(r'^    "(.+)",\s+# \S.+$', PROJECT.partition("[tool.")[0], flags=re.MULTILINE)
    assert [Requirement(each) for each in lines] == EVERYTHING
    assert lines == reasoned
    bounds = {each.name: {bound.operator for bound in each.specifier} for each in EVERYTHING}
    del bounds["azure-functions-runtime"]
    assert [name for name, operators in bounds.items() if operators != {">=", "<"}] == []
