"""The feed in SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from function_app.domain.activity import Activity
from function_app.domain.feed import TRAILS
from function_app.domain.instant import format_instant
from function_app.domain.profile import Update
from function_app.store import documents
from function_app.store.documents import CREATED, ENDED, RECEIVED
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import decode, micros
from function_app.store.port.activities import FeedEntry

_UPDATES = "SELECT body FROM updates WHERE instance = ? AND {by} > ? AND {by} < ? ORDER BY {by} LIMIT ?"
_ENDING = "SELECT body FROM updates WHERE instance = ? AND ended > ? AND ended < ? AND ends < ? ORDER BY ends LIMIT ?"
_CREATED = "json_extract(body, '$.createdSort')"
_ACTIVITIES = f"""SELECT body FROM activities WHERE kind = 'activity' AND NOT json_extract(body, '$.hidden')
                  AND json_extract(body, '$.instanceId') = ? AND {_CREATED} > ? AND {_CREATED} < ?
                  ORDER BY {_CREATED} LIMIT ?"""


class EmbeddedFeed:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def read_received(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(_UPDATES.format(by="received"), (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[RECEIVED]) for document in found]

    async def read_ended(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        found = await self._find(_UPDATES.format(by="ended"), (instance_id, after, before, limit))
        return [FeedEntry(documents.update_of(document), document[ENDED]) for document in found]

    async def read_ending(
        self, instance_id: str, now: datetime, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Update]]:
        latest = format_instant(before + TRAILS)  # what is received before its expiry enters the feed before this
        span = (instance_id, format_instant(now), latest, micros(before), limit)
        found = [decode(body) for (body,) in await self._db.scan(_ENDING, span)]
        return [FeedEntry(documents.update_of(document), document[ENDED]) for document in found]

    async def read_created(
        self, instance_id: str, after: str, before: datetime, limit: int
    ) -> Sequence[FeedEntry[Activity]]:
        found = await self._find(_ACTIVITIES, (instance_id, after, before, limit))
        return [FeedEntry(documents.activity_of(document), document[CREATED]) for document in found]

    async def _find(self, sql: str, span: tuple[str, str, datetime, int]) -> list[Any]:
        instance_id, after, before, limit = span
        rows = await self._db.scan(sql, (instance_id, after, format_instant(before), limit))
        return [decode(body) for (body,) in rows]
