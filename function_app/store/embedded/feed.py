"""The feed in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from function_app.domain.activity import Activity
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.store import documents
from function_app.store.documents import ACTIVITIES, CREATED, ENDED, PROFILES, RECEIVED
from function_app.store.embedded.database import Database, decode
from function_app.store.port import FeedEntry

_UPDATES = "kind = 'update'"
_ACTIVITIES = "kind = 'activity' AND NOT json_extract(body, '$.hidden')"


class EmbeddedFeed:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def read_received(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(PROFILES, _UPDATES, RECEIVED, (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[RECEIVED]) for document in found]

    async def read_ended(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(PROFILES, _UPDATES, ENDED, (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[ENDED]) for document in found]

    async def read_created(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Activity]]:
        found = await self._find(ACTIVITIES, _ACTIVITIES, CREATED, (instance_id, after, before, limit))
        return [FeedEntry(documents.activity_of(document), document[CREATED]) for document in found]

    async def _find(self, table: str, kinds: str, by: str, span: tuple[str, str, datetime, int]) -> list[Any]:
        instance_id, after, before, limit = span
        position = f"json_extract(body, '$.{by}')"
        rows = await self._db.scan(
            f"SELECT body FROM {table} WHERE {kinds} AND json_extract(body, '$.instanceId') = ?"
            f" AND {position} > ? AND {position} < ? ORDER BY {position} LIMIT {limit:d}",
            (instance_id, after, format_instant(before)),
        )
        return [decode(body) for (body,) in rows]
