"""Reads of the embedded file: those in one turn of the event loop share a snapshot, and none waits for bulk work."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from support import NOW

from function_app.store.documents import PROFILES
from function_app.store.embedded.database import Database, row_of

ALL = "SELECT id FROM profiles"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(tmp_path / "profiles.sqlite")
    yield opened
    await opened.close()


async def create(database: Database, name: str) -> None:
    await database.create(PROFILES, [row_of({"pk": "i|ada", "kind": "update", "id": name})], NOW)


async def test_a_caller_sees_its_completed_write_while_many_others_read(database: Database) -> None:
    async def write(name: str) -> None:
        await create(database, name)
        assert (name,) in database.read(ALL)

    async def read() -> None:
        for _ in range(100):
            database.read(ALL)
            await asyncio.sleep(0)

    await asyncio.gather(*(read() for _ in range(10)), *(write(f"w{number}") for number in range(50)))


async def test_reads_of_one_turn_see_the_same_even_if_another_connection_writes_meanwhile(
    database: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "profiles.sqlite", isolation_level=None)) as other:
        assert [database.read(ALL), database.read(ALL)] == [[], []]
        other.execute("INSERT INTO profiles (pk, kind, id, body) VALUES ('i|ada', 'update', 'w', '{}')")
        assert database.read(ALL) == []
        await asyncio.sleep(0)
        assert database.read(ALL) == [("w",)]


async def test_no_snapshot_outlives_its_turn_and_keeps_the_log_from_being_emptied(
    database: Database, tmp_path: Path
) -> None:
    await create(database, "w")
    database.read(ALL), database.read(ALL)
    await asyncio.sleep(0)
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
