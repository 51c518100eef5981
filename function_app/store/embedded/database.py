"""SQLite with group commit, for one process and one event loop.

Writes that arrive during a commit wait and share the next one, so that one fsync serves many requests; statements run
on the event loop, commits in a thread. Scans run in a thread, one at a time; so does bulk work, between commits.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from function_app.bulk import run_in_background, run_in_thread
from function_app.errors import Unavailable
from function_app.store.documents import Document
from function_app.store.embedded.collecting import collect
from function_app.store.embedded.connection import changed, connect, rows, snapshot
from function_app.store.embedded.log import Log
from function_app.store.embedded.rows import INSERT, Row, decode, micros, row_of
from function_app.store.embedded.schema import open_schema
from function_app.store.embedded.trouble import fail, lock, unavailable, unusable

T = TypeVar("T")
_Change = Callable[[sqlite3.Connection], Any]

_CREATE = """INSERT INTO {} (pk, kind, id, expires, body) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET expires = excluded.expires, body = excluded.body WHERE expires <= ?"""
_KNOWN = "SELECT body FROM {} WHERE pk = ? AND kind = ? AND id = ?"
_COLLECT_EVERY = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)
_PAGES_A_COMMIT, _ROWS_A_PAGE = 5, 4  # besides one page for each row; of bulk work
_CHANGES_A_COMMIT = 50
_ROWS_A_STATEMENT, _FEW = 512, 16
_QUICK_S, _HOLD_S = 0.0005, 0.0005


class Database:
    """One SQLite file: `read` for quick queries on the event loop, `scan` for long ones, `write` for changes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock: int | None = lock(path)
        try:
            self._writer = connect(path)
            open_schema(self._writer, path)
            self._writer.executescript("BEGIN IMMEDIATE; ROLLBACK")  # refused in a folder that is read-only
        except BaseException as error:
            self._unlock()
            if isinstance(error, sqlite3.Error):
                raise unusable(path, error) from None
            raise
        self._reader = connect(path, mapped=1 << 31)
        self._scanner, self._bulk_scanner = connect(path), connect(path)
        self._scanning, self._bulk_scanning, self._writing = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._log = Log(path, self._writing)
        self.connections = (self._writer, self._reader, self._scanner, self._bulk_scanner, self._log.connection)
        self._pending: list[tuple[_Change, int, asyncio.Future[Any]]] = []
        self._committing: asyncio.Task[None] | None = None
        self.collecting: asyncio.Task[None] | None = None
        self._collected_at = _NEVER
        self._commit_s, self._ran_at = _QUICK_S, 0.0

    async def write(self, change: Callable[[sqlite3.Connection], T], rows: int = 1) -> T:
        """Run a change of about so many rows, and return its result after it is durable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending.append((change, rows, future))
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_pending())
        return await future

    async def _commit_pending(self) -> None:
        while self._pending:
            batch, self._pending = self._pending[:_CHANGES_A_COMMIT], self._pending[_CHANGES_A_COMMIT:]
            outcomes: Sequence[Any]
            async with self._writing:
                try:
                    self._writer.execute("BEGIN IMMEDIATE")
                    self._ran_at = perf_counter()
                    before = self._writer.total_changes
                    outcomes = [await self._outcome(change) for change, _, _ in batch]
                    await self._commit()
                    pages = _PAGES_A_COMMIT + self._writer.total_changes - before
                    self._log.add(pages, is_bulk=all(rows > _FEW for _, rows, _ in batch))
                except sqlite3.Error as error:
                    self._roll_back()
                    outcomes = [unavailable(error) for _ in batch]
                for (_, _, future), outcome in zip(batch, outcomes, strict=True):
                    if future.done():
                        continue
                    if isinstance(outcome, Exception):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome)
            await asyncio.sleep(0)  # requests come between the commits of a large batch

    async def _outcome(self, change: _Change) -> Any:
        """Return the result of a change, or its exception; other tasks run now and then between many changes."""
        now = perf_counter()
        if now - self._ran_at > _HOLD_S:
            await asyncio.sleep(0)
            self._ran_at = perf_counter()
        try:
            return changed(self._writer, change)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001  # a change that can't be written fails only its caller
            return error

    async def _commit(self) -> None:
        """Commit; on the event loop while the disk answers as quickly as a thread would start."""
        begun = perf_counter()
        if self._commit_s < _QUICK_S:
            self._writer.execute("COMMIT")
        else:
            await run_in_thread(self._writer.execute, "COMMIT")
        self._commit_s += (perf_counter() - begun - self._commit_s) / 8

    async def create(self, container: str, rows: Sequence[Row], now: datetime) -> list[Document | None]:
        """Create rows; return for each None, or the live document with the same id and kind if there is one."""
        create_one, known_one, at = _CREATE.format(container), _KNOWN.format(container), micros(now)

        def create(connection: sqlite3.Connection) -> list[Document | None]:
            execute = connection.execute
            return [
                None if execute(create_one, (*row, at)).rowcount else decode(execute(known_one, row[:3]).fetchone()[0])
                for row in rows
            ]

        created = await self.write(create, len(rows))
        self.collect_soon(now)
        return created

    async def bulk(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run a change of many rows in a thread, as one transaction, and return its result."""

        def run() -> T:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                result: T = changed(self._writer, change)
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                fail(error)
            except BaseException:
                self._roll_back()
                raise
            return result

        async with self._writing:
            before = self._writer.total_changes
            result = await run_in_thread(run)
            self._log.add((self._writer.total_changes - before) // _ROWS_A_PAGE, is_bulk=True)
        await self._log.moved()  # else bulk work would write it faster than it is moved
        return result

    async def put(self, container: str, document: Document, expires: datetime | None = None) -> None:
        """Write a document, whether or not there is one with its id."""
        row = row_of(document, expires)
        await self.write(lambda connection: connection.execute(INSERT.format(container), row))

    async def insert(self, container: str, rows: Iterable[Row]) -> None:
        """Insert or replace rows, in a thread and many per statement, so that the GIL is held for a short time."""
        ready: list[Row] = await run_in_thread(list, rows)

        def insert(connection: sqlite3.Connection) -> None:
            for start in range(0, len(ready), _ROWS_A_STATEMENT):
                some = ready[start : start + _ROWS_A_STATEMENT]
                more = ", (?, ?, ?, ?, ?)" * (len(some) - 1)
                connection.execute(INSERT.format(container) + more, [*chain.from_iterable(some)])

        await self.bulk(insert)

    def _roll_back(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # the file is closed
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")

    def read(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """Return all rows of a quick query."""
        return rows(self._reader, sql, values)

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """Yield a connection for quick queries that see the same state of the file."""
        return snapshot(self._reader)

    async def look(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of long queries that see the same state of the file, run in a thread."""

        def run() -> T:
            with snapshot(self._scanner) as connection:
                return query(connection)

        async with self._scanning:
            return await run_in_thread(run)

    async def scan(self, sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """Return all rows of a query, run in a thread."""
        async with self._scanning:
            return await run_in_thread(rows, self._scanner, sql, values)

    async def scan_aside(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of a query of bulk work; scans for requests don't wait for it."""
        async with self._bulk_scanning:
            return await run_in_background(query, self._bulk_scanner)

    async def look_up(self, sql: str, keys: Sequence[str]) -> list[Any]:
        """Return the rows of a query by keys; with many keys it runs in a thread."""
        if len(keys) <= _FEW:
            return self.read(sql, keys)
        return await self.scan(sql, keys)

    def collect_soon(self, now: datetime) -> None:
        """Begin to remove a number of rows that have left the feed, now and then; no write waits for it.

        The next call continues if there are more.
        """
        if now - self._collected_at > _COLLECT_EVERY and (self.collecting is None or self.collecting.done()):
            self._collected_at = now
            self.collecting = asyncio.create_task(self._collect(now))

    async def _collect(self, now: datetime) -> None:
        with suppress(Unavailable):  # what needs the file reports its trouble
            if await self.bulk(lambda connection: collect(connection, now)):
                self._collected_at = _NEVER

    async def close(self) -> None:
        """Finish pending writes, then close."""
        if self._committing:
            await self._committing
        if self.collecting:
            await self.collecting
        await self._log.end()
        async with self._writing, self._scanning, self._bulk_scanning:
            self.let_go()

    def let_go(self) -> None:
        """Close the file and let other processes have it, as the end of this process would."""
        for connection in self.connections:
            connection.close()
        self._log.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:  # once: another file may have its number after that
            os.close(self._lock)
            self._lock = None
