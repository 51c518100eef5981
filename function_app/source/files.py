"""Snapshots as files: which exist, whether all parts do, and the bytes of each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from posixpath import basename, dirname
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from function_app.source.folders import choose

if TYPE_CHECKING:
    from pyarrow import NativeFile
    from pyarrow.fs import FileInfo, FileSystem

_NUMBERED = re.compile(r"part-(\d+)(?:-of-(\d+))?", re.IGNORECASE)
# The public key of every Azurite; it is valid nowhere else.
AZURITE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class PartUnreadableError(Exception):
    """A part, or the rest of it, can't be read as CSV or Parquet; its text is the reason, with "it" for the part."""


class PartChangedError(Exception):
    """A part was removed, or changed since the refresh began."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a snapshot; `version` changes when it is written again."""

    file: str
    version: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parts of a snapshot by name, their folder, and which files are not read and why.

    A `problem` is why no part is read though there may be some.
    """

    parts: Sequence[Part] = ()
    folder: str = ""
    passed_over: Sequence[str] = ()
    problem: str | None = None


class Snapshots:
    """Everything below `place`: a folder, the URL of a Blob container, or None for nothing at all.

    In Azure the identity of the host signs in; `client_id` is that of the identity if it has several.
    """

    def __init__(self, place: str | None, client_id: str | None = None) -> None:
        self._place, self._client_id = place, client_id

    def newest(self, instance_id: str, entity_name: str, attributes: Collection[str] = ()) -> Snapshot:
        """Return an entity's newest snapshot; see `folders` for what is the newest.

        Partitions are known by the names of the entity's attributes.
        """
        if self._place is None:
            return Snapshot()
        from pyarrow.fs import FileSelector, FileType  # noqa: PLC0415  # only a refresh needs it

        files, root = self._opened
        place = f"{instance_id}/{entity_name}"
        selector = FileSelector(f"{root}/{place}", allow_not_found=True, recursive=True)
        infos = [info for info in files.get_file_info(selector) if info.type == FileType.File]
        found = {info.path.removeprefix(f"{root}/{place}/"): info for info in infos}
        choice = choose(found, attributes)
        parts = tuple(Part(f"{place}/{file}", _version(found[file])) for file in choice.files)
        folder = f"{place}/{choice.folder}".rstrip("/") if parts else ""
        passed_over = tuple(f"{place}/{text}" for text in choice.passed_over)
        return Snapshot(parts, folder, passed_over, choice.problem and f"{place} {choice.problem}")

    def folders(self, instance_id: str) -> Sequence[str]:
        """Return the names of all folders with snapshots of an instance, also those of no entity."""
        if self._place is None:
            return ()
        from pyarrow.fs import FileSelector, FileType  # noqa: PLC0415  # only a refresh needs it

        files, root = self._opened
        infos = files.get_file_info(FileSelector(f"{root}/{instance_id}", allow_not_found=True))
        return sorted(info.base_name for info in infos if info.type == FileType.Directory)

    def open(self, part: Part) -> NativeFile:
        """Open a part for reading at any place in it; PartChangedError if it is not the file it was."""
        files, root = self._opened
        path = f"{root}/{part.file}"
        info = files.get_file_info(path)
        if not info.is_file or _version(info) != part.version:
            raise PartChangedError(f"{part.file} was removed or changed since the refresh began.")
        return files.open_input_file(path)

    @cached_property
    def _opened(self) -> tuple[FileSystem, str]:
        from pyarrow import fs  # noqa: PLC0415  # only a refresh needs it

        place = self._place or ""
        if "://" not in place:
            return fs.LocalFileSystem(), Path(place).absolute().as_posix()
        url = urlsplit(place)
        if not on_loopback(url.hostname):
            account = (url.hostname or "").partition(".")[0]
            return fs.AzureFileSystem(account, client_id=self._client_id), url.path.strip("/")
        account, _, container = url.path.strip("/").partition("/")
        authorities = dict.fromkeys(("blob_storage_authority", "dfs_storage_authority"), url.netloc)
        schemes = dict.fromkeys(("blob_storage_scheme", "dfs_storage_scheme"), url.scheme)
        return fs.AzureFileSystem(account, account_key=AZURITE_KEY, **authorities, **schemes), container


def missing_parts(parts: list[Part]) -> str | None:
    """Return which parts are missing, by names like `part-3` or `part-3-of-8`; None if none is.

    In several folders, which are partitions, only names with the number of parts show a gap.
    """
    folders = defaultdict[str, list[str]](list)
    for part in parts:
        folders[dirname(part.file)].append(basename(part.file))
    if len(folders) == 1:
        return _gap(*folders.values())
    counted = {
        folder: [file for file in files if (match := _NUMBERED.search(file)) and match[2]]
        for folder, files in folders.items()
    }
    return next((f"{gap} in {folder}" for folder, files in counted.items() if (gap := _gap(files))), None)


def _gap(files: Sequence[str]) -> str | None:
    matches = [match for file in files if (match := _NUMBERED.search(file))]
    numbers = sorted({int(match[1]) for match in matches})
    if len(matches) < len(files) or not numbers:
        return None
    first = min(numbers[0], 1)
    wanted = max([numbers[-1] - first + 1, *(int(match[2]) for match in matches if match[2])])
    gaps = sorted(set(range(first, first + wanted)) - set(numbers))
    return f"part {gaps[0]} of {wanted} is missing" if gaps else None


def on_loopback(host: str | None) -> bool:
    """Return whether a host name can only be that of this machine."""
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _version(info: FileInfo) -> str:
    return f"{info.size}-{info.mtime_ns}"
