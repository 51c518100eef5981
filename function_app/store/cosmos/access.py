"""Access control in Cosmos DB: role assignments, API keys, the record of changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.store import access_documents as documents
from function_app.store.cosmos.account import Account, translated
from function_app.store.documents import CONTROL

_READ_GRANTS = "SELECT * FROM c WHERE c.pk = @pk AND c.kind IN ('assignment', 'apiKey')"
_LIST_CHANGES = "SELECT TOP {:d} * FROM c WHERE c.pk = @pk AND c.kind = 'change' AND c.id < @before ORDER BY c.id DESC"


class CosmosAccess:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def read_grants(self, instance_id: str) -> Grants:
        return documents.grants_of(await self._account.query(CONTROL, _READ_GRANTS, {"pk": instance_id}, instance_id))

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        await self._account.put(CONTROL, documents.assignment_document(instance_id, assignment))

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        await self._delete(instance_id, documents.assignment_doc_id(principal_id))

    async def write_api_key(self, instance_id: str, key: ApiKey) -> None:
        await self._account.put(CONTROL, documents.api_key_document(instance_id, key))

    async def delete_api_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        await self._delete(instance_id, documents.api_key_doc_id(role, slot))

    async def record_change(self, instance_id: str, change: Change) -> None:
        await self._account.put(CONTROL, documents.change_document(instance_id, change))

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        values = {"pk": instance_id, "before": documents.change_doc_id(before)}
        found = await self._account.query(CONTROL, _LIST_CHANGES.format(limit), values, instance_id)
        return [documents.change_of(document) for document in found]

    async def _delete(self, instance_id: str, doc_id: str) -> None:
        with translated(), suppress(CosmosResourceNotFoundError):
            await self._account.container(CONTROL).delete_item(doc_id, instance_id)
