"""Source keys in SQLite."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from function_app.domain.activity import SourceKey
from function_app.store import documents
from function_app.store.documents import KEYS
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import decode, placeholders, row_of


class EmbeddedKeys:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def find_customers(self, instance_id: str, keys: Collection[SourceKey]) -> Mapping[SourceKey, str]:
        by_pk = {documents.source_key_pk(instance_id, key): key for key in keys}
        sql = f"SELECT pk, body FROM keys WHERE pk IN ({placeholders(by_pk)}) AND kind = 'key'"
        return {by_pk[pk]: decode(body)["customerId"] for pk, body in await self._db.look_up(sql, [*by_pk])}

    async def write(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        rows = (row_of(documents.key_document(instance_id, *owner)) for owner in owners.items())
        await self._db.insert(KEYS, rows)

    async def remove(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        keys = [(documents.source_key_pk(instance_id, key), customer_id) for key, customer_id in owners.items()]
        sql = "DELETE FROM keys WHERE pk = ? AND json_extract(body, '$.customerId') = ?"
        await self._db.bulk(lambda connection: connection.executemany(sql, keys))
