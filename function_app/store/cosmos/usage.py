"""Usage in Cosmos DB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from function_app.domain.usage import UsageCount
from function_app.store.cosmos.account import Account, gather_bounded, if_unchanged, won
from function_app.store.documents import USAGE
from function_app.store.usage_documents import counted_of, renamed, usage_document, usage_pks

_READ = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'usage'"


class CosmosUsage:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        await self._account.put(USAGE, usage_document(instance_id, hour, worker, counts))

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        async def day(pk: str) -> list[Any]:
            return await self._account.query(USAGE, _READ, {"pk": pk}, pk)

        days = await gather_bounded(day, usage_pks(instance_id, start, end))
        found = (counted for documents in days for document in documents for counted in counted_of(document))
        return [counted for counted in found if start <= counted.hour < end]

    async def rename_sender(self, instance_id: str, start: datetime, end: datetime, sender: str, name: str) -> None:
        container = self._account.container(USAGE)

        async def rename(pk: str) -> None:
            for found in await self._account.query(USAGE, _READ, {"pk": pk}, pk):
                document = renamed(found, sender, name)
                if document:  # a newer one of its worker is found by the next pass
                    same = if_unchanged(found)
                    await won(container.replace_item(document["id"], document, no_response=True, **same))

        await gather_bounded(rename, usage_pks(instance_id, start, end))
