"""The file by which a running host is found: `host.json` in its DATA_DIR, with its port, process and snapshots."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "host.json"


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host that serves on this machine; `snapshots` is its folder or container of snapshots."""

    port: int
    pid: int
    snapshots: str


@contextmanager
def announced(data_dir: Path, host: RunningHost) -> Iterator[None]:
    """Keep the file of a host in its DATA_DIR while it serves."""
    data_dir.mkdir(parents=True, exist_ok=True)
    place = data_dir / FILE
    place.write_text(json.dumps(asdict(host)), encoding="utf-8")
    try:
        yield
    finally:
        if find_host(data_dir) == host:
            place.unlink(missing_ok=True)


def find_host(data_dir: Path) -> RunningHost | None:
    """Return the host that serves with a DATA_DIR; None if there is none, or it ended without removing its file."""
    with suppress(OSError, ValueError, TypeError):
        host = RunningHost(**json.loads((data_dir / FILE).read_text(encoding="utf-8")))
        if _is_running(host.pid):
            return host
    return None


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:  # it is another user's
        return True
    except OSError:
        return False
    return True
