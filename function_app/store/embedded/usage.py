"""Usage in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

import orjson

from function_app.domain.usage import UsageCount
from function_app.store.documents import USAGE
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import decode
from function_app.store.usage_documents import counted_of, renamed, usage_document, usage_expiry, usage_pks

_READ = "SELECT body FROM usage WHERE pk IN (SELECT value FROM json_each(?)) AND kind = 'usage' ORDER BY pk, id"


class EmbeddedUsage:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        await self._db.put(USAGE, usage_document(instance_id, hour, worker, counts), usage_expiry(hour))

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        rows = await self._db.scan(_READ, [json.dumps(usage_pks(instance_id, start, end))])
        found = (counted for (body,) in rows for counted in counted_of(decode(body)))
        return [counted for counted in found if start <= counted.hour < end]

    async def rename_sender(self, instance_id: str, start: datetime, end: datetime, sender: str, name: str) -> None:
        pks = json.dumps(usage_pks(instance_id, start, end))

        def rename(connection: sqlite3.Connection) -> None:
            for (body,) in connection.execute(_READ, (pks,)).fetchall():
                document = renamed(decode(body), sender, name)
                if document:
                    key = (orjson.dumps(document).decode(), document["pk"], document["id"])
                    connection.execute("UPDATE usage SET body = ? WHERE pk = ? AND kind = 'usage' AND id = ?", key)

        await self._db.bulk(rename)
