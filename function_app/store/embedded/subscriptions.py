"""The subscriptions of webhooks in SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import replace

from function_app.domain.subscription import Subscription
from function_app.store import subscription_documents as documents
from function_app.store.documents import CONTROL
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import INSERT, decode, row_of

_OF_INSTANCE = "FROM control WHERE pk = ? AND kind = 'subscription'"


class EmbeddedSubscriptions:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def write(self, instance_id: str, subscription: Subscription) -> None:
        await self._db.put(CONTROL, documents.subscription_document(instance_id, subscription))

    async def replace(self, instance_id: str, subscription: Subscription) -> Subscription | None:
        known = (instance_id, documents.subscription_doc_id(subscription.subscription_id))
        changed = replace(subscription, revision=subscription.revision + 1)
        row = row_of(documents.subscription_document(instance_id, changed))

        def write(connection: sqlite3.Connection) -> Subscription | None:
            found = connection.execute(f"SELECT body {_OF_INSTANCE} AND id = ?", known).fetchone()
            if found is None or decode(found[0])["revision"] != subscription.revision:
                return None
            connection.execute(INSERT.format(CONTROL), row)
            return changed

        return await self._db.write(write)

    async def read(self, instance_id: str, subscription_id: str) -> Subscription | None:
        key = (instance_id, documents.subscription_doc_id(subscription_id))
        rows = self._read(f"SELECT body {_OF_INSTANCE} AND id = ?", key)
        return documents.subscription_of(decode(rows[0][0])) if rows else None

    async def list(self, instance_id: str) -> Sequence[Subscription]:
        rows = self._read(f"SELECT body {_OF_INSTANCE} ORDER BY id", (instance_id,))
        return [documents.subscription_of(decode(body)) for (body,) in rows]

    async def list_instances(self) -> Collection[str]:
        return {pk for (pk,) in self._read("SELECT DISTINCT pk FROM control WHERE kind = 'subscription'")}

    async def remove(self, instance_id: str, subscription_id: str) -> None:
        key = (instance_id, documents.subscription_doc_id(subscription_id))
        await self._db.write(lambda connection: connection.execute(f"DELETE {_OF_INSTANCE} AND id = ?", key))
