"""The cost of a cold start: importing the service, against importing the libraries that it needs."""

from __future__ import annotations

import os
import subprocess
import sys

from .measure import ROOT, Ratio, by_turns, scratch

LIBRARIES = "azure.functions, azure.cosmos.aio, pydantic"
_PAIRS = 15
_TIMED = "from time import perf_counter as now; begun = now(); import {}; print(now() - begun)"


def import_time() -> Ratio:
    with scratch() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}  # as deployed: compiled before
        environment.pop("PYTHONDONTWRITEBYTECODE", None)

        def seconds(modules: str) -> float:
            command = [sys.executable, "-c", _TIMED.format(modules)]
            return float(subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True).stdout)

        sides = (lambda: seconds("function_app"), lambda: seconds(LIBRARIES))
        return by_turns("import, function_app / its libraries alone", 1.4, "lower", sides, _PAIRS)
