from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from infra.bicep import FILES, INFRA
from support import ROOT

CHECKOV = ROOT / ".venv/checkov/bin/checkov"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """Return checkov's report on the Bicep files; it gets no account and no network."""
    assert CHECKOV.exists(), "make .venv/checkov/made"
    command = [str(CHECKOV), "--directory", str(INFRA), "--framework", "bicep", "--skip-download", "--output", "json"]
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **nowhere})
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_every_file_was_read(report: dict[str, Any]) -> None:
    assert report["results"]["parsing_errors"] == []
    assert report["summary"]["resource_count"] > len(FILES)
    assert report["summary"]["passed"] > len(FILES)


def test_no_check_fails(report: dict[str, Any]) -> None:
    assert [(each["check_id"], each["resource"]) for each in report["results"]["failed_checks"]] == []


def test_every_check_passed_over_has_its_reason(report: dict[str, Any]) -> None:
    reasons = [each["check_result"]["suppress_comment"] for each in report["results"]["skipped_checks"]]
    assert [reason for reason in reasons if len(reason.split()) < 5] == []
