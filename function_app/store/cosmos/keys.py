"""Source keys in Cosmos DB."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.activity import SourceKey
from function_app.store import documents
from function_app.store.cosmos.account import Account, gather_bounded, if_unchanged
from function_app.store.documents import KEY_ID, KEYS


class CosmosKeys:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def find_customers(self, instance_id: str, keys: Collection[SourceKey]) -> Mapping[SourceKey, str]:
        by_pk = {documents.source_key_pk(instance_id, key): key for key in keys}
        rows = await self._account.query_keys(KEYS, "SELECT c.pk, c.customerId FROM c", by_pk)
        return {by_pk[row["pk"]]: row["customerId"] for row in rows}

    async def write(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        async def write(owner: tuple[SourceKey, str]) -> None:
            document = documents.key_document(instance_id, *owner)
            await self._account.container(KEYS).upsert_item(document, no_response=True)

        await gather_bounded(write, owners.items())

    async def remove(self, instance_id: str, owners: Mapping[SourceKey, str]) -> None:
        async def remove(owner: tuple[SourceKey, str]) -> None:
            pk = documents.source_key_pk(instance_id, owner[0])
            found = await self._account.query(KEYS, "SELECT * FROM c WHERE c.pk = @pk", {"pk": pk}, pk)
            if not found or found[0]["customerId"] != owner[1]:
                return
            with suppress(CosmosResourceNotFoundError):
                await self._account.container(KEYS).delete_item(KEY_ID, pk, **if_unchanged(found[0]))

        await gather_bounded(remove, owners.items())
