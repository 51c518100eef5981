"""Load a folder into the running local host: its definition.json, then the snapshots in the folders beside it."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_BAR = 30
_ASK_EVERY = 0.3


class HostRefusedError(Exception):
    """The local host answered with a fault; the message is its own."""


def copy_snapshots(folder: Path, snapshots: Path, instance_id: str) -> None:
    """Put each folder of snapshots in the place of what is there of its entity."""
    for entity in sorted(path for path in folder.iterdir() if path.is_dir()):
        place = snapshots / instance_id / entity.name
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(entity, place)


def load_folder(base: str, instance_id: str, folder: Path, snapshots: Path) -> bool:
    """Define the instance, copy its snapshots, refresh, and show how far it is; return whether all went well."""
    instance = f"{base}/instances/{instance_id}"
    _ask("PUT", instance, (folder / "definition.json").read_bytes())
    copy_snapshots(folder, snapshots, instance_id)
    job = _ask("POST", f"{instance}/workflows/main/jobs")
    while job["endTimestamp"] is None:
        _show(job)
        time.sleep(_ASK_EVERY)
        job = _ask("GET", f"{instance}/workflows/main/jobs/{job['jobId']}")
    _show(job)
    print(f"\nRefresh {job['jobId']}: {job['jobStatus']}.", job["message"] or "")
    if job["progress"]["rejected"]:
        print(f"Rejected rows: {instance}/workflows/main/jobs/{job['jobId']}/rejected")
    return bool(job["jobStatus"] == "successful")


def _show(job: dict[str, Any]) -> None:
    progress = job["progress"]
    filled = _BAR * progress["partsDone"] // max(progress["parts"], 1)
    words = ("rows", "written", "unchanged", "removed", "rejected")
    told = ", ".join(f"{progress[word]:,} {word}" for word in words)
    print(f"\r[{'#' * filled}{'.' * (_BAR - filled)}] {told}", end="", file=sys.stderr, flush=True)


def _ask(verb: str, url: str, body: bytes | None = None) -> Any:
    request = Request(url, body, {"Content-Type": "application/json"}, method=verb)  # noqa: S310  # on this machine
    try:
        with urlopen(request) as response:  # noqa: S310  # on this machine
            return json.load(response)
    except HTTPError as error:
        fault = json.load(error)
        faults = [f"{detail['target'] or ''}: {detail['message']}" for detail in fault["details"]]
        raise HostRefusedError("\n".join(faults)) from None
