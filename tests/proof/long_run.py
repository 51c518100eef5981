"""Steady mixed traffic on the local host: nothing grows, nothing slows down, and expired rows leave its file.

Ended updates are kept for a day, so the host's clock runs faster: a document lives for a ninth of the run.
The traffic of that period is not measured: until the first documents are removed, the file and lists do grow.
"""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from support.local_host import Served, serving

from function_app.domain.feed import FEED_RETENTION
from function_app.local.__main__ import SAMPLE

from .course import Course, Sample, check, described
from .finding import Finding
from .hostile import memory_kb
from .wire import Connection, connect, request

RATE, CONNECTIONS, BATCH, SAMPLES, LIVES = 50, 16, 20, 120, 9
LIFE = timedelta(hours=4)
_INSTANCE = f"instances/{SAMPLE}"
_FOR = {"validFor": "PT4H"}
_UNTIL = re.compile(rb"^x-ms-valid-until: *(\S+)\r$", re.IGNORECASE | re.MULTILINE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXPIRING = (
    "SELECT min(ends), count(*) FROM updates",
    "SELECT min(expires), count(*) FROM activities WHERE expires IS NOT NULL",
)


def long_run(seconds: int) -> Finding:
    """Send this many seconds of traffic at a constant rate, and observe the host from outside."""
    speed = LIVES * (LIFE + FEED_RETENTION).total_seconds() / seconds
    command = [sys.executable, "-m", "proof.hastened", str(speed)]
    with (
        TemporaryDirectory() as name,
        serving(command, PYTHONPATH="tests", DATA_DIR=name, REQUESTS_PER_MINUTE=str(10**9)) as host,
        closing(sqlite3.connect(Path(name) / "profiles.sqlite")) as data,
    ):
        course = asyncio.run(_Run(host, Path(name), data, speed, seconds).watched())
    check(course)
    return Finding("30 minutes of mixed traffic: all flat, what expired leaves", described(course))


class _Run:
    def __init__(self, host: Served, folder: Path, data: sqlite3.Connection, speed: float, seconds: float) -> None:
        self._host, self._folder, self._data, self._speed = host, folder, data, speed
        self.course = Course(seconds, CONNECTIONS)
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        self._now = datetime.now(UTC)
        self._begun = 0.0

    async def watched(self) -> Course:
        rows = self._host.get(f"{_INSTANCE}/data/Customer", params={"$top": 1000}).json()["value"]
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await connect(self._host.port))
        for number in range(len(MIX)):
            await self._send(number, rows[number % len(rows)])
        self.course.answers.clear()
        self._begun = perf_counter() + self.course.seconds / LIVES
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            await self._traffic(tasks, rows)
        for _ in range(CONNECTIONS):
            await self._free.get_nowait().close()
        assert "Traceback" not in self._host.said(), self._host.said()
        return self.course

    async def _traffic(self, tasks: asyncio.TaskGroup, rows: list[dict[str, Any]]) -> None:
        ahead = self._moment()
        for number in count(len(MIX)):
            due = ahead + (number - len(MIX)) / RATE
            if due >= self.course.seconds:
                return
            await asyncio.sleep(due - self._moment())
            if due >= 0:
                self.course.delays.append((due, self._moment() - due))
            tasks.create_task(self._send(number, rows[number % len(rows)]))

    async def _send(self, number: int, row: dict[str, Any]) -> None:
        begun = self._moment()
        verb, path, query, body = MIX[number % len(MIX)](f"n{number}", row)
        sent = request(verb, f"{_INSTANCE}/{path}?{urlencode(query)}", json.dumps(body).encode() if body else b"")
        connection = await self._free.get()
        answer = await connection.exchange(sent)
        self._free.put_nowait(connection)
        assert 200 <= answer.status < 300, answer  # assert success
        if begun >= 0:
            self.course.answers.append((begun, self._moment() - begun))
        if body:
            self.course.written += len(body.get("items", [body]))
        if until := _UNTIL.search(answer.head):
            self._now = max(self._now, datetime.fromisoformat(until[1].decode()) - LIFE)

    async def _watch(self) -> None:
        for number in range(SAMPLES):
            due = number * self.course.seconds / SAMPLES
            await asyncio.sleep(due - self._moment())
            self.course.samples.append(self._sample(due))

    def _sample(self, due: float) -> Sample:
        """Sample the host from outside, for the moment when this was due; its time is that of the newest update."""
        found = [self._data.execute(sql).fetchone() for sql in _EXPIRING]
        to_leave = (self._now - FEED_RETENTION - _EPOCH) / timedelta(microseconds=1)
        overdue = max(to_leave - (oldest or to_leave) for oldest, _ in found) / 1e6 / self._speed
        return Sample(
            due,
            memory_kb(self._host),
            len(list(Path(f"/proc/{self._host.pid}/fd").iterdir())),
            sum(path.stat().st_size for path in self._folder.glob("*.sqlite*")),
            sum(number for _, number in found),
            overdue,
        )

    def _moment(self) -> float:
        return perf_counter() - self._begun


_Made = tuple[str, str, dict[str, Any], dict[str, Any] | None]


def _update(attribute: str, mark: str, row: dict[str, Any]) -> _Made:
    return "PATCH", f"data/Customer/{row['CustomerId']}", _FOR, {attribute: mark}


def _updates(mark: str, row: dict[str, Any]) -> _Made:
    items = [{"CustomerId": row["CustomerId"], "Company": f"{mark}/{n}"} for n in range(BATCH)]
    return "POST", "data/Customer/batch", _FOR, {"items": items}


def _activity(mark: str, row: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"CustomerId": row["CustomerId"], "ActivityId": mark, "ActivityTime": now, "ActivityType": "Steady"}


def _post(mark: str, row: dict[str, Any]) -> _Made:
    return "POST", "data/UnifiedActivity", _FOR, _activity(mark, row)


def _posts(mark: str, row: dict[str, Any]) -> _Made:
    items = [_activity(f"{mark}/{n}", row) for n in range(BATCH)]
    return "POST", "data/UnifiedActivity/batch", _FOR, {"items": items}


def _ticket(mark: str, row: dict[str, Any]) -> _Made:
    """Return a record in source format; every second one has no customer and is parked until it ends."""
    contact = row["Support_Contacts_ContactId"] if int(mark[1:]) % 2 else mark
    record = {"TicketId": mark, "OpenedOn": datetime.now(UTC).isoformat(), "ContactId": contact or mark}
    return "POST", "data/Support_Tickets", _FOR, record


def _profile(_: str, row: dict[str, Any], **query: Any) -> _Made:
    return "GET", f"data/Customer/{row['CustomerId']}", query, None


def _timeline(_: str, row: dict[str, Any]) -> _Made:
    return "GET", "profile/timeline", {"customerId": row["CustomerId"]}, None


def _list(_: str, __: dict[str, Any]) -> _Made:
    return "GET", "data/Customer", {"$filter": "startswith(Company, 'n1')", "$top": 20}, None


MIX: tuple[Callable[[str, dict[str, Any]], _Made], ...] = (
    *(partial(_update, name) for name in ("City", "Email", "Telephone", "Company", "Street", "FirstName")),
    *(_post, _post, _post, _ticket, _ticket, _ticket, _updates, _posts),
    *(_profile, _profile, partial(_profile, explain="true"), _timeline, _timeline),
)
MIX = (*MIX, *MIX, *MIX, _list, *MIX)
