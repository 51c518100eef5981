"""Connections to the SQLite file, and what is done with one."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from function_app.store.embedded.trouble import fail


def connect(path: Path, mapped: int = 0) -> sqlite3.Connection:
    """Open a connection; `mapped` bytes of the file are read as memory."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.executescript(
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32000;"
        f"PRAGMA mmap_size = {mapped}; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 0;"
    )
    connection.create_function("unicode_lower", 1, _lower, deterministic=True)
    connection.create_function("regexp", 2, _matches, deterministic=True)
    return connection


def checkpoint(connection: sqlite3.Connection) -> None:
    """Move what is committed from the log into the database file."""
    with suppress(sqlite3.Error):  # what is committed is in the log, and is moved the next time
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def rows(connection: sqlite3.Connection, sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    """Return all rows of a query."""
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.Error as error:
        fail(error)


def changed(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], Any]) -> Any:
    """Return the result of a change, None for a cursor.

    A cursor resets its statement when it is freed (in Python 3.11); in another thread, that would break the use of the
    same statement there.
    """
    result = change(connection)
    return None if isinstance(result, sqlite3.Cursor) else result


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Yield the connection; its queries see the same state of the file."""
    try:
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        fail(error)


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _matches(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None
