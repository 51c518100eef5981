"""The conformance tests of the Model Context Protocol.

They were written for servers with a tool, a prompt and a resource for each feature of the protocol. `APPLICABLE` needs
none of these. What else fails must fail because the service does not have what the scenario begins with.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from agents.judges import NODE, NPM, tools
from support.process import LONG_S

RUNS = {
    "2025-06-18": ("--suite", "all", "--spec-version", "2025-06-18"),
    "2025-11-25": ("--requirements", "2025-11-25"),
    "2026-07-28": ("--requirements", "2026-07-28"),
}
HANDSHAKE = {"server-initialize": 1, "ping": 1, "tools-list": 1}
APPLICABLE: Mapping[str, Mapping[str, int]] = {
    "2025-06-18": HANDSHAKE,
    "2025-11-25": {**HANDSHAKE, "dns-rebinding-protection": 2},
    "2026-07-28": {
        "server-stateless": 20,
        "tools-list": 1,
        "caching": 3,
        "http-header-validation": 13,
        "server-sse-multiple-streams": 1,
        "dns-rebinding-protection": 2,
    },
}
"""By version, the scenarios that apply, and how many of their checks must pass at least."""

UNTESTABLE = {
    "sep-2575-server-rejects-undeclared-capability",  # no tool needs a capability of the client
    "sep-2575-missing-capability-http-400",
    "sep-2575-http-server-no-independent-requests-on-stream",  # no tool asks the user back
    "sep-2575-server-no-log-without-loglevel",  # no tool logs to the client
    "sep-2549-prompts-list-caching-hints",  # there are no prompts and no resources
    "sep-2549-resources-list-caching-hints",
    "sep-2549-resources-templates-list-caching-hints",
}
"""Checks of scenarios that apply otherwise."""

ABSENT = re.compile(
    r"There is no method (completion|logging|prompts|resources|tasks)/"
    r"|There is no tool '(test_\w+|greet|slow_compute|failing_job|protocol_error_job|confirm_delete|multi_input)'"
    r"|Tool 'json_schema_2020_12_tool' not found"
    r"|server exposes no tool with x-mcp-header annotations"
    r"|tools/call for failing_job returned|Prerequisite failed: could not get initial InputRequiredResult"
    r"|Expected InputRequiredResult with inputRequests"
    # The extension for tasks: it is not advertised, has no methods, and no tool begins a task.
    r"|^tasks-extension-advertised: capabilities\.extensions MUST be advertised$"
    r"|-tasks-methods-non-declaring: (tasks/\w+ MUST return -32021; got -32601(; |$))+$"
    r"|-tasks-get-invalid-task-id-32602: expected -32602; got -32601 "
    r"|: Not testable: no task was created by the preceding step"
    r"|-mismatched-mcp-name-on-tasks-get: routing-task fixture from Check 2 unavailable"
)
"""What the id and the message of a check have that fails because the service does not have its subject."""

Checks = list[dict[str, Any]]


def judge(url: str, version: str, folder: Path) -> dict[str, Checks]:
    """Run the conformance tests; return the checks of each scenario."""
    command: list[str | Path] = [
        NODE,
        "--require",
        NPM / "patient.cjs",
        NPM / "node_modules/.bin/conformance",
        "server",
        "--url",
        url,
        *RUNS[version],
        "-o",
        folder,
    ]
    subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=LONG_S)
    return {
        re.sub(r"^server-(.*)-\d{4}-\d\d-\d\dT.*$", r"\1", file.parent.name): json.loads(file.read_text("utf-8"))
        for file in folder.glob("*/checks.json")
    }


@pytest.mark.parametrize("version", RUNS)
def test_all_that_applies_conforms(version: str, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    with tools(tmp_path / "data") as url:
        found = judge(url, version, tmp_path / "results")
    for scenario, least in APPLICABLE[version].items():
        own = [check for check in found[scenario] if check["id"] not in UNTESTABLE]
        faults = [check for check in own if check["status"] in {"FAILURE", "WARNING"}]
        passed = [check for check in own if check["status"] == "SUCCESS" and check["id"] != "wire-schema-valid"]
        assert not faults, json.dumps(faults, indent=2)
        assert len(passed) >= least, scenario
    for scenario, checks in found.items():
        failed = [check for check in checks if check["status"] == "FAILURE" and check["id"] not in UNTESTABLE]
        refused = [f"{check['id']}: {check.get('errorMessage')}" for check in failed]
        unexcused = [text for text in refused if not ABSENT.search(text)]
        assert not unexcused, f"{scenario}: {unexcused}"
        wire = [check["status"] for check in checks if check["id"] == "wire-schema-valid"]
        assert wire in ([], ["SUCCESS"]), scenario
