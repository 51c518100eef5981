"""The first agent of the documents, run against the sample instance."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from support.local_host import serving
from support.process import LONG_S
from support.readme import REFERENCE, SAMPLE


def test_the_first_agent_of_the_documents_does_what_they_say(tmp_path: Path) -> None:
    agents = REFERENCE.read_text(encoding="utf-8").partition("\n### A first agent\n")[2]
    program = agents.partition("```python\n")[2].partition("```\n")[0]
    with serving(DATA_DIR=str(tmp_path)) as host:
        address = f"{host.base}/instances/{SAMPLE}/mcp"
        code = re.sub(r'(?m)^TOOLS = ".*"$', f'TOOLS = "{address}"', program)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=LONG_S)
    assert done.returncode == 0, done.stderr
    assert re.match(r"Update \S+ is applied, until \S+\. City: applied\n", done.stdout)
    assert re.search(
        r"^City: Tromsø \(update \S+ from local, via MCP, until \S+; the source has Oslo\)$", done.stdout, re.MULTILINE
    )
    assert done.stdout.endswith("Ended: City. Now: City: Oslo\n")
