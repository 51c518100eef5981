"""Activities in Cosmos DB: timelines, and activities parked under unknown source keys."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.instant import format_instant
from function_app.domain.query import ActivityQuery
from function_app.errors import Rejected, ServiceError
from function_app.store import documents
from function_app.store.cosmos.account import (
    KEYS_PER_QUERY,
    Account,
    batched,
    binder,
    gather_bounded,
    placeholders,
    translated,
)
from function_app.store.documents import ACTIVITIES, Document
from function_app.store.port.activities import TimelineEntry
from function_app.store.sql import CosmosDialect, render

_DIALECT = CosmosDialect()
_LIVE = "(IS_NULL(c.validUntil) OR c.validUntil > @now)"


class CosmosActivities:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Activity | Rejected | None]:
        async def create(activity: Activity) -> Activity | Rejected | None:
            try:
                return await self._create(documents.activity_document(instance_id, activity, now), now)
            except ServiceError as error:
                return error.as_rejected()

        return await asyncio.gather(*map(create, activities))

    async def find(self, instance_id: str, query: ActivityQuery, limit: int, now: datetime) -> Sequence[TimelineEntry]:
        where, values, pk = _where(instance_id, query, now)
        way, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
        if query.after is not None:
            where += f" AND c.sort {beyond} {binder(values)(query.after)}"
        sql = f"SELECT TOP {limit:d} * FROM c WHERE {where} ORDER BY c.sort {way}"
        found = await self._query(ACTIVITIES, sql, values, pk)
        return [TimelineEntry(documents.activity_of(document), document["sort"]) for document in found]

    async def count(self, instance_id: str, query: ActivityQuery, now: datetime) -> int:
        where, values, pk = _where(instance_id, query, now)
        return sum(await self._query(ACTIVITIES, f"SELECT VALUE COUNT(1) FROM c WHERE {where}", values, pk))

    async def count_types(self, instance_id: str, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        where, values, pk = _where(instance_id, ActivityQuery(customer_id), now)
        types = [_DIALECT.attribute(name) for name in ("ActivityType", "ActivityTypeDisplay")]
        sql = f"SELECT {types[0]} AS type, {types[1]} AS display FROM c WHERE {where}"
        found = await self._query(ACTIVITIES, sql, values, pk)
        return Counter((row["type"], row["display"]) for row in found)

    async def park(self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Activity | None:
        return await self._create(documents.parked_document(instance_id, source_key, activity, now), now)

    async def read_parked(self, instance_id: str, now: datetime) -> Sequence[tuple[SourceKey, Activity]]:
        sql = f"SELECT * FROM c WHERE c.instanceId = @instance AND c.kind = 'parked' AND {_LIVE}"
        found = await self._query(ACTIVITIES, sql, {"instance": instance_id, "now": format_instant(now)})
        return [documents.parked_of(document) for document in found]

    async def read_parked_under(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Sequence[tuple[SourceKey, Activity]]:
        pks = [documents.parked_pk(instance_id, source_key) for source_key in source_keys]
        rows = await self._account.query_keys(ACTIVITIES, "SELECT * FROM c", pks, " AND c.kind = 'parked'")
        return [found for found in map(documents.parked_of, rows) if found[1].is_live(now)]

    async def unpark(self, instance_id: str, source_key: SourceKey, activity: Activity) -> None:
        with translated():
            try:
                await self._account.container(ACTIVITIES).delete_item(
                    documents.activity_doc_id(activity.activity_id), documents.parked_pk(instance_id, source_key)
                )
            except CosmosResourceNotFoundError:
                return

    async def read_many(self, instance_id: str, activity_ids: Collection[str]) -> Sequence[Activity]:
        async def read(some: Sequence[str]) -> list[Document]:
            values: dict[str, Any] = {"instance": instance_id}
            ids = placeholders([documents.activity_doc_id(activity_id) for activity_id in some], values)
            where = f"c.instanceId = @instance AND c.kind = 'activity' AND c.id IN ({ids})"
            return await self._query(ACTIVITIES, f"SELECT * FROM c WHERE {where}", values)

        pages = await gather_bounded(read, batched(list(activity_ids), KEYS_PER_QUERY))
        return [documents.activity_of(document) for page in pages for document in page]

    async def write_sources(self, instance_id: str, activities: Collection[Activity], now: datetime) -> None:
        async def write(activity: Activity) -> None:
            document = documents.activity_document(instance_id, activity, now)
            await self._account.container(ACTIVITIES).upsert_item(document, no_response=True)

        await gather_bounded(write, activities)

    async def read_of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Activity]:
        pk = documents.customer_pk(instance_id, customer_id)
        sql = f"SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'activity' AND {_LIVE}"
        found = await self._query(ACTIVITIES, sql, {"pk": pk, "now": format_instant(now)}, pk)
        return [documents.activity_of(document) for document in found]

    async def remove(self, instance_id: str, activities: Collection[Activity]) -> None:
        async def remove(activity: Activity) -> None:
            with suppress(CosmosResourceNotFoundError):
                await self._account.container(ACTIVITIES).delete_item(
                    documents.activity_doc_id(activity.activity_id),
                    documents.customer_pk(instance_id, activity.customer_id),
                )

        await gather_bounded(remove, activities)

    async def _create(self, document: Document, now: datetime) -> Activity | None:
        known = await self._account.create(ACTIVITIES, document, now)
        return documents.activity_of(known) if known else None


def _where(instance_id: str, query: ActivityQuery, now: datetime) -> tuple[str, dict[str, Any], str | None]:
    values: dict[str, Any] = {"now": format_instant(now)}
    where, pk, bind = f"c.kind = 'activity' AND c.hidden = false AND {_LIVE}", None, binder(values)
    if query.customer_id is not None:
        pk = values["pk"] = documents.customer_pk(instance_id, query.customer_id)
        where += " AND c.pk = @pk"
    else:
        where += f" AND c.instanceId = {bind(instance_id)}"
    if query.since:
        where += f" AND c.sort >= {bind(format_instant(query.since))}"
    if query.until:
        where += f" AND c.sort < {bind(format_instant(query.until))}"
    where += f" AND {render(query.condition, _DIALECT, bind)}" if query.condition else ""
    return where, values, pk
