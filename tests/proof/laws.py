"""The laws of merge, projection and mapping from the unit tests, with many more examples."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import module_from_spec, spec_from_file_location
from math import ceil
from multiprocessing import get_context
from typing import Any

from hypothesis import HealthCheck, is_hypothesis_test, settings
from support import ROOT

from .finding import Finding

Law = Callable[[], None]
FILES = ("test_merge.py", "test_projection.py", "test_mapping.py")
_UNIT = ROOT / "tests/unit"


def laws(examples: int) -> Finding:
    """Test every law, with this number of examples in total, on all processors."""
    named = [(file, name) for file in FILES for name in laws_in(file)]
    each = ceil(examples / len(named))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        seen = sum(processes.map(_examine, named, [each] * len(named)))
    return Finding(
        "laws of merge, projection and mapping, whatever is generated", f"{seen:,} examples of {len(named)} laws"
    )


def laws_in(file: str) -> dict[str, Law]:
    """Return the laws of a file of unit tests by name, as new functions separate from other test runs."""
    spec = spec_from_file_location(f"laws_in_{file[:-3]}", _UNIT / file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return {
        name: found for name, found in vars(module).items() if name.startswith("test") and is_hypothesis_test(found)
    }


def examine(law: Any, examples: int) -> int:
    """Run one law with this number of examples and return how many were tried; raises the failure of the law."""
    tried, inner = 0, law.hypothesis.inner_test

    def counted(*arguments: Any, **named: Any) -> None:
        nonlocal tried
        tried += 1
        inner(*arguments, **named)

    law.hypothesis.inner_test = counted
    long = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    long(law)()
    return tried


def _examine(named: tuple[str, str], examples: int) -> int:
    file, name = named
    return examine(laws_in(file)[name], examples)
