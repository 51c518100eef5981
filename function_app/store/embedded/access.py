"""Access control in SQLite: role assignments, API keys, the record of changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.store import access_documents as documents
from function_app.store.documents import CONTROL
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import decode

_READ_GRANTS = "SELECT body FROM control WHERE pk = ? AND kind IN ('assignment', 'apiKey')"
_DELETE = "DELETE FROM control WHERE pk = ? AND kind = ? AND id = ?"
_LIST_CHANGES = "SELECT body FROM control WHERE pk = ? AND kind = 'change' AND id < ? ORDER BY id DESC LIMIT ?"


class EmbeddedAccess:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def read_grants(self, instance_id: str) -> Grants:
        rows = self._read(_READ_GRANTS, (instance_id,))
        return documents.grants_of(decode(body) for (body,) in rows)

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        await self._db.put(CONTROL, documents.assignment_document(instance_id, assignment))

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        await self._delete(instance_id, "assignment", documents.assignment_doc_id(principal_id))

    async def write_api_key(self, instance_id: str, key: ApiKey) -> None:
        await self._db.put(CONTROL, documents.api_key_document(instance_id, key))

    async def delete_api_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        await self._delete(instance_id, "apiKey", documents.api_key_doc_id(role, slot))

    async def record_change(self, instance_id: str, change: Change) -> None:
        await self._db.put(CONTROL, documents.change_document(instance_id, change))

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        rows = self._read(_LIST_CHANGES, (instance_id, documents.change_doc_id(before), limit))
        return [documents.change_of(decode(body)) for (body,) in rows]

    async def _delete(self, *key: str) -> None:
        await self._db.write(lambda connection: connection.execute(_DELETE, key))
