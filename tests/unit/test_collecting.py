from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import INSTANCE, NOW, in_json, model, profile, put_profiles

from function_app.domain.feed import FEED_RETENTION
from function_app.domain.profile import Update
from function_app.store.documents import CONTROL
from function_app.store.embedded import EmbeddedStore
from function_app.store.embedded import database as module
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import row_of


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "profiles.sqlite")
    yield opened
    await opened.close()


async def fill(database: Database, count: int, expires: datetime) -> None:
    documents = ({"pk": "i|ada", "kind": "update", "id": f"{expires}-{n}"} for n in range(count))
    await database.insert(CONTROL, [row_of(document, expires) for document in documents])


async def create(database: Database, name: str, now: datetime) -> None:
    row = row_of({"pk": "i|ada", "kind": "update", "id": name}, now + timedelta(hours=4))
    assert await database.create(CONTROL, [row], now) == [None]
    if database.collecting:
        await database.collecting


async def rows(database: Database) -> int:
    return int((await database.scan("SELECT count(*) FROM control", ()))[0][0])


async def test_expired_rows_are_removed_a_day_later_with_the_next_write(database: Database) -> None:
    await fill(database, 10, NOW)
    await create(database, "on time", NOW + FEED_RETENTION - timedelta(minutes=1))
    assert await rows(database) == 11
    await create(database, "later", NOW + FEED_RETENTION)
    assert await rows(database) == 2


async def test_more_rows_than_one_write_removes_are_removed_by_the_following_writes(database: Database) -> None:
    await fill(database, 7_000, NOW)
    for turn in range(5):
        await create(database, f"write {turn}", NOW + FEED_RETENTION + timedelta(milliseconds=turn))
    assert await rows(database) == 5


async def test_a_write_does_not_fail_with_the_removal_that_follows_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(connection: sqlite3.Connection, _: datetime) -> bool:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        connection.execute("CREATE TABLE too_large (value)")
        return True

    with monkeypatch.context() as patched:
        patched.setattr(module, "collect", fill_the_disk)
        await create(database, "first", NOW)
    await create(database, "second", NOW + FEED_RETENTION)
    assert await rows(database) == 2


async def test_updates_are_removed_a_day_after_their_end(tmp_path: Path) -> None:
    store, fitting = EmbeddedStore(tmp_path / "data"), model().fitting
    await put_profiles(store, INSTANCE, in_json(profile("ada")))

    async def fed(number: int, now: datetime) -> int:
        update = Update(f"u{number}", "ada", {"City": "Oslo"}, now, now, now + timedelta(hours=1), "")
        await store.customers.add_update(INSTANCE, update, fitting, now)
        if collecting := store._db.collecting:  # noqa: SLF001  # no write waits for it
            await collecting
        return len(await store.feed.read_received(INSTANCE, "", now + timedelta(days=9), 9))

    assert await fed(1, NOW) == 1
    assert await fed(2, NOW + FEED_RETENTION) == 2
    assert await fed(3, NOW + FEED_RETENTION + timedelta(hours=2)) == 2
    await store.close()
