"""Customers in SQLite: profiles and updates."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any

import orjson

from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.fitting import Fitting
from function_app.domain.merge import Superseded
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.query import Condition, Position, SourceQuery
from function_app.store import documents
from function_app.store.documents import PROFILES
from function_app.store.embedded.database import Database, binder, decode, instance_range, micros, placeholders, row_of
from function_app.store.port import CustomerRead
from function_app.store.sql import SqliteDialect, render

_SHOWING = "kind = 'update' AND expires > ? AND superseded <= ?"
_READ_SHOWING = f"SELECT body FROM profiles WHERE pk = ? AND {_SHOWING}"
_READ = f"""SELECT kind, body FROM profiles WHERE pk = ? AND kind = 'profile'
            UNION ALL SELECT kind, body FROM profiles WHERE pk = ? AND {_SHOWING}"""
_READ_UPDATE = "SELECT body FROM profiles WHERE pk = ? AND kind = 'update' AND id = ? AND expires > ?"
_DIGEST = "substr(body, 12, 24)"  # a profile's document starts with `{"digest":"`; parsing all of it is twice as slow
_CHANGED = f"""SELECT new.key, body FROM json_each(?) AS new LEFT JOIN profiles
               ON pk = ? || '|' || new.key AND kind = 'profile' WHERE {_DIGEST} IS NOT new.value"""


@lru_cache(maxsize=8192)
def _update_of(body: str) -> Update:
    """Return the update of a body; cached, as stored updates never change and busy customers are read often."""
    return documents.update_of(decode(body))


class EmbeddedCustomers:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def read(
        self, instance_id: str, customer_id: str, now: datetime, update_id: str | None = None
    ) -> CustomerRead:
        pk, instant = documents.customer_pk(instance_id, customer_id), micros(now)
        repeated = None
        if update_id is not None:
            rows = self._read(_READ_UPDATE, (pk, documents.update_doc_id(update_id), instant))
            repeated = _update_of(rows[0][0]) if rows else None
        rows = self._read(_READ, (pk, pk, instant, instant))
        if not rows or rows[0][0] != "profile":
            return CustomerRead(None, repeated)
        updates = tuple(_update_of(body) for _, body in rows[1:])
        return CustomerRead(documents.customer_of(decode(rows[0][1]), updates), repeated)

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in customer_ids]
        sql = f"SELECT pk FROM profiles WHERE pk IN ({placeholders(pks)}) AND kind = 'profile'"
        prefix = len(instance_id) + 1
        return {pk[prefix:] for (pk,) in await self._db.look_up(sql, pks)}

    async def create_update(self, instance_id: str, update: Update, now: datetime) -> Update | None:
        document = documents.update_document(instance_id, update, now)
        (known,) = await self._db.create(PROFILES, [row_of(document, update.valid_until)], now)
        return documents.update_of(known) if known else None

    async def mark_superseded(self, instance_id: str, found: Collection[Superseded], now: datetime) -> None:  # noqa: ARG002
        rows = [
            (
                micros(one.until),
                documents.customer_pk(instance_id, one.update.customer_id),
                documents.update_doc_id(one.update.update_id),
            )
            for one in found
        ]
        sql = "UPDATE profiles SET superseded = ? WHERE pk = ? AND kind = 'update' AND id = ?"
        await self._db.write(lambda connection: connection.executemany(sql, rows))

    async def find_profiles(self, instance_id: str, query: SourceQuery, limit: int) -> Sequence[Customer]:
        values: dict[str, Any] = {}
        dialect = SqliteDialect(query.fitting)
        where = _source_where(instance_id, query.condition, dialect, values)
        where += _left_out(instance_id, query.without, values)
        by = "" if query.sorting.attribute == CUSTOMER_ID else dialect.shown(query.sorting.attribute)
        if query.after:
            where += " AND " + _after(instance_id, query.after, by, values, descending=query.sorting.descending)
        way = "DESC" if query.sorting.descending else "ASC"
        first = f"{by} {way}, " if by else ""
        sql = f"SELECT body FROM profiles WHERE {where} ORDER BY {first}pk {way} LIMIT {limit:d}"
        return [documents.customer_of(decode(body)) for (body,) in await self._db.scan(sql, values)]

    async def count_profiles(
        self,
        instance_id: str,
        condition: Condition | None,
        without: frozenset[str],
        fitting: Fitting | None = None,
    ) -> int:
        values: dict[str, Any] = {}
        where = _source_where(instance_id, condition, SqliteDialect(fitting), values)
        where += _left_out(instance_id, without, values)
        rows = await self._db.scan(f"SELECT count(*) FROM profiles WHERE {where}", values)
        return int(rows[0][0])

    async def find_with_updates_of(self, instance_id: str, names: Collection[str], now: datetime) -> Sequence[Customer]:
        rows = await self._db.scan(
            f"SELECT DISTINCT pk FROM profiles INDEXED BY profiles_expiry WHERE pk > ? AND pk < ? AND {_SHOWING}"
            f" AND EXISTS (SELECT 1 FROM json_each(body, '$.names') WHERE value IN ({placeholders(names)}))",
            [*instance_range(instance_id), micros(now), micros(now), *names],
        )
        prefix = len(instance_id) + 1
        reads = [await self.read(instance_id, pk[prefix:], now) for (pk,) in rows]
        return [read.customer for read in reads if read.customer]

    async def read_updates(
        self, instance_id: str, customer_ids: Collection[str], now: datetime
    ) -> Mapping[str, tuple[Update, ...]]:
        found = {}
        for customer_id in customer_ids:
            pk = documents.customer_pk(instance_id, customer_id)
            rows = self._read(_READ_SHOWING, (pk, micros(now), micros(now)))
            if rows:
                found[customer_id] = tuple(_update_of(body) for (body,) in rows)
        return found

    async def read_profiles(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in customer_ids]
        rows = await self._db.scan(
            f"SELECT body FROM profiles WHERE pk IN ({placeholders(pks)}) AND kind = 'profile'", pks
        )
        customers = [documents.customer_of(decode(body)) for (body,) in rows]
        return {customer.customer_id: customer.source for customer in customers}

    async def write_profiles(
        self, instance_id: str, profiles: Mapping[str, bytes], digests: Mapping[str, str] | None = None
    ) -> None:
        known = digests or {}
        rows = (
            row_of(documents.profile_document(instance_id, key, orjson.Fragment(content), known.get(key, "")))
            for key, content in profiles.items()
        )
        await self._db.insert(PROFILES, rows)

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        return await self._db.scan_aside(lambda scanner: _changed(scanner, instance_id, digests))

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        ids = "SELECT pk FROM profiles WHERE pk > ? AND pk < ? AND kind = 'profile' ORDER BY pk LIMIT ?"
        sql = f"SELECT json_group_array(substr(pk, ?)) FROM ({ids})"  # one text: fetching many rows holds the GIL
        first, last = instance_range(instance_id)
        rows = await self._db.scan(sql, [len(first) + 1, first + after, last, limit])
        found: list[str] = orjson.loads(rows[0][0])
        return found

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        _, last = instance_range(instance_id)
        some = (
            "SELECT DISTINCT pk FROM profiles AS u INDEXED BY profiles_updates"
            " WHERE kind = 'update' AND pk > ? AND pk < ? AND expires > ?"
            " AND EXISTS (SELECT 1 FROM profiles WHERE pk = u.pk AND kind = 'profile') ORDER BY pk LIMIT ?"
        )
        rows = await self._db.scan(
            f"SELECT pk, kind, body FROM profiles WHERE pk IN ({some})"
            " AND (kind = 'profile' OR kind = 'update' AND expires > ?) ORDER BY pk, kind",
            [documents.customer_pk(instance_id, after), last, micros(now), limit, micros(now)],
        )
        return [_customer(list(of_one)) for _, of_one in groupby(rows, key=lambda row: row[0])]

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        pks = [(documents.customer_pk(instance_id, customer_id),) for customer_id in customer_ids]
        sql = "DELETE FROM profiles WHERE pk = ? AND kind = 'profile'"
        await self._db.bulk(lambda connection: connection.executemany(sql, pks))


def _changed(
    scanner: sqlite3.Connection, instance_id: str, digests: Mapping[str, str]
) -> Mapping[str, Attributes | None]:
    rows = scanner.execute(_CHANGED, [orjson.dumps(digests).decode(), instance_id])
    return {key: decode(body)["attributes"] if body else None for key, body in rows}


def _customer(rows: Sequence[tuple[str, str, str]]) -> Customer:
    profile, *updates = (decode(body) for _, _, body in rows)
    return documents.customer_of(profile, tuple(documents.update_of(update) for update in updates))


def _source_where(instance_id: str, condition: Condition | None, dialect: SqliteDialect, values: dict[str, Any]) -> str:
    values["first"], values["last"] = instance_range(instance_id)
    where = "kind = 'profile' AND pk > :first AND pk < :last"
    if condition is None:
        return where
    return f"{where} AND {render(condition, dialect, binder(values))}"


def _left_out(instance_id: str, without: Collection[str], values: dict[str, Any]) -> str:
    if not without:
        return ""
    bind = binder(values)
    keys = bind(json.dumps([documents.customer_pk(instance_id, customer_id) for customer_id in without]))
    return f" AND pk NOT IN (SELECT value FROM json_each({keys}))"


def _after(instance_id: str, after: Position, by: str, values: dict[str, Any], *, descending: bool) -> str:
    bind = binder(values)
    beyond = "<" if descending else ">"
    further = f"pk {beyond} {bind(documents.customer_pk(instance_id, after.key))}"
    if not by:
        return further
    if after.value is None:
        tied = f"({by} IS NULL AND {further})"
        return tied if descending else f"({tied} OR {by} IS NOT NULL)"
    value = bind(after.value)
    nulls = f" OR {by} IS NULL" if descending else ""
    return f"({by} {beyond} {value}{nulls} OR ({by} = {value} AND {further}))"
