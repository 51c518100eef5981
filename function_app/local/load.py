"""Load a folder into the running local host: its definition.json, then the snapshots in the folders beside it."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from function_app.local.client import HostRefusedError, NotThereError, ask
from function_app.local.progress import Progress, show_rejected, show_warnings

_ASK_EVERY = 0.3
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Target:
    """Where a folder is loaded: the host's address, its folder of snapshots, and the instance.

    `replace` allows to take the place of an instance of another name, and to remove any number of its customers.
    """

    base: str
    snapshots: Path
    instance_id: str
    replace: bool = False

    @property
    def instance(self) -> str:
        """The address of the instance."""
        return f"{self.base}/instances/{self.instance_id}"

    @property
    def jobs(self) -> str:
        """The address of its refreshes."""
        return f"{self.instance}/workflows/main/jobs"


def copy_snapshots(folder: Path, snapshots: Path, instance_id: str, names: Collection[str] | None = None) -> None:
    """Put each folder of snapshots, or those of these names, in the place of what is there of its entity."""
    for entity in sorted(path for path in folder.iterdir() if path.is_dir()):
        if names is None or entity.name in names:
            place = snapshots / instance_id / entity.name
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(entity, place)


def load_folder(folder: Path, target: Target) -> int:
    """Define the instance, copy its snapshots, refresh and show how far it is; return the exit status.

    HostRefusedError if nothing was changed: the definition is refused, or would replace another instance.
    """
    definition = _read(folder)
    entities = list(_entities(definition))
    folders = [path.name for path in sorted(folder.iterdir()) if path.is_dir() and path.name[:1] not in {".", "_"}]
    if entities and not {*entities} & {*folders}:
        wanted = ", ".join(entities)
        raise HostRefusedError(f"{folder} has no folder of an entity; put the files into folders named: {wanted}")
    _check_instance(definition, folder, target)
    try:
        ask("PUT", target.instance, (folder / "definition.json").read_bytes())
    except HostRefusedError as error:
        raise HostRefusedError(f"{folder / 'definition.json'} is refused:\n{error}") from None
    for passed_over in _passed_over(folder, folders, entities):
        print(f"Warning: {passed_over}", file=sys.stderr)
    try:
        if target.replace:
            shutil.rmtree(target.snapshots / target.instance_id, ignore_errors=True)
        copy_snapshots(folder, target.snapshots, target.instance_id, entities)
    except KeyboardInterrupt:
        print("\nInterrupted while files were copied; no refresh was started. Load again.", file=sys.stderr)
        return INTERRUPTED
    copied = [name for name in entities if name in folders]
    return _refresh(target, copied if len(copied) < len(entities) else [])


def _read(folder: Path) -> Any:
    """Return the definition of a folder; None where it is no JSON, which the host reports better."""
    try:
        return json.loads((folder / "definition.json").read_bytes())
    except FileNotFoundError:
        raise HostRefusedError(
            f"{folder} has no definition.json. To propose one: make define FOLDER={shlex.quote(str(folder))}"
        ) from None
    except ValueError:
        return None


def _entities(definition: Any) -> Iterator[str]:
    """Yield the folders that a definition names, as far as it has the right form."""
    entities = definition.get("entities") if isinstance(definition, dict) else None
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and entity.get("entityType") != "source":
            yield "_".join(str(part) for part in (entity.get("dataSourceName"), entity.get("name")) if part)


def _passed_over(folder: Path, folders: list[str], entities: list[str]) -> Iterator[str]:
    for name in folders:
        if name not in entities:
            yield f"{folder / name} is not loaded: definition.json has no entity of this name."
    for name in entities:
        if name not in folders:
            yield f"{folder} has no folder {name}, so nothing of this entity is loaded."
    loose = [path.name for path in sorted(folder.iterdir()) if path.is_file() and path.name != "definition.json"]
    if loose:
        yield f"Files outside of folders are not loaded: {', '.join(loose)}."


def _check_instance(definition: Any, folder: Path, target: Target) -> None:
    """Refuse to take the place of another instance, and to load while a refresh is running."""
    try:
        there = ask("GET", target.instance)["name"]
        jobs = ask("GET", f"{target.jobs}?top=1")
    except NotThereError:
        return
    name = definition.get("name") if isinstance(definition, dict) else None
    if name != there and not target.replace:
        load = f"make load FOLDER={shlex.quote(str(folder))}"
        raise HostRefusedError(
            f"The instance {target.instance_id} is '{there}', and {folder / 'definition.json'} is '{name}'.\n"
            f"To load it beside that:    {load} INSTANCE={uuid4()}\n"
            f"To replace '{there}': {load} INSTANCE={target.instance_id} REPLACE=1"
        )
    if jobs and jobs[0].get("endTimestamp") is None:
        job = jobs[0]["jobId"]
        raise HostRefusedError(
            f"Refresh {job} of the instance is running. Wait for its end, or cancel it: "
            f"curl -X DELETE {target.jobs}/{job}"
        )


def _refresh(target: Target, entities: Sequence[str]) -> int:
    """Refresh these entities, or all; of others the copies of an earlier load are there, and are not read again."""
    options, body = "?acceptRemovals=true" if target.replace else "", json.dumps({"identifiers": entities})
    job = ask("POST", target.jobs + options, body.encode())
    address, progress = f"{target.jobs}/{job['jobId']}", Progress()
    try:
        while job["endTimestamp"] is None:
            progress.show(job)
            time.sleep(_ASK_EVERY)
            job = ask("GET", address)
    except KeyboardInterrupt:
        print(
            f"\nThe refresh continues in the host: {address}\nTo cancel it: curl -X DELETE {address}", file=sys.stderr
        )
        return INTERRUPTED
    progress.end(job)
    show_warnings(job)
    if job["progress"]["rejected"]:
        show_rejected(ask("GET", f"{address}/rejected"), f"{address}/rejected")
    return 0 if job["jobStatus"] == "successful" else 1
