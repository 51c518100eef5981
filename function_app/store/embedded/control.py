"""Control documents in SQLite: instance definitions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from function_app.store import documents
from function_app.store.documents import CONTROL
from function_app.store.embedded.database import INSERT, Database, row_of

_READ_INSTANCE = "SELECT body FROM control WHERE pk = ? AND kind = 'instance'"


class EmbeddedControl:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.reader.execute

    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        row = self._read(_READ_INSTANCE, (instance_id,)).fetchone()
        return json.loads(row[0])["definition"] if row else None

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        row = row_of(documents.instance_document(instance_id, definition))

        def write(connection: sqlite3.Connection) -> bool:
            known = connection.execute(_READ_INSTANCE, (instance_id,)).fetchone()
            connection.execute(INSERT.format(CONTROL), row)
            return known is None

        return await self._db.write(write)

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        rows = self._read("SELECT pk, body FROM control WHERE kind = 'instance' ORDER BY pk").fetchall()
        return {pk: json.loads(body)["definition"] for pk, body in rows}
