"""The tables of a folder: a table for each folder of snapshots, and one for loose files that have the same columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import types

from function_app.source.csv_part import CsvPart
from function_app.source.files import PartUnreadableError
from function_app.source.folders import ENDINGS, Choice, choose, partition_values
from function_app.source.layout import Layout
from function_app.source.parquet_part import ParquetPart
from function_app.source.words import in_words

MAX_ROWS, MAX_BYTES = 200_000, 256 << 20
_FALLBACK = "windows-1252"


@dataclass(frozen=True, slots=True)
class Table:
    """Some files with the same columns: the values of their first rows, and what is to be said about them.

    `paths` are the files from the folder of all; `is_loose` tells that they lie in it directly.
    """

    name: str
    paths: Sequence[Path]
    is_loose: bool
    columns: Mapping[str, pa.Array]
    is_whole: bool
    encoding: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return len(next(iter(self.columns.values()), ()))


def read_tables(folder: Path) -> tuple[list[Table], list[str]]:
    """Return the tables of a folder, by name, and what else lies in it, with the reasons."""
    loose, below = _layout(folder)
    tables, others = list[Table](), [f"{name} {why}" for name, why in loose[1]]
    groups = defaultdict[tuple[str, ...], list[Path]](list)
    for path in loose[0]:
        columns, problem = _columns_of(folder, path)
        if problem:
            others.append(f"{path} {problem}")
        else:
            groups[columns].append(path)
    for paths in groups.values():
        tables.append(_read(folder, paths[0].name.partition(".")[0], paths, None))
    for name, choice in below:
        others += _told(name, choice)
        if choice.files:
            tables.append(_read(folder, name, [Path(name) / file for file in choice.files], choice.folder))
    return sorted(tables, key=lambda table: table.name), others


def _layout(folder: Path) -> tuple[tuple[list[Path], list[tuple[str, str]]], Iterator[tuple[str, Choice]]]:
    """Return the loose files with those that are no data, and the folders with the files of their newest snapshot."""
    entries = [path for path in sorted(folder.iterdir()) if path.name[:1] not in {"_", ".", "~"}]
    files = [path.relative_to(folder) for path in entries if path.is_file() and path.name != "definition.json"]
    data = [path for path in files if ENDINGS.search(path.name)]
    others = [(str(path), "is no CSV or Parquet file") for path in files if path not in data]
    return (data, others), (_newest(folder, path.name) for path in entries if path.is_dir())


def _newest(folder: Path, name: str) -> tuple[str, Choice]:
    found = [path.relative_to(folder / name).as_posix() for path in (folder / name).rglob("*") if path.is_file()]
    return name, choose(found, ())


def _told(name: str, choice: Choice) -> list[str]:
    if choice.problem:
        return [f"{name} {choice.problem}"]
    older = [f"what is not in {name}/{choice.folder}, its newest snapshot"] if choice.files and choice.folder else []
    return [*older, *(f"{name}/{each}" for each in choice.passed_over)]


def _columns_of(folder: Path, path: Path) -> tuple[tuple[str, ...], str | None]:
    try:
        with pa.OSFile(str(folder / path)) as stream:
            return tuple(_open(stream, path.name, _encoding_of(folder, path)).columns), None
    except PartUnreadableError as error:
        return (), f"can't be read: {error}"


def _encoding_of(folder: Path, path: Path) -> str | None:
    """Return Windows-1252 if a header can be read only so, None otherwise."""
    for encoding in (None, _FALLBACK):
        with suppress(PartUnreadableError), pa.OSFile(str(folder / path)) as stream:
            _open(stream, path.name, encoding)
            return encoding
    return None


def _read(folder: Path, name: str, paths: Sequence[Path], version: str | None) -> Table:
    """Read a table; texts that are not UTF-8 are read once more, as Windows-1252.

    `version` is the folder of its newest snapshot, None where the files are loose.
    """
    partitions = _partitions([path.relative_to(Path(name) / version) for path in paths] if version is not None else ())
    found = _Sample(folder, paths, partitions, None)
    if not found.is_utf_8() or any(_encoding_of(folder, path) for path in paths):
        found = _Sample(folder, paths, partitions, _FALLBACK)
        found.notes.append(f"its texts are not UTF-8: read as {_FALLBACK}. If letters look wrong, set another encoding")
    columns = {name: _combined(chunks) for name, chunks in found.chunks.items()}
    if len({len(column) for column in columns.values()}) > 1:
        most = max(map(len, columns.values()))
        found.notes.append("its files have different columns; each column is read where it is there")
        columns = {name: pa.concat_arrays([c, pa.nulls(most - len(c), c.type)]) for name, c in columns.items()}
    notes = tuple(dict.fromkeys(found.notes))
    return Table(name, paths, version is None, columns, found.is_whole, found.encoding, notes)


def _partitions(paths: Sequence[Path]) -> frozenset[str]:
    return frozenset(part.partition("=")[0] for path in paths for part in path.parts[:-1] if "=" in part[1:])


class _Sample:
    """The first rows of some files, as the refresh reads them."""

    def __init__(self, folder: Path, paths: Sequence[Path], partitions: frozenset[str], encoding: str | None) -> None:
        self.chunks, self.notes, self.encoding = defaultdict[str, list[pa.Array]](list), list[str](), encoding
        self.is_whole, self._rows, self._bytes, self._partitions = True, 0, 0, partitions
        for path in paths:
            try:
                with pa.OSFile(str(folder / path)) as stream:
                    self._add(str(path), _open(stream, path.name, encoding))
            except PartUnreadableError as error:
                self.notes.append(f"{path} can't be read to its end: {error}")

    def _add(self, path: str, part: CsvPart | ParquetPart) -> None:
        names = [name for name in dict.fromkeys(part.columns) if self._is_usable(name, part)]
        if not names:
            return
        of_all = {
            column: value for column, value in partition_values(path, self._partitions).items() if column not in names
        }
        for rows in (each.with_values(of_all) for each in part.rows(names, names[0])):
            if rows.broken:
                row = rows.broken[0]
                self.notes.append(f"{path}, row {row.number} would be rejected: {row.problem}")
            if self._rows >= MAX_ROWS or self._bytes >= MAX_BYTES:
                self.is_whole = False
                return
            for name, column in zip(rows.columns.schema.names, rows.columns.columns, strict=True):
                self.chunks[name].append(column)
            self._rows += rows.columns.num_rows
            self._bytes += rows.columns.nbytes

    def _is_usable(self, name: str, part: CsvPart | ParquetPart) -> bool:
        type_: Any = part.types.get(name) if isinstance(part, ParquetPart) else None
        if not name:
            self.notes.append("a column without a name is left out")
            return False
        if part.columns.count(name) > 1:
            self.notes.append(f"it has the column '{name}' twice; the first is read here, and none by a refresh")
        if type_ is not None and (types.is_nested(type_) or types.is_duration(type_)):
            self.notes.append(f"the column '{name}' is left out: no attribute holds {in_words(type_)}")
            return False
        return True

    def is_utf_8(self) -> bool:
        """Return whether all texts are UTF-8."""
        try:
            for chunks in self.chunks.values():
                for chunk in chunks:
                    if types.is_binary(chunk.type):
                        chunk.cast(pa.string())
        except pa.ArrowInvalid:
            return False
        return True


def _open(stream: pa.NativeFile, file: str, encoding: str | None) -> CsvPart | ParquetPart:
    if file.lower().endswith(".parquet"):
        return ParquetPart(stream)
    return CsvPart(stream, file, Layout(encoding=encoding), ())


def _combined(chunks: Sequence[pa.Array]) -> pa.Array:
    """Return one column; where files disagree on its type, as texts."""
    if len({chunk.type for chunk in chunks}) > 1:
        chunks = [chunk.cast(pa.binary() if types.is_string(chunk.type) else pa.string()) for chunk in chunks]
        chunks = [chunk.cast(pa.binary()) for chunk in chunks]
    return pa.concat_arrays(chunks)
