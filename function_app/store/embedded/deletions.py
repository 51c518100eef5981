"""The deletion of instances in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from function_app.domain.deletion import Deletion
from function_app.store import documents
from function_app.store.documents import ACTIVITIES, CONTROL, KEYS, USAGE, instance_range
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import INSERT, decode, row_of

_IN_TABLES = {
    "updates": "(instance, customer, id) IN (SELECT instance, customer, id FROM updates WHERE instance = ? LIMIT ?)",
    "profiles": "(instance, id) IN (SELECT instance, id FROM profiles WHERE instance = ? LIMIT ?)",
    CONTROL: "rowid IN (SELECT rowid FROM control WHERE pk = ? AND kind NOT IN ('change', 'deletion') LIMIT ?)",
}
_IN_RANGE = "DELETE FROM {name} WHERE rowid IN (SELECT rowid FROM {name} WHERE {kind}pk > ? AND pk < ? LIMIT ?)"
_RANGES = (
    *(_IN_RANGE.format(name=ACTIVITIES, kind=f"kind = '{kind}' AND ") for kind in ("activity", "parked")),
    *(_IN_RANGE.format(name=name, kind="") for name in (KEYS, USAGE)),
)


class EmbeddedDeletions:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def write(self, instance_id: str, deletion: Deletion) -> None:
        row = row_of(documents.deletion_document(instance_id, deletion))

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(INSERT.format(CONTROL), row)
            connection.execute("DELETE FROM control WHERE pk = ? AND kind = 'instance'", (instance_id,))

        await self._db.write(write)

    async def read(self, instance_id: str) -> Deletion | None:
        rows = self._read("SELECT body FROM control WHERE pk = ? AND kind = 'deletion'", (instance_id,))
        return documents.deletion_of(decode(rows[0][0])) if rows else None

    async def list(self) -> Sequence[tuple[str, Deletion]]:
        rows = self._read("SELECT pk, body FROM control WHERE kind = 'deletion' ORDER BY pk")
        return [(pk, documents.deletion_of(decode(body))) for pk, body in rows]

    async def remove_some(self, instance_id: str, limit: int) -> int:
        def remove(connection: sqlite3.Connection) -> int:
            removed, span = 0, instance_range(instance_id)
            for name, where in _IN_TABLES.items():
                sql = f"DELETE FROM {name} WHERE {where}"  # names in this module
                removed += connection.execute(sql, (instance_id, limit)).rowcount
            for sql in _RANGES:
                removed += connection.execute(sql, (*span, limit)).rowcount
            return removed

        return await self._db.bulk(remove)

    async def end(self, instance_id: str) -> None:
        sql = "DELETE FROM control WHERE pk = ? AND kind = 'deletion'"
        await self._db.write(lambda connection: connection.execute(sql, (instance_id,)))
