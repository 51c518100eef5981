"""The feed in Cosmos DB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from function_app.domain.activity import Activity
from function_app.domain.feed import TRAILS
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.store import documents
from function_app.store.cosmos.account import Account
from function_app.store.documents import ACTIVITIES, CREATED, ENDED, PROFILES, RECEIVED
from function_app.store.port.activities import FeedEntry

_UPDATES = "c.kind = 'update'"
_ACTIVITIES = "c.kind = 'activity' AND c.hidden = false"


class CosmosFeed:
    def __init__(self, account: Account) -> None:
        self._query = account.query

    async def read_received(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(PROFILES, _UPDATES, "c.receivedSort", (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[RECEIVED]) for document in found]

    async def read_ended(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(PROFILES, _UPDATES, "c.endedSort", (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[ENDED]) for document in found]

    async def read_ending(
        self, instance_id: str, now: datetime, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        sql = (
            f"SELECT TOP {limit:d} * FROM c WHERE c.instanceId = @instance AND {_UPDATES}"
            " AND c.endedSort > @now AND c.endedSort < @latest AND c.validUntil < @before ORDER BY c.validUntil"
        )
        latest = before + TRAILS  # what is received before its expiry enters the feed before this
        instants = {"now": now, "latest": latest, "before": before}
        values = {"instance": instance_id, **{name: format_instant(each) for name, each in instants.items()}}
        found = await self._query(PROFILES, sql, values)
        return [FeedEntry(documents.update_of(document), document[ENDED]) for document in found]

    async def read_created(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Activity]]:
        found = await self._find(ACTIVITIES, _ACTIVITIES, "c.createdSort", (instance_id, after, before, limit))
        return [FeedEntry(documents.activity_of(document), document[CREATED]) for document in found]

    async def _find(self, container: str, kinds: str, by: str, span: tuple[str, str, datetime, int]) -> list[Any]:
        instance_id, after, before, limit = span
        sql = (
            f"SELECT TOP {limit:d} * FROM c WHERE c.instanceId = @instance AND {kinds}"
            f" AND {by} > @after AND {by} < @before ORDER BY {by}"
        )
        values = {"instance": instance_id, "after": after, "before": format_instant(before)}
        return await self._query(container, sql, values)
