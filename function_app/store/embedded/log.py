"""SQLite's write-ahead log: its pages are moved into the file beside the commits, before it becomes long."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from function_app.bulk import run_in_thread
from function_app.store.embedded.connection import checkpoint, connect

_PAGES, _PAGES_OF_BULK = 500, 4_000  # of 8 KB: a page that many commits have changed is moved once


class Log:
    """The log of one file, and about how long it is; `writing` is held during each write of the file."""

    def __init__(self, path: Path, writing: asyncio.Lock) -> None:
        self.connection, self._writing = connect(path), writing
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._pages, self._is_bulk = 0, True
        self._moving: asyncio.Task[None] | None = None
        self._ends = False

    def add(self, pages: int, *, is_bulk: bool) -> None:
        """Count the pages of a commit, and begin to move the log if it is long; of bulk work alone it may be longer."""
        self._pages, self._is_bulk = self._pages + pages, self._is_bulk and is_bulk
        is_long = self._pages > (_PAGES_OF_BULK if self._is_bulk else _PAGES)
        if is_long and not self._ends and (self._moving is None or self._moving.done()):
            self._moving = asyncio.create_task(self._move())

    async def end(self) -> None:
        """Begin no move any more, and wait until the one in progress has ended."""
        self._ends = True
        await self.moved()

    async def moved(self) -> None:
        """Wait until the move in progress has ended, if there is one."""
        if self._moving:
            await asyncio.wait([self._moving])

    async def _move(self) -> None:
        """Move the log into the file; commits wait only while what came meanwhile is moved.

        The log is then used from its start again.
        """
        self._pages, self._is_bulk = 0, True
        await run_in_thread(self._move_most)
        async with self._writing:
            await run_in_thread(checkpoint, self.connection)

    def _move_most(self) -> None:
        """Move the log, and write the file to the disk, which SQLite does only when nothing is left to move."""
        checkpoint(self.connection)
        with suppress(OSError):  # SQLite meets it too, and keeps the log
            os.fsync(self._file)

    def close(self) -> None:
        """Close the file, after all connections: SQLite's locks end when anything in the process closes their file."""
        file, self._file = self._file, -1
        if file >= 0:  # once: another file may have its number after that
            os.close(file)
