"""The deletion of instances in Cosmos DB."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.deletion import Deletion
from function_app.store import documents
from function_app.store.cosmos.account import Account, gather_bounded
from function_app.store.documents import (
    ACTIVITIES,
    CONTROL,
    DELETION_ID,
    INSTANCE_ID,
    KEYS,
    PROFILES,
    USAGE,
    instance_range,
)

_OF_KIND = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'deletion'"
_CONTROL = "SELECT TOP {:d} c.id, c.pk FROM c WHERE c.pk = @pk AND c.kind != 'change' AND c.kind != 'deletion'"
_IN_RANGE = "SELECT TOP {:d} c.id, c.pk FROM c WHERE c.pk > @first AND c.pk < @last"


class CosmosDeletions:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def write(self, instance_id: str, deletion: Deletion) -> None:
        """Write the deletion first: the definition is removed again if the process ends here."""
        await self._account.put(CONTROL, documents.deletion_document(instance_id, deletion))
        await self._delete(CONTROL, [{"id": INSTANCE_ID, "pk": instance_id}])

    async def read(self, instance_id: str) -> Deletion | None:
        found = await self._query(CONTROL, _OF_KIND, {"pk": instance_id}, instance_id)
        return documents.deletion_of(found[0]) if found else None

    async def list(self) -> Sequence[tuple[str, Deletion]]:
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.kind = 'deletion'", {})
        return [(document["pk"], documents.deletion_of(document)) for document in found]

    async def remove_some(self, instance_id: str, limit: int) -> int:
        first, last = instance_range(instance_id)
        some = await self._query(CONTROL, _CONTROL.format(limit), {"pk": instance_id}, instance_id)
        removed = await self._delete(CONTROL, some)
        for container in (PROFILES, ACTIVITIES, KEYS, USAGE):
            some = await self._query(container, _IN_RANGE.format(limit), {"first": first, "last": last})
            removed += await self._delete(container, some)
        return removed

    async def end(self, instance_id: str) -> None:
        await self._delete(CONTROL, [{"id": DELETION_ID, "pk": instance_id}])

    async def _delete(self, container: str, found: Sequence[dict[str, Any]]) -> int:
        async def delete(one: dict[str, Any]) -> None:
            with suppress(CosmosResourceNotFoundError):
                await self._account.container(container).delete_item(one["id"], one["pk"])

        await gather_bounded(delete, found)
        return len(found)
