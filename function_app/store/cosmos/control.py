"""Control documents in Cosmos DB: instance definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure.cosmos.exceptions import CosmosResourceExistsError

from function_app.store import documents
from function_app.store.cosmos.account import Account, translated
from function_app.store.documents import CONTROL


class CosmosControl:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        sql = "SELECT VALUE c.definition FROM c WHERE c.pk = @pk AND c.kind = 'instance'"
        found: list[Mapping[str, Any]] = await self._query(CONTROL, sql, {"pk": instance_id}, instance_id)
        return found[0] if found else None

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        document = documents.instance_document(instance_id, definition)
        with translated():
            try:
                await self._account.container(CONTROL).create_item(document, no_response=True)
            except CosmosResourceExistsError:
                await self._account.container(CONTROL).upsert_item(document, no_response=True)
                return False
        return True

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.kind = 'instance'", {})
        return {document["instanceId"]: document["definition"] for document in found}
