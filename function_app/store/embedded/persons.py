"""All that is held on one person in SQLite, and erasures."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from function_app.domain.activity import SourceKey
from function_app.domain.person import Erasure, Held, Tombstone
from function_app.store import documents
from function_app.store import erasure_documents as erasures
from function_app.store.documents import CONTROL
from function_app.store.embedded.customers import READ_PROFILE, kept_of
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import INSERT, decode, placeholders, row_of

_KEYS_OF_PERSON = """SELECT body FROM keys WHERE kind = 'key' AND pk > ? AND pk < ?
                     AND json_extract(body, '$.customerId') = ?"""
_OF_KIND = "SELECT body FROM control WHERE pk = ? AND kind = ?"


class EmbeddedPersons:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def read(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> Held:
        own, pk = (instance_id, customer_id), documents.customer_pk(instance_id, customer_id)
        parked = [documents.parked_pk(instance_id, source_key) for source_key in source_keys]

        def look(connection: sqlite3.Connection) -> Held:
            def bodies(sql: str, values: Sequence[str]) -> list[documents.Document]:
                return [decode(body) for (body,) in connection.execute(sql, values)]

            row = connection.execute(READ_PROFILE, own).fetchone()
            updates = bodies("SELECT body FROM updates WHERE instance = ? AND customer = ?", own)
            activities = bodies("SELECT body FROM activities WHERE pk = ? AND kind = 'activity'", [pk])
            of_keys = f"SELECT body FROM activities WHERE kind = 'parked' AND pk IN ({placeholders(parked)})"
            first, last = documents.instance_range(instance_id)
            keys = bodies(_KEYS_OF_PERSON, (first, last, customer_id))
            return Held(
                kept_of(row) if row else None,
                [documents.update_of(document) for document in updates],
                [documents.activity_of(document) for document in activities],
                [documents.parked_of(document) for document in bodies(of_keys, parked)],
                [documents.source_key_of(document) for document in keys],
            )

        return await self._db.look(look)

    async def remove(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> None:
        own, pk = (instance_id, customer_id), documents.customer_pk(instance_id, customer_id)
        parked = [(documents.parked_pk(instance_id, source_key),) for source_key in source_keys]
        keys = [(documents.source_key_pk(instance_id, source_key), customer_id) for source_key in source_keys]

        def remove(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM profiles WHERE instance = ? AND id = ?", own)
            connection.execute("DELETE FROM updates WHERE instance = ? AND customer = ?", own)
            connection.execute("DELETE FROM activities WHERE pk = ? AND kind = 'activity'", (pk,))
            connection.executemany("DELETE FROM activities WHERE pk = ? AND kind = 'parked'", parked)
            connection.executemany("DELETE FROM keys WHERE pk = ? AND json_extract(body, '$.customerId') = ?", keys)

        await self._db.bulk(remove)

    async def create_secret(self, instance_id: str, secret: str) -> str:
        row = row_of(erasures.secret_document(instance_id, secret))

        def create(connection: sqlite3.Connection) -> str:
            known = connection.execute(_OF_KIND, (instance_id, "erasureSecret")).fetchone()
            if known:
                return str(decode(known[0])["secret"])
            connection.execute(INSERT.format(CONTROL), row)
            return secret

        return await self._db.write(create)

    async def read_secret(self, instance_id: str) -> str | None:
        rows = self._read(_OF_KIND, (instance_id, "erasureSecret"))
        return decode(rows[0][0])["secret"] if rows else None

    async def begin(self, instance_id: str, erasure: Erasure, tombstones: Sequence[Tombstone]) -> None:
        rows = [row_of(erasures.erasure_document(instance_id, tombstones[0].owner, erasure))]
        rows += [row_of(erasures.tombstone_document(instance_id, tombstone)) for tombstone in tombstones]
        await self._db.write(lambda connection: connection.executemany(INSERT.format(CONTROL), rows))

    async def list_open(self) -> Sequence[tuple[str, Erasure]]:
        rows = self._read("SELECT pk, body FROM control WHERE kind = 'erasure' ORDER BY pk, id")
        return [(pk, erasures.erasure_of(decode(body))) for pk, body in rows]

    async def end(self, instance_id: str, owner: str) -> None:
        key = (instance_id, erasures.erasure_doc_id(owner))
        sql = "DELETE FROM control WHERE pk = ? AND kind = 'erasure' AND id = ?"
        await self._db.write(lambda connection: connection.execute(sql, key))

    async def filter_erased(self, instance_id: str, digests: Collection[str]) -> Collection[str]:
        ids = {erasures.tombstone_doc_id(digest): digest for digest in digests}
        sql = f"SELECT id FROM control WHERE pk = ? AND kind = 'tombstone' AND id IN ({placeholders(ids)})"
        return {ids[found] for (found,) in await self._db.look_up(sql, [instance_id, *ids])}

    async def list_tombstones(self, instance_id: str) -> Sequence[Tombstone]:
        rows = await self._db.scan(_OF_KIND, (instance_id, "tombstone"))
        return [erasures.tombstone_of(decode(body)) for (body,) in rows]

    async def remove_tombstones(self, instance_id: str, tombstones: Collection[Tombstone]) -> None:
        keys = [(instance_id, erasures.tombstone_doc_id(tombstone.digest)) for tombstone in tombstones]
        sql = "DELETE FROM control WHERE pk = ? AND kind = 'tombstone' AND id = ?"
        await self._db.write(lambda connection: connection.executemany(sql, keys))
