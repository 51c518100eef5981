from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from readme import README, agrees, examples, tables, written
from support import ROOT

TEXT = README.read_text(encoding="utf-8")
EXAMPLES = examples(TEXT)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local host as `make run` starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"PORT": str(port), "DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    command = [sys.executable, "-m", "function_app.local", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        base = f"http://localhost:{port}/api"
        for _ in range(200):
            try:
                httpx.get(f"{base}/health").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield base
        process.send_signal(signal.SIGINT)


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 5


@pytest.mark.parametrize(("command", "answer"), EXAMPLES)
def test_an_example_of_the_readme_is_answered_as_it_says(base: str, command: str, answer: str) -> None:
    called = ["bash", "-c", command.replace("http://localhost:7071/api", base)]
    found = json.loads(subprocess.run(called, capture_output=True, check=True).stdout)
    assert agrees(found, json.loads(answer)), json.dumps(found, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("name", tables())
def test_the_tables_of_the_readme_are_those_of_the_code(name: str) -> None:
    assert f"<!-- {name} -->\n{tables()[name]}\n<!-- end -->" in TEXT, "run: python tests/readme.py"
    assert written(TEXT) == TEXT


def test_every_make_target_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", Path(ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)\b", TEXT)) - {"what"} <= targets
