"""The address of the tools on a running host, and the programs of the NPM folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clients.stage import staged
from support import INSTANCE, ROOT

NPM = ROOT / "tests/agents/npm"
NODE = next(NPM.glob("node_modules/node-linux-*/bin/node"), Path("node"))
"""Node 22, which the conformance tests need."""


@contextmanager
def tools(folder: Path) -> Iterator[str]:
    """Serve the tools until the block ends; yield their address."""
    with staged(folder) as stage:
        yield f"{stage.base}/instances/{INSTANCE}/mcp"
