"""The embedded file: what reads see, what they do not wait for, and files of other versions."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from support import NOW, ROOT
from support.process import LONG_S

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


async def write_much(database: Database, rounds: int) -> None:
    async def write(name: str) -> None:
        for number in range(rounds):
            await database.put(
                CONTROL, {"pk": "i|ada", "kind": "update", "id": f"{name}-{number}", "body": "x" * 8_000}
            )

    await asyncio.gather(*(write(f"w{number}") for number in range(100)))


@pytest.mark.parametrize("step", ["checkpoint", "os.fsync"])
async def test_writes_are_made_while_the_log_is_moved_into_the_file(
    database: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    moving, go_on, ended = threading.Event(), threading.Event(), list[bool]()

    def wait(_: sqlite3.Connection | int) -> None:
        moving.set()
        ended.append(go_on.wait(LONG_S))

    monkeypatch.setattr(f"function_app.store.embedded.log.{step}", wait)
    await write_much(database, 6)
    assert await asyncio.to_thread(moving.wait, LONG_S)
    await write_much(database, 6)
    assert not ended
    go_on.set()


async def test_the_log_of_bulk_work_is_moved_when_it_is_longer_than_that_of_single_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[str] = []
    monkeypatch.setattr("function_app.store.embedded.log.checkpoint", lambda _: moves.append(""))
    rows = [row_of({"pk": "i|ada", "kind": "update", "id": f"w{number}"}) for number in range(1_000)]
    for start in range(0, len(rows), 20):
        await database.create(CONTROL, rows[start : start + 20], NOW)
    assert not moves
    await create(database, "single")
    await database.close()
    assert moves


async def write_in_bulk(database: Database, rounds: int) -> None:
    for start in range(0, 1_000 * rounds, 1_000):
        names = range(start, start + 1_000)
        await database.insert(
            CONTROL, [row_of({"pk": "i|ada", "kind": "update", "id": f"{name}", "body": "x" * 900}) for name in names]
        )


@pytest.mark.parametrize("write", [write_much, write_in_bulk])
async def test_the_log_stays_short_although_writes_never_pause(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Database, int], Awaitable[None]],
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a slow disk lets the log grow, as single writes do not wait
    await write(database, 80)
    written = (tmp_path / "profiles.sqlite").stat().st_size
    assert (tmp_path / "profiles.sqlite-wal").stat().st_size < written / 2


@pytest.mark.parametrize("way", [Database.write, Database.bulk])
async def test_no_cursor_is_freed_while_another_thread_uses_its_statement(
    database: Database, way: Callable[[Database, Callable[[sqlite3.Connection], object]], Awaitable[object]]
) -> None:
    made = list[weakref.ref[sqlite3.Cursor]]()

    def change(connection: sqlite3.Connection) -> sqlite3.Cursor:
        cursor = connection.execute("DELETE FROM control")
        made.append(weakref.ref(cursor))
        return cursor

    assert await way(database, change) is None
    assert made[0]() is None


async def test_a_scan_for_a_request_does_not_wait_for_bulk_work(database: Database) -> None:
    go_on = threading.Event()
    bulk = asyncio.create_task(database.scan_aside(lambda _: go_on.wait(LONG_S)))
    await asyncio.sleep(0)
    assert await database.scan(ALL, ()) == []
    assert not bulk.done()
    go_on.set()
    assert await bulk


@pytest.mark.parametrize("way", [Database.look, Database.scan_aside, Database.bulk])
async def test_what_is_cancelled_while_a_thread_works_on_it_ends_before_the_file_is_closed(
    database: Database, way: Callable[[Database, Callable[[sqlite3.Connection], object]], Awaitable[object]]
) -> None:
    begun, go_on, found = threading.Event(), threading.Event(), list[object]()

    def work(connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(LONG_S)
        found.append(connection.execute("SELECT 1").fetchone())

    working = asyncio.ensure_future(way(database, work))
    assert await asyncio.to_thread(begun.wait, LONG_S)
    working.cancel()
    closing = asyncio.create_task(database.close())
    for _ in range(9):
        await asyncio.sleep(0)
    assert not closing.done()
    go_on.set()
    await closing
    assert found == [(1,)]
    assert working.cancelled()


async def test_no_move_of_the_log_begins_once_the_file_is_being_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[str] = []
    monkeypatch.setattr("function_app.store.embedded.log.checkpoint", lambda _: moves.append(""))
    monkeypatch.setattr("function_app.store.embedded.log._PAGES_OF_BULK", -1)
    begun, go_on = threading.Event(), threading.Event()

    def work(_: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(LONG_S)

    working = asyncio.create_task(database.bulk(work))
    assert await asyncio.to_thread(begun.wait, LONG_S)
    closing = asyncio.create_task(database.close())
    for _ in range(9):
        await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(working, closing)
    assert not moves


@pytest.mark.parametrize("way", [Database.write, Database.bulk])
async def test_a_change_after_the_end_fails(
    tmp_path: Path, way: Callable[[Database, Callable[[sqlite3.Connection], object]], Awaitable[object]]
) -> None:
    closed = Database(tmp_path / "profiles.sqlite")
    await closed.close()
    with pytest.raises(sqlite3.ProgrammingError):
        async with asyncio.timeout(LONG_S):
            await way(closed, lambda connection: connection.execute(ALL))


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


OPENED_BY_ANOTHER = """
import os, sys
from pathlib import Path
from function_app.store.embedded.database import Database
from function_app.store.embedded.trouble import UnusableError
os.setuid(65534)
try:
    Database(Path(sys.argv[1]))
except (UnusableError, PermissionError) as error:
    print(error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user, who may not write")
@pytest.mark.parametrize("locks", [0o644, 0o666])
def test_a_file_that_can_not_be_written_is_refused_and_named(locks: int) -> None:
    with TemporaryDirectory() as name:  # which other users may read
        folder, path = Path(name), Path(name) / "profiles.sqlite"
        asyncio.run(Database(path).close())
        folder.chmod(0o755)
        path.chmod(0o644)
        path.with_suffix(".lock").chmod(locks)
        command = [sys.executable, "-c", OPENED_BY_ANOTHER, str(path)]
        reported = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert str(path.with_suffix("")) in reported


async def test_a_write_that_is_wrong_by_itself_is_not_taken_for_trouble_of_the_disk(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        database.read("SELECT nothing FROM control")
    with pytest.raises(sqlite3.OperationalError):
        await database.bulk(lambda connection: connection.execute("SELECT nothing FROM control"))
