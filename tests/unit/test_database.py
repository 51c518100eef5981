"""The embedded file: what reads see, what they do not wait for, and files of other versions."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from support import NOW

from function_app.store.documents import CONTROL
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import row_of
from function_app.store.embedded.schema import VERSION, OtherVersionError

ALL = "SELECT id FROM control"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "profiles.sqlite")
    yield opened
    await opened.close()


async def create(database: Database, name: str) -> None:
    await database.create(CONTROL, [row_of({"pk": "i|ada", "kind": "update", "id": name})], NOW)


async def test_a_caller_sees_its_completed_write_while_many_others_read(database: Database) -> None:
    async def write(name: str) -> None:
        await create(database, name)
        assert (name,) in database.read(ALL)

    async def read() -> None:
        for _ in range(100):
            database.read(ALL)
            await asyncio.sleep(0)

    await asyncio.gather(*(read() for _ in range(10)), *(write(f"w{number}") for number in range(50)))


async def test_no_read_keeps_the_log_from_being_emptied(database: Database, tmp_path: Path) -> None:
    await create(database, "w")
    database.read(ALL)
    with database.snapshot() as connection:
        assert connection.execute(ALL).fetchall() == [("w",)]
    with closing(sqlite3.connect(tmp_path / "profiles.sqlite")) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


async def test_a_scan_for_a_request_does_not_wait_for_bulk_work(database: Database) -> None:
    go_on = threading.Event()
    bulk = asyncio.create_task(database.scan_aside(lambda _: go_on.wait(10)))
    await asyncio.sleep(0)
    assert await asyncio.wait_for(database.scan(ALL, ()), 5) == []
    assert not bulk.done()
    go_on.set()
    assert await bulk


async def test_a_file_of_another_version_is_refused_with_what_to_do_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "profiles.sqlite"
    await Database(path).close()
    for version in (0, VERSION + 1):
        with closing(sqlite3.connect(path)) as other:
            other.execute(f"PRAGMA user_version = {version}")
        before = path.read_bytes()
        with pytest.raises(OtherVersionError) as refused:
            Database(path)
        assert str(path) in str(refused.value)
        assert f"version {version} " in str(refused.value)
        assert "DATA_DIR" in str(refused.value)
        assert path.read_bytes() == before


async def test_a_file_of_this_version_is_opened_again(tmp_path: Path) -> None:
    database = Database(tmp_path / "profiles.sqlite")
    await create(database, "w")
    await database.close()
    again = Database(tmp_path / "profiles.sqlite")
    assert again.read(ALL) == [("w",)]
    await again.close()
