"""The deployment package: its files with requirements.txt and nothing else, under Microsoft's loader."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.package import LIBRARIES, azure_python, unpack, worker_libraries

from function_app.api import unknown_address
from function_app.api.routes import make_routes
from function_app.bootstrap import OPERATIONS

PYTHON = azure_python()
NEEDED_LATER = {"aiohttp", "azure.cosmos", "azure.identity", "azure.monitor", "opentelemetry", "pyarrow"}
MAX_MEGABYTES = 300

# The platform puts the app folder last; the worker's own package is beside the libraries.
INDEX = """
import json, sys
root, libraries, worker = sys.argv[1:]
sys.path += [libraries, worker, root]
from azure_functions_runtime.loader import index_function_app
found = index_function_app(root + "/function_app.py")
functions = {each.get_function_name(): json.loads(str(each))["bindings"] for each in found}
print(json.dumps({"functions": functions, "modules": sorted(sys.modules)}))
"""
RESOLVE = """
import importlib.util, json, sys
root, libraries, worker, *names = sys.argv[1:]
sys.path += [libraries, root]
def missing(name):
    try:
        return importlib.util.find_spec(name) is None
    except ModuleNotFoundError:
        return True
print(json.dumps([name for name in names if missing(name)]))
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked package, with libraries installed as by the platform's build."""
    return unpack(tmp_path_factory.mktemp("package"), PYTHON)


@pytest.fixture(scope="module")
def worker() -> Path:
    """Microsoft's loader, without the other packages of the development environment."""
    return worker_libraries(PYTHON)


def run(script: str, package: Path, worker: Path, *more: str) -> Any:
    """Run a script that can import the standard library, the package and the worker only, without settings."""
    command = [str(PYTHON), "-I", "-S", "-c", script, *map(str, (package, package / LIBRARIES, worker)), *more]
    done = subprocess.run(command, env={"PATH": ""}, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def indexed(package: Path, worker: Path) -> dict[str, Any]:
    found: dict[str, Any] = run(INDEX, package, worker)
    return found


def test_only_what_runs_in_azure_goes(package: Path) -> None:
    top = {path.name for path in package.iterdir()} - {LIBRARIES.parts[0]}
    assert top == {"connector", "function_app", "function_app.py", "host.json", "requirements.txt"}
    assert [path.name for path in (package / "connector").iterdir()] == ["apiDefinition.swagger.json"]
    assert not (package / "function_app/local").exists()
    assert list(package.rglob("*.md")) == []


def test_every_operation_is_found_by_the_loader_and_no_other(indexed: dict[str, Any]) -> None:
    triggers = {
        name: binding
        for name, bindings in indexed["functions"].items()
        for binding in bindings
        if binding["type"] == "httpTrigger"
    }
    routes = [route for operation in OPERATIONS for route in make_routes(operation, OPERATIONS)]
    unknown = {unknown_address.NAME: unknown_address.ROUTE}
    assert {name: binding["route"] for name, binding in triggers.items()} == unknown | {
        each.name: each.template for each in routes
    }
    assert {binding["authLevel"].upper() for binding in triggers.values()} == {"ANONYMOUS"}


def test_nothing_heavy_is_imported_before_it_is_needed(indexed: dict[str, Any]) -> None:
    assert {name for name in NEEDED_LATER if name in indexed["modules"]} == set()


def test_every_import_of_the_code_can_be_met(package: Path, worker: Path) -> None:
    names = {name for path in (package / "function_app").rglob("*.py") for name in _imports(path)}
    assert "azure.identity.aio" in names
    assert run(RESOLVE, package, worker, *sorted(names)) == []


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_unpacked_size_is_reported_and_bounded(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {path.name: _bytes(path) for path in (package / LIBRARIES).iterdir()}
    total = (_bytes(package) + sum(sizes.values())) / 1e6
    most = ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in sorted(sizes, key=sizes.__getitem__)[:-7:-1])
    with capsys.disabled():
        print(f"\ndeployment package: {total:.0f} MB unpacked; most of it: {most}")  # noqa: T201
    assert total < MAX_MEGABYTES


def _bytes(path: Path) -> int:
    return sum(each.stat().st_size for each in [path, *path.rglob("*")] if each.is_file())
