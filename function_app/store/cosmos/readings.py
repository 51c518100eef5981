"""Traces of reads in Cosmos DB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.feed import WRITE_WITHIN_S
from function_app.domain.reading import KEPT_DAYS, Reading
from function_app.store import reading_documents as documents
from function_app.store.cosmos.account import Account, gather_bounded, in_time
from function_app.store.documents import USAGE, Document

_OF_CUSTOMER = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'read' AND ARRAY_CONTAINS(c.customers, @customer)"


class CosmosReadings:
    def __init__(self, account: Account) -> None:
        self._account = account

    async def write(self, instance_id: str, reading: Reading) -> None:
        async with in_time(WRITE_WITHIN_S):
            document = documents.reading_document(instance_id, reading)
            await self._account.container(USAGE).create_item(document, no_response=True)

    async def of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Reading]:
        start = now - timedelta(days=KEPT_DAYS)
        found = [documents.reading_of(document) for document in await self._find(instance_id, customer_id, start, now)]
        return sorted(found, key=lambda reading: reading.at)

    async def forget(self, instance_id: str, customer_id: str, start: datetime, now: datetime) -> None:
        async def replace(found: Document) -> None:
            document = documents.without_customer(found, customer_id)
            await self._account.container(USAGE).replace_item(document["id"], document, no_response=True)

        await gather_bounded(replace, await self._find(instance_id, customer_id, start, now))

    async def _find(self, instance_id: str, customer_id: str, start: datetime, now: datetime) -> list[Document]:
        async def day(pk: str) -> list[Any]:
            return await self._account.query(USAGE, _OF_CUSTOMER, {"pk": pk, "customer": customer_id}, pk)

        days = await gather_bounded(day, documents.reading_pks(instance_id, start, now))
        return [document for found in days for document in found]
