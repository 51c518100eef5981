"""Traces of reads in SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from function_app.domain.reading import KEPT_DAYS, Reading
from function_app.store import reading_documents as documents
from function_app.store.documents import USAGE
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import decode

_OF_CUSTOMER = """SELECT body FROM usage WHERE pk IN (SELECT value FROM json_each(?)) AND kind = 'read'
                  AND EXISTS (SELECT 1 FROM json_each(body, '$.customers') WHERE value = ?) ORDER BY pk, id"""


class EmbeddedReadings:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def write(self, instance_id: str, reading: Reading) -> None:
        await self._db.put(
            USAGE, documents.reading_document(instance_id, reading), documents.reading_expiry(reading.at)
        )

    async def of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Reading]:
        days = _days(instance_id, now - timedelta(days=KEPT_DAYS), now)
        rows = await self._db.scan(_OF_CUSTOMER, [days, customer_id])
        return [documents.reading_of(decode(body)) for (body,) in rows]

    async def forget(self, instance_id: str, customer_id: str, start: datetime, now: datetime) -> None:
        days = _days(instance_id, start, now)

        def forget(connection: sqlite3.Connection) -> None:
            for (body,) in connection.execute(_OF_CUSTOMER, (days, customer_id)).fetchall():
                document = documents.without_customer(decode(body), customer_id)
                key = (orjson.dumps(document).decode(), document["pk"], document["id"])
                connection.execute("UPDATE usage SET body = ? WHERE pk = ? AND kind = 'read' AND id = ?", key)

        await self._db.bulk(forget)


def _days(instance_id: str, start: datetime, now: datetime) -> str:
    return json.dumps(documents.reading_pks(instance_id, start, now))
