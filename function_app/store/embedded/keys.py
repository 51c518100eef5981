"""Key rings in SQLite."""

from __future__ import annotations

import json
from collections.abc import Mapping

from function_app.domain.activity import SourceKey
from function_app.store import documents
from function_app.store.documents import KEYS
from function_app.store.embedded.database import INSERT, Database, row_of


class EmbeddedKeys:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def find_customer(self, instance_id: str, source_key: SourceKey) -> str | None:
        row = self._db.reader.execute(
            "SELECT body FROM keys WHERE pk = ?", (documents.source_key_pk(instance_id, source_key),)
        ).fetchone()
        return json.loads(row[0])["customerId"] if row else None

    async def write(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        rows = [row_of(documents.key_document(instance_id, *owner)) for owner in owners.items()]
        await self._db.write(lambda connection: connection.executemany(INSERT.format(KEYS), rows))

    async def remove(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        keys = [(documents.source_key_pk(instance_id, key), customer_id) for key, customer_id in owners.items()]
        sql = "DELETE FROM keys WHERE pk = ? AND json_extract(body, '$.customerId') = ?"
        await self._db.write(lambda connection: connection.executemany(sql, keys))
