"""Activities in SQLite: timelines, and activities parked under unknown source keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.instant import format_instant
from function_app.domain.query import ActivityQuery
from function_app.errors import Rejected
from function_app.store import documents
from function_app.store.documents import ACTIVITIES, instance_range
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import binder, decode, micros, placeholders, row_of
from function_app.store.port.activities import TimelineEntry
from function_app.store.sql import SqliteDialect, render

_DIALECT = SqliteDialect()
_SORT = "json_extract(body, '$.sort')"
_LIVE = "(expires IS NULL OR expires > ?)"


class EmbeddedActivities:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def create(
        self, instance_id: str, activities: Sequence[Activity], now: datetime
    ) -> Sequence[Activity | Rejected | None]:
        rows = [
            row_of(documents.activity_document(instance_id, activity, now), activity.valid_until)
            for activity in activities
        ]
        found = await self._db.create(ACTIVITIES, rows, now)
        return [documents.activity_of(known) if known else None for known in found]

    async def find(self, instance_id: str, query: ActivityQuery, limit: int, now: datetime) -> Sequence[TimelineEntry]:
        values: dict[str, Any] = {}
        where = _where(instance_id, query, now, values)
        way, beyond = ("DESC", "<") if query.descending else ("ASC", ">")
        if query.after is not None:
            where += f" AND {_SORT} {beyond} {binder(values)(query.after)}"
        sql = f"SELECT body FROM activities WHERE {where} ORDER BY {_SORT} {way} LIMIT {limit:d}"
        of_one = query.customer_id is not None
        rows = self._read(sql, values) if of_one else await self._db.scan(sql, values)
        found = [decode(body) for (body,) in rows]
        return [TimelineEntry(documents.activity_of(document), document["sort"]) for document in found]

    async def count(self, instance_id: str, query: ActivityQuery, now: datetime) -> int:
        values: dict[str, Any] = {}
        where = _where(instance_id, query, now, values)
        rows = await self._db.scan(f"SELECT count(*) FROM activities WHERE {where}", values)
        return int(rows[0][0])

    async def count_types(self, instance_id: str, customer_id: str, now: datetime) -> Mapping[tuple[str, str], int]:
        values: dict[str, Any] = {}
        where = _where(instance_id, ActivityQuery(customer_id), now, values)
        types = [_DIALECT.attribute(name) for name in ("ActivityType", "ActivityTypeDisplay")]
        rows = await self._db.scan(
            f"SELECT {types[0]}, {types[1]}, count(*) FROM activities WHERE {where} GROUP BY 1, 2", values
        )
        return {(kind, display): count for kind, display, count in rows}

    async def park(self, instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Activity | None:
        document = documents.parked_document(instance_id, source_key, activity, now)
        (known,) = await self._db.create(ACTIVITIES, [row_of(document, activity.valid_until)], now)
        return documents.activity_of(known) if known else None

    async def read_parked(self, instance_id: str, now: datetime) -> Sequence[tuple[SourceKey, Activity]]:
        rows = await self._db.scan(
            f"SELECT body FROM activities WHERE kind = 'parked' AND pk > ? AND pk < ? AND {_LIVE} ORDER BY pk, id",
            [*instance_range(instance_id), micros(now)],
        )
        return [documents.parked_of(decode(body)) for (body,) in rows]

    async def read_parked_under(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Sequence[tuple[SourceKey, Activity]]:
        pks = [documents.parked_pk(instance_id, source_key) for source_key in source_keys]
        sql = f"SELECT body FROM activities WHERE kind = 'parked' AND pk IN ({placeholders(pks)}) AND {_LIVE}"
        values: list[Any] = [*pks, micros(now)]
        return [documents.parked_of(decode(body)) for (body,) in await self._db.look_up(sql, values)]

    async def unpark(self, instance_id: str, source_key: SourceKey, activity: Activity) -> None:
        key = (documents.parked_pk(instance_id, source_key), documents.activity_doc_id(activity.activity_id))
        await self._db.write(
            lambda connection: connection.execute(
                "DELETE FROM activities WHERE pk = ? AND kind = 'parked' AND id = ?", key
            )
        )

    async def read_many(self, instance_id: str, activity_ids: Collection[str]) -> Sequence[Activity]:
        ids = [documents.activity_doc_id(activity_id) for activity_id in activity_ids]
        sql = (
            f"SELECT body FROM activities WHERE id IN ({placeholders(ids)}) AND pk > ? AND pk < ? AND kind = 'activity'"
        )
        rows = await self._db.look_up(sql, [*ids, *instance_range(instance_id)])
        return [documents.activity_of(decode(body)) for (body,) in rows]

    async def write_sources(self, instance_id: str, activities: Collection[Activity], now: datetime) -> None:
        rows = (
            row_of(documents.activity_document(instance_id, activity, now), activity.valid_until)
            for activity in activities
        )
        await self._db.insert(ACTIVITIES, rows)

    async def read_of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Activity]:
        sql = f"SELECT body FROM activities WHERE pk = ? AND kind = 'activity' AND {_LIVE}"
        rows = await self._db.scan(sql, [documents.customer_pk(instance_id, customer_id), micros(now)])
        return [documents.activity_of(decode(body)) for (body,) in rows]

    async def remove(self, instance_id: str, activities: Collection[Activity]) -> None:
        keys = [
            (documents.customer_pk(instance_id, activity.customer_id), documents.activity_doc_id(activity.activity_id))
            for activity in activities
        ]
        sql = "DELETE FROM activities WHERE pk = ? AND kind = 'activity' AND id = ?"
        await self._db.bulk(lambda connection: connection.executemany(sql, keys))


def _where(instance_id: str, query: ActivityQuery, now: datetime, values: dict[str, Any]) -> str:
    bind = binder(values)
    where = "kind = 'activity'"
    if query.customer_id is not None:
        where += f" AND pk = {bind(documents.customer_pk(instance_id, query.customer_id))}"
    else:
        first, last = instance_range(instance_id)
        where += f" AND pk > {bind(first)} AND pk < {bind(last)}"
    where += f" AND (expires IS NULL OR expires > {bind(micros(now))}) AND NOT json_extract(body, '$.hidden')"
    if query.since:
        where += f" AND {_SORT} >= {bind(format_instant(query.since))}"
    if query.until:
        where += f" AND {_SORT} < {bind(format_instant(query.until))}"
    return where + (f" AND {render(query.condition, _DIALECT, bind)}" if query.condition else "")
