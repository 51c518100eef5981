"""Customers in SQLite: what shows of each, and updates."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from function_app.domain.ending import remember
from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.projection import Kept, add, advance, project
from function_app.domain.query import Position, ProfileQuery
from function_app.errors import TooManyDue
from function_app.store import documents, profile_documents
from function_app.store.documents import ENDED, RECEIVED
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import binder, decode, micros, placeholders
from function_app.store.port.customers import MAX_DUE, Added, Changed, ChangeUpdates, Found
from function_app.store.sql import SqliteDialect, render

_ROW = "id, changes, form, loaded, digest, attributes, live"
READ_PROFILE = f"SELECT {_ROW} FROM profiles WHERE instance = ? AND id = ?"
_READ_JSON = "SELECT form, changes, CAST(attributes AS BLOB) FROM profiles WHERE instance = ? AND id = ?"
_WRITE = f"INSERT OR REPLACE INTO profiles (instance, {_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_WRITE_SOURCES = f"INSERT INTO profiles (instance, {_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_OVER_SOURCES = """ ON CONFLICT DO UPDATE SET form = excluded.form, loaded = excluded.loaded, digest = excluded.digest,
                    attributes = excluded.attributes WHERE changes IS NULL"""
_ROWS_A_STATEMENT = 512
_IS_DUE = "instance = :instance AND changes IS NOT NULL AND"
_DUE = f"""SELECT {_ROW} FROM (
           SELECT {_ROW} FROM profiles WHERE {_IS_DUE} form = :form AND changes <= :now
           UNION ALL SELECT {_ROW} FROM profiles WHERE {_IS_DUE} form < :form
           UNION ALL SELECT {_ROW} FROM profiles WHERE {_IS_DUE} form > :form) LIMIT :limit"""
_LAID_OVER = """SELECT profiles.id FROM profiles, json_each(:ids) AS some
                WHERE instance = :instance AND profiles.id = some.value AND changes IS NOT NULL
                UNION SELECT customer FROM updates, json_each(:ids) AS some
                WHERE instance = :instance AND customer = some.value AND ends > :now"""
_UPDATES = "SELECT body FROM updates WHERE instance = ? AND customer = ? AND ends > ?"
_UPDATE = "SELECT body FROM updates WHERE instance = ? AND customer = ? AND id = ? AND ends > ?"
_WRITE_UPDATE = """INSERT OR REPLACE INTO updates (instance, customer, id, ends, received, ended, body)
                    VALUES (?, ?, ?, ?, ?, ?, ?)"""
_CHANGED = f"""SELECT new.key, profiles.{_ROW} FROM json_each(?) AS new
               LEFT JOIN profiles ON instance = ? AND profiles.id = new.key
               WHERE digest IS NOT new.value"""
_Row = tuple[str, int | None, str, str, str, str, str | None]


class EmbeddedCustomers:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def read_json(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> bytes | None:
        for form, changes, attributes in self._read(_READ_JSON, (instance_id, customer_id)):
            if form == fitting.form and (changes is None or micros(now) < changes):
                stored: bytes = attributes
                return stored
            kept = await self.read(instance_id, customer_id, fitting, now)
            return orjson.dumps(kept.attributes) if kept else None
        return None

    async def read(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> Kept | None:
        with self._db.snapshot() as connection:
            row = connection.execute(READ_PROFILE, (instance_id, customer_id)).fetchone()
            return _current(connection, instance_id, row, fitting, now) if row else None

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        sql = f"SELECT id FROM profiles WHERE instance = ? AND id IN ({placeholders(customer_ids)})"
        return {found for (found,) in await self._db.look_up(sql, [instance_id, *customer_ids])}

    async def add_update(self, instance_id: str, update: Update, fitting: Fitting, now: datetime) -> Added | None:
        key = (instance_id, update.customer_id, documents.update_doc_id(update.update_id))

        def change(connection: sqlite3.Connection) -> Added | None:
            row = connection.execute(READ_PROFILE, key[:2]).fetchone()
            if row is None:
                return None
            kept = _current(connection, instance_id, row, fitting, now)
            known = connection.execute(_UPDATE, (*key, micros(now))).fetchone() if update.fingerprint else None
            if known:
                return Added(kept, documents.update_of(decode(known[0])))
            remembered = remember(update, kept)
            after = add(kept, remembered, fitting)
            is_as_stored = after is kept and row[2] == kept.form  # by other types the update may show
            changed = None if is_as_stored else _row_of(instance_id, after)
            connection.execute(_WRITE_UPDATE, _update_row(instance_id, remembered, now))
            if changed:
                connection.execute(_WRITE, changed)
            return Added(after)

        added = await self._db.write(change)
        self._db.collect_soon(now)
        return added

    async def change_updates(
        self, instance_id: str, customer_id: str, change: ChangeUpdates, fitting: Fitting, now: datetime
    ) -> Changed | None:
        def write(connection: sqlite3.Connection) -> Changed | None:
            row = connection.execute(READ_PROFILE, (instance_id, customer_id)).fetchone()
            if row is None:
                return None
            updates = {one.update_id: one for one in _live_updates(connection, instance_id, customer_id, now)}
            source = kept_of(row)
            kept = project(source.with_updates(*updates.values()), fitting, now)
            changed = change(kept, sorted(updates.values(), key=lambda update: update.order))
            if changed:
                updates |= {update.update_id: update for update in changed}
                kept = project(source.with_updates(*updates.values()), fitting, now)
                connection.executemany(_WRITE_UPDATE, [_update_row(instance_id, update, now) for update in changed])
                connection.execute(_WRITE, _row_of(instance_id, kept))
            return Changed(kept, changed)

        return await self._db.write(write)

    async def read_updates(self, instance_id: str, customer_id: str, after: datetime) -> Sequence[Update]:
        rows = await self._db.scan(_UPDATES, (instance_id, customer_id, micros(after)))
        return [documents.update_of(decode(body)) for (body,) in rows]

    async def find(self, instance_id: str, query: ProfileQuery, limit: int, now: datetime) -> Found:
        fitting, values = query.fitting, {"instance": instance_id, "form": query.fitting.form, "now": micros(now)}
        bind, dialect = binder(values), SqliteDialect(fitting, "attributes", "$")
        where = "instance = :instance AND (changes IS NULL OR (form = :form AND changes > :now))"
        where += f" AND {render(query.condition, dialect, bind)}" if query.condition else ""
        count = f"SELECT count(*) FROM profiles WHERE {where}"
        by = "" if query.sorting.attribute == CUSTOMER_ID else dialect.shown(query.sorting.attribute)
        beyond = _after(query.after, by, values, descending=query.sorting.descending) if query.after else "1"
        way = "DESC" if query.sorting.descending else "ASC"
        order = f"{by} {way}, id {way}" if by else f"id {way}"
        page = f"SELECT form, attributes FROM profiles WHERE {where} AND {beyond} ORDER BY {order} LIMIT {limit:d}"

        def look(connection: sqlite3.Connection) -> Found:
            due = [kept.attributes for kept in _due(connection, instance_id, fitting, now, MAX_DUE + 1)]
            if len(due) > MAX_DUE:
                raise TooManyDue
            found = connection.execute(page, values).fetchall()
            rows = [decode(body) if form == fitting.form else fitting.attributes(decode(body)) for form, body in found]
            return Found(rows, due, connection.execute(count, values).fetchone()[0] if query.count else None)

        return await self._db.look(look)

    async def settle(self, instance_id: str, fitting: Fitting, now: datetime, limit: int) -> int:
        def settle(connection: sqlite3.Connection) -> int:
            rows = [_row_of(instance_id, kept) for kept in _due(connection, instance_id, fitting, now, limit)]
            connection.executemany(_WRITE, rows)
            return len(rows)

        return await self._db.bulk(settle)

    async def count(self, instance_id: str) -> int:
        rows = await self._db.scan("SELECT count(*) FROM profiles WHERE instance = ?", (instance_id,))
        return int(rows[0][0])

    async def read_sources(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        sql = f"SELECT {_ROW} FROM profiles WHERE instance = ? AND id IN ({placeholders(customer_ids)})"
        return {row[0]: kept_of(row).source for row in await self._db.scan(sql, [instance_id, *customer_ids])}

    async def write_sources(
        self,
        instance_id: str,
        profiles: Mapping[str, bytes],
        fitting: Fitting,
        now: datetime,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        known = digests or {}
        ids = {"instance": instance_id, "ids": orjson.dumps([*profiles]).decode(), "now": micros(now)}

        def write(connection: sqlite3.Connection) -> None:
            above = {customer_id for (customer_id,) in connection.execute(_LAID_OVER, ids)}
            plain: list[Any] = []
            for customer_id, content in profiles.items():
                digest = known.get(customer_id, "")
                form = fitting.form if digest else ""
                if customer_id in above:
                    updates = _live_updates(connection, instance_id, customer_id, now)
                    customer = Customer(customer_id, decode(content), updates, form, digest)
                    connection.execute(_WRITE, _row_of(instance_id, project(customer, fitting, now)))
                else:
                    plain.append((instance_id, customer_id, None, form, form, digest, content.decode(), None))
            _insert(connection, plain)

        await self._db.bulk(write)

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        def look(scanner: sqlite3.Connection) -> Mapping[str, Attributes | None]:
            rows = scanner.execute(_CHANGED, [orjson.dumps(digests).decode(), instance_id])
            return {row[0]: kept_of(row[1:]).source if row[1] is not None else None for row in rows}

        return await self._db.scan_aside(look)

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        ids = "SELECT id FROM profiles WHERE instance = ? AND id > ? ORDER BY id LIMIT ?"
        sql = f"SELECT json_group_array(id) FROM ({ids})"  # one text: fetching many rows holds the GIL
        rows = await self._db.scan(sql, [instance_id, after, limit])
        found: list[str] = orjson.loads(rows[0][0])
        return found

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        some = "SELECT id FROM profiles INDEXED BY profiles_due"  # the others need not be looked at
        some += " WHERE instance = ? AND changes IS NOT NULL AND id > ? ORDER BY id LIMIT ?"
        sql = f"SELECT {_ROW} FROM profiles WHERE instance = ? AND id IN ({some}) ORDER BY id"

        def look(connection: sqlite3.Connection) -> list[Customer]:
            rows = connection.execute(sql, (instance_id, instance_id, after, limit)).fetchall()
            return [kept_of(row).with_updates(*_live_updates(connection, instance_id, row[0], now)) for row in rows]

        return await self._db.look(look)

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        keys = [(instance_id, customer_id) for customer_id in customer_ids]
        sql = "DELETE FROM profiles WHERE instance = ? AND id = ?"
        await self._db.bulk(lambda connection: connection.executemany(sql, keys))


def _due(
    connection: sqlite3.Connection, instance_id: str, fitting: Fitting, now: datetime, limit: int
) -> Iterator[Kept]:
    values = {"instance": instance_id, "form": fitting.form, "now": micros(now), "limit": limit}
    for row in connection.execute(_DUE, values).fetchall():
        yield _current(connection, instance_id, row, fitting, now)


def _current(connection: sqlite3.Connection, instance_id: str, row: _Row, fitting: Fitting, now: datetime) -> Kept:
    """Return what shows at `now`, of a row of the same snapshot."""
    kept = kept_of(row)
    current = advance(kept, fitting, now)
    if current is None:
        updates = _live_updates(connection, instance_id, kept.customer_id, now)
        current = project(kept.with_updates(*updates), fitting, now)
    return current


def _live_updates(
    connection: sqlite3.Connection, instance_id: str, customer_id: str, now: datetime
) -> tuple[Update, ...]:
    rows = connection.execute(_UPDATES, (instance_id, customer_id, micros(now)))
    return tuple(documents.update_of(decode(body)) for (body,) in rows)


def _update_row(instance_id: str, update: Update, now: datetime) -> tuple[Any, ...]:
    document = documents.update_document(instance_id, update, now)
    key = (instance_id, update.customer_id, document["id"])
    content = orjson.dumps(document).decode()
    return (*key, micros(update.valid_until), document[RECEIVED], document[ENDED], content)


def kept_of(row: _Row) -> Kept:
    customer_id, _, form, loaded, digest, attributes, live = row
    kept = Kept(customer_id, decode(attributes), form=form, loaded=loaded, digest=digest)
    return profile_documents.with_beneath(kept, decode(live)) if live else kept


def _row_of(instance_id: str, kept: Kept) -> tuple[Any, ...]:
    kept, changes_at = kept.at_rest(), kept.changes_at
    live = orjson.dumps(profile_documents.beneath_document(kept)).decode() if changes_at else None
    changes = micros(changes_at) if changes_at else None
    attributes = orjson.dumps(kept.attributes).decode()
    return (instance_id, kept.customer_id, changes, kept.form, kept.loaded, kept.digest, attributes, live)


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert many rows per statement, so that the GIL is held for a short time."""
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        some = rows[start : start + _ROWS_A_STATEMENT]
        more = ", (?, ?, ?, ?, ?, ?, ?, ?)" * (len(some) - 1)
        connection.execute(_WRITE_SOURCES + more + _OVER_SOURCES, [value for row in some for value in row])


def _after(after: Position, by: str, values: dict[str, Any], *, descending: bool) -> str:
    bind = binder(values)
    beyond = "<" if descending else ">"
    further = f"id {beyond} {bind(after.key)}"
    if not by:
        return further
    if after.value is None:
        tied = f"({by} IS NULL AND {further})"
        return tied if descending else f"({tied} OR {by} IS NOT NULL)"
    value = bind(after.value)
    nulls = f" OR {by} IS NULL" if descending else ""
    return f"({by} {beyond} {value}{nulls} OR ({by} = {value} AND {further}))"
