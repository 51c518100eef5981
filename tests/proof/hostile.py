"""Hostile requests over a socket to the local host: each is answered quickly, and refused requests write nothing.

No request holds the event loop over 50 ms of processor time; a turn may be longer the first time, as it imports.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support import INSTANCE, definition, in_json, profile, put_profiles
from support.local_host import Served, serving
from support.process import scaled

from function_app.services.services import Services
from function_app.store.documents import ACTIVITIES, CONTROL, KEYS
from function_app.store.embedded import EmbeddedStore

from .corpus import Attack, attacks, wide_definition
from .finding import Finding
from .odd import WIDE
from .watched_host import REPORTED
from .wire import Answer, exchange, request

COMMAND = [sys.executable, "-m", "proof.watched_host"]
HANG, TRIES, GROWTH_KB = scaled(1.0), 5, 8 * 1024
FOLLOWER = request("GET", "health")
FAILED, REFUSED, OTHERS = 500, 400, b"secret of another instance"


def hostile_requests(rounds: int) -> Finding:
    """Send the whole corpus this many times, after as many and at least two: then memory must not grow.

    In the first rounds the host fills its caches.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(_prepare(folder))
        settings = {"DATA_DIR": name, "REQUESTS_PER_MINUTE": "1000000", "PYTHONPATH": os.pathsep.join(sys.path)}
        with serving(COMMAND, **settings) as host, closing(_open(folder)) as data:
            siege = Siege(host, data)
            siege.rounds(max(rounds, 2))
            before = memory_kb(host)
            siege.rounds(rounds)
            grown = memory_kb(host) - before
            assert grown < GROWTH_KB, f"The host's memory grew by {grown} KB."
            assert "Traceback" not in host.said(), host.said()
    return Finding("hostile requests: no 500, no hang, no memory, refused is unwritten", siege.described(grown))


class Siege:
    """The host under attack, and the results of the attacks."""

    def __init__(self, host: Served, data: sqlite3.Connection) -> None:
        self._host, self._data = host, data
        self._version, self._documents = 0, list[tuple[Any, ...]]()
        self._written = self._state()
        self._statuses: Counter[int] = Counter()
        self._slowest = 0.0

    def rounds(self, count: int) -> None:
        for _ in range(count):
            for attack in attacks():
                self._judge(attack, self._exchange(attack))

    def described(self, grown: int) -> str:
        refused = sum(count for status, count in self._statuses.items() if status >= REFUSED)
        return (
            f"{self._statuses.total():,} requests, {refused:,} refused, {self._statuses[0]:,} hung up on; "
            f"slowest {self._slowest:.2f} s; memory {grown / 1024:+.1f} MB"
        )

    def _exchange(self, attack: Attack) -> Answer:
        """Send it, and again if it was slow, as machines stall. Time the host waits for a processor does not count."""
        long_turns = self._long_turns()
        for _ in range(TRIES):
            before = long_turns
            queued = self._host.program.queued_seconds()
            answer = exchange(self._host.port, attack.sent, half_close=attack.is_cut)
            queued = self._host.program.queued_seconds() - queued
            answer = replace(answer, seconds=answer.seconds - queued)
            long_turns = self._long_turns()
            if answer.seconds < HANG and long_turns == before:
                break
        assert long_turns == before, (attack.name, self._host.said()[-200:])
        return answer

    def _long_turns(self) -> int:
        """Return how many long turns of the loop there were; an answer may come before its turn has ended."""
        assert exchange(self._host.port, FOLLOWER).status == 200
        return self._host.said().count(REPORTED)

    def _judge(self, attack: Attack, answer: Answer) -> None:
        said = (attack.name, answer.status, answer.body[:300])
        assert answer.seconds < HANG, (*said, f"{answer.seconds:.1f} s")
        assert answer.status < FAILED, said
        assert answer.status or attack.may_close, said
        assert OTHERS not in answer.body, said
        assert b"\nset-cookie" not in answer.head.lower(), said
        if answer.status >= REFUSED or not answer.status:
            assert self._state() == self._written, said
        self._written = self._state()
        self._statuses[answer.status] += 1
        self._slowest = max(self._slowest, answer.seconds)

    def _state(self) -> list[tuple[Any, ...]]:
        """Return every document except usage; of profiles the digest, as what shows of them is settled at any time."""
        (version,) = self._data.execute("PRAGMA data_version").fetchone()
        if version == self._version:
            return self._documents
        parts = [f"SELECT '{name}', pk, kind, id, body FROM {name}" for name in (ACTIVITIES, KEYS, CONTROL)]
        parts.append("SELECT 'updates', instance, customer, id, body FROM updates")
        parts.append("SELECT 'profiles', instance, id, '', digest FROM profiles")
        sql = " UNION ALL ".join(parts)
        self._version, self._documents = version, sorted(self._data.execute(sql).fetchall())
        return self._documents


def memory_kb(host: Served) -> int:
    """Return the private memory of the host, without mapped files."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{host.pid}/status").read_text(encoding="ascii"))
    assert found
    return int(found[1])


def _open(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "profiles.sqlite")


async def _prepare(folder: Path) -> None:
    """Write an instance to attack, a wide one, and one without requests."""
    services, now, others = Services(EmbeddedStore(folder)), datetime.now(UTC), "00000000-0000-4000-8000-000000000002"
    for instance_id, defined in ((INSTANCE, definition()), (WIDE, wide_definition()), (others, definition())):
        await services.instances.define(instance_id, defined, now)
    await put_profiles(services.store, INSTANCE, in_json(*(profile(name, City="Oslo") for name in ("ada", "bob"))))
    await put_profiles(services.store, WIDE, in_json({"CustomerId": "ada"}))
    await put_profiles(services.store, others, in_json(profile("ada", City=OTHERS.decode())))
    await services.close()
