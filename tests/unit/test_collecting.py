from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import NOW

from function_app.domain.feed import FEED_RETENTION
from function_app.store.documents import PROFILES
from function_app.store.embedded.database import Database, row_of


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "profiles.sqlite")
    yield opened
    await opened.close()


async def fill(database: Database, count: int, expires: datetime) -> None:
    documents = ({"pk": "i|ada", "kind": "update", "id": f"{expires}-{n}"} for n in range(count))
    await database.insert(PROFILES, [row_of(document, expires) for document in documents])


async def create(database: Database, name: str, now: datetime) -> None:
    row = row_of({"pk": "i|ada", "kind": "update", "id": name}, now + timedelta(hours=4))
    assert await database.create(PROFILES, [row], now) == [None]


async def rows(database: Database) -> int:
    return int((await database.scan("SELECT count(*) FROM profiles", ()))[0][0])


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
