"""What SQLite says of its file and disk: errors of requests, and reasons not to start."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import NoReturn

from function_app.errors import Unavailable

_DAMAGED = frozenset((sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB))
_TROUBLE = _DAMAGED | {
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PROTOCOL),
}


class UnusableError(OSError):
    """The file can not be used; the message says why and what to do."""


def unavailable(error: sqlite3.Error) -> Exception:
    """Return Unavailable, caused by an error of the file or the disk; another error is a fault of this code, itself."""
    if _code(error) not in _TROUBLE:
        return error
    found = Unavailable()
    found.__cause__ = error
    return found


def fail(error: sqlite3.Error) -> NoReturn:
    """Raise what `unavailable` returns; with `from`, an error of this code would be its own cause."""
    raise unavailable(error)


def unusable(path: Path, error: sqlite3.Error) -> UnusableError:
    """Return why a file could not be opened for writing."""
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    if _code(error) in _TROUBLE - _DAMAGED:
        return UnusableError(
            f"{path} can not be written ({name}: {error}). Free the disk, or set DATA_DIR to another folder."
        )
    return UnusableError(
        f"{path} is damaged, or no file of this service ({name}: {error}). Put back a copy of it, or move it away and "
        "load the snapshots again; updates and activities of requests are only in this file."
    )


def lock(path: Path) -> int:
    """Take a file for this process, until it ends or closes the result. Raises UnusableError if another one has it."""
    name = path.with_suffix(".lock")
    try:
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except PermissionError:
        raise UnusableError(
            f"{name} can not be written. Change its owner, or set DATA_DIR to another folder."
        ) from None
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UnusableError(
            f"Another process uses {path}. End it, or set DATA_DIR to another folder: each process needs its own."
        ) from None
    return descriptor


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details of extended codes
