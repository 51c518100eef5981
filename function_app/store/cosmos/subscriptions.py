"""The subscriptions of webhooks in Cosmos DB."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.subscription import Subscription
from function_app.store import subscription_documents as documents
from function_app.store.cosmos.account import Account, if_unchanged, translated, won
from function_app.store.documents import CONTROL, Document

_OF_INSTANCE = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'subscription'"


class CosmosSubscriptions:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def write(self, instance_id: str, subscription: Subscription) -> None:
        await self._account.put(CONTROL, documents.subscription_document(instance_id, subscription))

    async def replace(self, instance_id: str, subscription: Subscription) -> Subscription | None:
        found = await self._find(instance_id, subscription.subscription_id)
        if found is None or found["revision"] != subscription.revision:
            return None
        changed = replace(subscription, revision=subscription.revision + 1)
        document = documents.subscription_document(instance_id, changed)
        container = self._account.container(CONTROL)
        with translated():
            is_written = await won(
                container.replace_item(document["id"], document, no_response=True, **if_unchanged(found))
            )
        return changed if is_written else None

    async def read(self, instance_id: str, subscription_id: str) -> Subscription | None:
        found = await self._find(instance_id, subscription_id)
        return documents.subscription_of(found) if found else None

    async def list(self, instance_id: str) -> Sequence[Subscription]:
        sql = f"{_OF_INSTANCE} ORDER BY c.id"
        found = await self._account.query(CONTROL, sql, {"pk": instance_id}, instance_id)
        return [documents.subscription_of(document) for document in found]

    async def list_instances(self) -> Collection[str]:
        sql = "SELECT VALUE c.pk FROM c WHERE c.kind = 'subscription'"
        return set(await self._account.query(CONTROL, sql, {}))

    async def remove(self, instance_id: str, subscription_id: str) -> None:
        with translated(), suppress(CosmosResourceNotFoundError):
            doc_id = documents.subscription_doc_id(subscription_id)
            await self._account.container(CONTROL).delete_item(doc_id, instance_id)

    async def _find(self, instance_id: str, subscription_id: str) -> Document | None:
        values = {"pk": instance_id, "id": documents.subscription_doc_id(subscription_id)}
        found = await self._account.query(CONTROL, f"{_OF_INSTANCE} AND c.id = @id", values, instance_id)
        return found[0] if found else None
