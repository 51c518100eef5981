"""A store that can not be written or read: requests are refused, health says so, and the log names the cause."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_profiles

from function_app.api import problems
from function_app.errors import Unavailable
from function_app.store.embedded import EmbeddedStore

CUSTOMERS = f"/instances/{INSTANCE}/data/Customer"


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, in which nothing was reported yet."""
    monkeypatch.setattr(problems, "_logged_at", {})
    return caplog


@pytest.fixture
async def store(tmp_path: Path) -> EmbeddedStore:
    return EmbeddedStore(tmp_path)


@pytest.fixture
async def host(store: EmbeddedStore, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    async with host_over(store, clock) as (client, services):
        await services.instances.define(INSTANCE, definition(), clock())
        people = [profile(f"c{number}", FullName="x" * 40, City="y" * 80) for number in range(500)]
        await put_profiles(services.store, INSTANCE, in_json(*people))
        yield client


def connections_of(store: EmbeddedStore) -> tuple[sqlite3.Connection, ...]:
    """Return the store's connections, the writing one first."""
    return store._db.connections  # noqa: SLF001  # to limit and damage the file under them


def causes(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if "unavailable" in record.getMessage()]


async def test_on_a_full_disk_writes_are_refused_nothing_accepted_is_lost_and_it_recovers(
    host: httpx.AsyncClient, store: EmbeddedStore, clock: Clock, reported: pytest.LogCaptureFixture
) -> None:
    writer = connections_of(store)[0]
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    statuses = [
        (await host.patch(f"{CUSTOMERS}/c{number}", json={"City": f"Kept {number}"})).status_code
        for number in range(200)
    ]
    assert set(statuses) == {204, 503}
    clock.advance(seconds=10)
    assert causes(reported) == ["The store is unavailable: OperationalError SQLITE_FULL"]
    for number, status in enumerate(statuses):
        city = (await host.get(f"{CUSTOMERS}/c{number}")).json()["City"]
        assert city == (f"Kept {number}" if status == 204 else "y" * 80)
    writer.execute(f"PRAGMA max_page_count = {100 * pages}").fetchone()
    clock.advance(seconds=10)
    assert (await host.patch(f"{CUSTOMERS}/c0", json={"City": "Oslo"})).status_code == 204
    assert (await host.get("/health")).status_code == 200


async def test_health_tries_a_write(
    host: httpx.AsyncClient, store: EmbeddedStore, clock: Clock, reported: pytest.LogCaptureFixture
) -> None:
    assert (await host.get("/health")).status_code == 200
    connections_of(store)[0].execute("PRAGMA query_only = 1").fetchone()
    clock.advance(seconds=10)
    for _ in range(3):
        answer = await host.get("/health")
        assert (answer.status_code, answer.json()["errorCode"]) == (503, "StoreUnavailable")
        assert (await host.get(f"{CUSTOMERS}/c1")).status_code == 200
    assert causes(reported) == ["The store is unavailable: OperationalError SQLITE_READONLY"]


async def test_a_wrong_statement_is_an_error_of_the_service_and_not_of_the_disk(
    host: httpx.AsyncClient, store: EmbeddedStore, reported: pytest.LogCaptureFixture
) -> None:
    connections_of(store)[0].execute("ALTER TABLE profiles RENAME TO elsewhere")
    for answer in (await host.get(f"{CUSTOMERS}/c1"), await host.get(CUSTOMERS), await host.get(f"{CUSTOMERS}/$count")):
        assert (answer.status_code, answer.json()["errorCode"]) == (500, "InternalError")
    assert causes(reported) == []
    assert "OperationalError" in reported.text
    assert "no such table" not in reported.text


async def test_a_damaged_file_is_refused_by_503_and_reported(
    host: httpx.AsyncClient, store: EmbeddedStore, tmp_path: Path, reported: pytest.LogCaptureFixture
) -> None:
    connections_of(store)[0].execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    path = tmp_path / "profiles.sqlite"
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * (size - 8192))
    for connection in connections_of(store):
        connection.execute("PRAGMA shrink_memory").fetchone()
    answers = [await host.get(f"{CUSTOMERS}?$filter=startswith(City,'y')"), await host.get(f"{CUSTOMERS}/c400")]
    answers.append(await host.patch(f"{CUSTOMERS}/c400", json={"City": "Oslo"}))
    assert {answer.status_code for answer in answers} == {503}
    assert causes(reported) == ["The store is unavailable: DatabaseError SQLITE_CORRUPT"]
    assert not [record for record in reported.records if record.levelno > logging.ERROR]


async def test_a_cause_is_reported_again_after_a_minute_without_its_message(
    monkeypatch: pytest.MonkeyPatch, reported: pytest.LogCaptureFixture
) -> None:
    now = iter((1_000.0, 1_030.0, 1_061.0))
    monkeypatch.setattr(problems, "monotonic", lambda: next(now))
    for _ in range(3):
        error = Unavailable()
        error.__cause__ = OSError("secret-inside")
        assert problems.answer_to(error, "GetCustomer").status == 503
    assert len(causes(reported)) == 2
    assert "secret-inside" not in reported.text
