"""The tables of the embedded file, and the check of its version when it is opened.

A customer is one row of `profiles`: what shows, and, if anything is live, when that changes and why. Updates have a
separate table; everything else is documents by partition key, kind and id.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from function_app.store.documents import ACTIVITIES, CONTROL, KEYS, USAGE

VERSION = 3
"""Of the file, in `PRAGMA user_version`; raise it with every change that an older file does not have."""
_KEY = "pk, kind, id"
DOCUMENTS = {ACTIVITIES: "id, pk, kind", KEYS: _KEY, CONTROL: _KEY, USAGE: _KEY}
"""The tables of documents, and their keys: an activity is found by its id, without its customer."""

_CUSTOMERS = """
CREATE TABLE profiles (instance TEXT NOT NULL, id TEXT NOT NULL, changes INTEGER, form TEXT NOT NULL,
                       loaded TEXT NOT NULL, digest TEXT NOT NULL, attributes TEXT NOT NULL, live TEXT,
                       PRIMARY KEY (instance, id)) WITHOUT ROWID;
CREATE INDEX profiles_due ON profiles (instance, form, changes) WHERE changes IS NOT NULL;
CREATE TABLE updates (instance TEXT NOT NULL, customer TEXT NOT NULL, id TEXT NOT NULL, ends INTEGER NOT NULL,
                      received TEXT NOT NULL, ended TEXT NOT NULL, body TEXT NOT NULL,
                      PRIMARY KEY (instance, customer, id)) WITHOUT ROWID;
CREATE INDEX updates_received ON updates (instance, received);
CREATE INDEX updates_ended ON updates (instance, ended);
"""
_DOCUMENTS = """
CREATE TABLE {name} (pk TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, expires INTEGER, body TEXT NOT NULL,
                     PRIMARY KEY ({key}));
CREATE INDEX {name}_expiry ON {name} (expires) WHERE expires IS NOT NULL;
"""
_INDEXES = """
CREATE INDEX activities_sort ON activities (pk, json_extract(body, '$.sort')) WHERE kind = 'activity';
CREATE INDEX activities_created ON activities (
    json_extract(body, '$.instanceId'), json_extract(body, '$.createdSort')) WHERE kind = 'activity';
CREATE INDEX activities_parked ON activities (pk) WHERE kind = 'parked';
"""


class OtherVersionError(OSError):
    """The file was written by another version of the service."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(
            f"{path} has version {version} of the tables, and this version of the service reads {VERSION} only. "
            "Set DATA_DIR to an empty folder and load the snapshots again, or move this file away; updates and "
            "activities that it holds can be read only by the version of the service that wrote it."
        )


def open_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables of a new file. Raises OtherVersionError for a file of another version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    is_new = not connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    if is_new:
        tables = "".join(_DOCUMENTS.format(name=name, key=key) for name, key in DOCUMENTS.items())
        connection.executescript(f"BEGIN; {_CUSTOMERS}{tables}{_INDEXES} PRAGMA user_version = {VERSION}; COMMIT;")
    elif version != VERSION:
        connection.close()
        raise OtherVersionError(path, version)
