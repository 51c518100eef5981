from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from azure.functions import FunctionApp
from support import ROOT
from support.process import LONG_S

import function_app
from function_app.api.routes import make_routes
from function_app.api.unknown_address import METHODS, NAME, ROUTE
from function_app.bootstrap import OPERATIONS

_INDEX = """
import json, sys
sys.path[:] = [path for path in sys.path if path not in ("", {root!r})] + [{root!r}]
from azure_functions_runtime.loader import index_function_app
found = []
for function in index_function_app({root!r} + "/function_app.py"):
    for binding in function.get_bindings():
        described = binding.get_dict_repr()
        if described["type"] == "httpTrigger":
            verbs = [getattr(verb, "value", verb) for verb in described["methods"]]
            level = str(getattr(described["authLevel"], "value", described["authLevel"]))
            found.append([function.get_function_name(), verbs, described["route"], level.lower()])
module = sys.modules["function_app"]
print(json.dumps({{"functions": found, "path": getattr(module, "__path__", [None])[0], "file": module.__file__}}))
"""


@pytest.fixture(scope="module")
def indexed() -> dict[str, Any]:
    """Functions that Microsoft's loader finds in the repository's root, in a separate process, as Azure starts it."""
    process = subprocess.run(
        [sys.executable, "-c", _INDEX.format(root=str(ROOT))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    found: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    return found


def test_the_loader_finds_exactly_the_declared_operations(indexed: dict[str, Any]) -> None:
    found = [(name, tuple(verbs), route) for name, verbs, route, _ in indexed["functions"]]
    routes = [route for operation in OPERATIONS for route in make_routes(operation, OPERATIONS)]
    declared = [(route.name, route.methods, route.template) for route in routes]
    assert sorted(found) == sorted([*declared, (NAME, METHODS, ROUTE)])
    assert {operation.id for operation in OPERATIONS} <= {name for name, *_ in found}


def test_access_is_decided_by_the_operations_and_not_by_function_keys(indexed: dict[str, Any]) -> None:
    assert {level for *_, level in indexed["functions"]} == {"anonymous"}


def test_the_module_imported_is_the_package_and_not_the_marker_file(indexed: dict[str, Any]) -> None:
    assert indexed["path"] == str(ROOT / "function_app")
    assert Path(indexed["file"]) == ROOT / "function_app" / "__init__.py"


def test_the_package_has_exactly_one_name_bound_to_a_function_app() -> None:
    bound = [name for name, value in vars(function_app).items() if isinstance(value, FunctionApp)]
    assert bound == ["app"]


def test_no_module_of_the_package_is_called_app() -> None:
    assert not (ROOT / "function_app" / "app.py").exists()
    assert not (ROOT / "function_app" / "app").exists()


def test_the_marker_holds_nothing_but_a_docstring() -> None:
    code = compile((ROOT / "function_app.py").read_text(), "function_app.py", "exec")
    assert set(code.co_names) == {"__doc__"}


def test_importing_the_package_opens_no_store_reads_no_setting_and_loads_nothing_that_few_requests_need() -> None:
    names = ("sqlite3", "azure.cosmos", "odata_query", "pyarrow")
    probe = f"import function_app, sys; print([name for name in {names} if name in sys.modules])"
    process = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=ROOT,
        env={"PORT": "no number", "STORE": "nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout == "[]\n"


def test_operation_ids_are_unique_and_no_verb_of_a_path_is_declared_twice() -> None:
    ids = [operation.id for operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    slots = [(operation.path, verb) for operation in OPERATIONS for verb in operation.methods]
    assert len(set(slots)) == len(slots)


def test_every_operation_is_declared_among_the_operations_beside_its_handler() -> None:
    for operation in OPERATIONS:
        module = importlib.import_module(operation.handler.__module__)
        assert operation.handler.__module__.startswith("function_app.operations.")
        assert operation in module.OPERATIONS
