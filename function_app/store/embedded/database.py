"""SQLite with group commit, for one process and one event loop.

Writes that arrive during a commit wait and share the next one, so that one fsync serves many requests; statements run
on the event loop, commits in a thread. Scans run in a thread, one at a time; so does bulk work, between commits.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from function_app.bulk import run_in_background
from function_app.errors import Unavailable
from function_app.store.documents import Document
from function_app.store.embedded.collecting import collect
from function_app.store.embedded.rows import INSERT, Row, decode, micros
from function_app.store.embedded.schema import open_schema

T = TypeVar("T")
_Change = Callable[[sqlite3.Connection], Any]

_CREATE = """INSERT INTO {} (pk, kind, id, expires, body) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET expires = excluded.expires, body = excluded.body WHERE expires <= ?"""
_KNOWN = "SELECT body FROM {} WHERE pk = ? AND kind = ? AND id = ?"
_COLLECT_EVERY = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)
_PAGES_IN_WAL = 2_000  # 16 MB: a page changed by many commits is written to the database file once
_PAGES_A_CHANGE, _CHANGES_A_PAGE = 3, 4  # of a change by itself, of many at once
_CHANGES_A_COMMIT = 100
_ROWS_A_STATEMENT, _FEW = 512, 16
_QUICK_S = 0.0005


class Database:
    """One SQLite file: `read` for quick queries on the event loop, `scan` for long ones, `write` for changes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._writer = self._connect()
        open_schema(self._writer, path)
        self._reader = self._connect(mapped=1 << 31)
        self._scanner, self._bulk_scanner = self._connect(), self._connect()
        self.connections = (self._writer, self._reader, self._scanner, self._bulk_scanner)
        self._scanning, self._bulk_scanning, self._writing = asyncio.Lock(), asyncio.Lock(), asyncio.Lock()
        self._pending: list[tuple[_Change, asyncio.Future[Any]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._collected_at = _NEVER
        self._commit_s, self._pages_in_wal = _QUICK_S, 0

    def _connect(self, mapped: int = 0) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=5)
        connection.executescript(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000;"
            f"PRAGMA mmap_size = {mapped}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;"
        )
        connection.create_function("unicode_lower", 1, _lower, deterministic=True)
        connection.create_function("regexp", 2, _matches, deterministic=True)
        return connection

    async def write(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run a change and return its result after it is durable."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._pending.append((change, future))
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
                    outcomes = [_outcome(change, self._writer) for change, _ in batch]
                    await self._commit()
                except sqlite3.Error:
                    self._roll_back()
                    outcomes = [Unavailable()] * len(batch)
                for (_, future), outcome in zip(batch, outcomes, strict=True):
                    if future.done():
                        continue
                    if isinstance(outcome, Exception):
                        future.set_exception(outcome)
                    else:
                        future.set_result(outcome)
                if self._is_log_long(_PAGES_A_CHANGE * len(batch)):
                    await asyncio.to_thread(self._checkpoint)
            await asyncio.sleep(0)  # requests come between the commits of a large batch

    async def _commit(self) -> None:
        """Commit; on the event loop while the disk answers as quickly as a thread would start."""
        begun = perf_counter()
        if self._commit_s < _QUICK_S:
            self._writer.execute("COMMIT")
        else:
            await asyncio.to_thread(self._writer.execute, "COMMIT")
        self._commit_s += (perf_counter() - begun - self._commit_s) / 8

    def _is_log_long(self, pages: int) -> bool:
        """Return whether the log has to be moved into the file, now that about so many pages were added."""
        self._pages_in_wal += pages
        return self._pages_in_wal > _PAGES_IN_WAL

    def _checkpoint(self) -> None:
        """Move what is committed from the log into the database file; not by a commit, which would wait for it."""
        self._pages_in_wal = 0
        with suppress(sqlite3.Error):  # what is committed is in the log, and is moved the next time
            self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    async def create(self, container: str, rows: Sequence[Row], now: datetime) -> list[Document | None]:
        """Create rows; return for each None, or the live document with the same id and kind if there is one."""
        create_one, known_one, at = _CREATE.format(container), _KNOWN.format(container), micros(now)

        def create(connection: sqlite3.Connection) -> list[Document | None]:
            execute = connection.execute
            return [
                None if execute(create_one, (*row, at)).rowcount else decode(execute(known_one, row[:3]).fetchone()[0])
                for row in rows
            ]

        await self.collect(now)
        return await self.write(create)

    async def bulk(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Run a change of many rows in a thread, as one transaction, and return its result."""

        def run() -> T:
            before = self._writer.total_changes
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                result = change(self._writer)
                self._writer.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back()
                raise Unavailable from error
            except BaseException:
                self._roll_back()
                raise
            if self._is_log_long((self._writer.total_changes - before) // _CHANGES_A_PAGE):
                self._checkpoint()
            return result

        async with self._writing:
            return await asyncio.to_thread(run)

    async def insert(self, container: str, rows: Iterable[Row]) -> None:
        """Insert or replace rows, in a thread and many per statement, so that the GIL is held for a short time."""
        ready = await asyncio.to_thread(list, rows)

        def insert(connection: sqlite3.Connection) -> None:
            for start in range(0, len(ready), _ROWS_A_STATEMENT):
                some = ready[start : start + _ROWS_A_STATEMENT]
                more = ", (?, ?, ?, ?, ?)" * (len(some) - 1)
                connection.execute(INSERT.format(container) + more, [*chain.from_iterable(some)])

        await self.bulk(insert)

    def _roll_back(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def read(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        """Return all rows of a quick query."""
        return self._reader.execute(sql, values).fetchall()

    def snapshot(self) -> AbstractContextManager[sqlite3.Connection]:
        """Yield a connection for quick queries that see the same state of the file."""
        return _snapshot(self._reader)

    async def look(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of long queries that see the same state of the file, run in a thread."""

        def run() -> T:
            with _snapshot(self._scanner) as connection:
                return query(connection)

        async with self._scanning:
            return await asyncio.to_thread(run)

    async def scan(self, sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """Return all rows of a query, run in a thread."""
        async with self._scanning:
            return await asyncio.to_thread(lambda: self._scanner.execute(sql, values).fetchall())

    async def scan_aside(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Return the result of a query of bulk work; scans for requests don't wait for it."""
        async with self._bulk_scanning:
            return await run_in_background(query, self._bulk_scanner)

    async def look_up(self, sql: str, keys: Sequence[str]) -> list[Any]:
        """Return the rows of a query by keys; with many keys it runs in a thread."""
        if len(keys) <= _FEW:
            return self.read(sql, keys)
        return await self.scan(sql, keys)

    async def collect(self, now: datetime) -> None:
        """Remove a number of rows that have left the feed, now and then; the next call continues if there are more."""
        if now - self._collected_at <= _COLLECT_EVERY:
            return
        self._collected_at = now
        if await self.write(lambda connection: collect(connection, now)):
            self._collected_at = _NEVER

    async def close(self) -> None:
        """Finish pending writes, then close."""
        if self._committing:
            await self._committing
        async with self._writing, self._scanning, self._bulk_scanning:
            for connection in self.connections:
                connection.close()


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        connection.execute("COMMIT")


def _outcome(change: _Change, connection: sqlite3.Connection) -> Any:
    try:
        return change(connection)
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001  # a change that can't be written fails only its caller
        return error


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _matches(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
