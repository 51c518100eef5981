"""A host under write load, killed repeatedly: acknowledged writes are stored once, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
from support.local_host import Served, serving
from support.process import LONG_S

from function_app.local.__main__ import SAMPLE

from .finding import Finding
from .ledger import TYPE, Ledger, check, write_of

CLIENTS = 12
_chance = Random(9)  # noqa: S311  # moments, not secrets


def nothing_lost(kills: int) -> Finding:
    """Kill the host this many times during writes; after each restart compare file and timelines to the responses."""
    with TemporaryDirectory() as name:
        ledger = asyncio.run(_prove(Path(name), kills))
    seen = f"{kills} SIGKILLs; {len(ledger.acknowledged):,} acknowledged writes, each there once; database whole"
    return Finding("what was answered 2xx survives SIGKILL", seen)


async def _prove(folder: Path, kills: int) -> Ledger:
    ledger, settings = Ledger(), {"DATA_DIR": str(folder), "REQUESTS_PER_MINUTE": str(10**9)}
    for life in range(kills + 1):
        with serving(**settings) as host:
            async with httpx.AsyncClient(base_url=f"{host.base}/instances/{SAMPLE}", timeout=LONG_S) as client:
                customers = await _customers(client)
                if life:
                    await ledger.repeat(client)
                    check(ledger, stored(folder))
                    activities = {mark for mark in ledger.acknowledged if mark.startswith("a")}
                    assert await _timelines(client, customers) == activities
                if life < kills:
                    await _write_until_killed(host, client, customers, ledger)
    return ledger


async def _write_until_killed(host: Served, client: httpx.AsyncClient, customers: list[str], ledger: Ledger) -> None:
    writers = [asyncio.create_task(_write(client, customers, ledger)) for _ in range(CLIENTS)]
    await asyncio.sleep(_chance.uniform(0.05, 0.8))
    host.kill()
    await asyncio.gather(*writers)


async def _customers(client: httpx.AsyncClient) -> list[str]:
    rows = (await client.get("data/Customer", params={"$top": 5, "$select": "CustomerId"})).json()["value"]
    return [row["CustomerId"] for row in rows]


async def _write(client: httpx.AsyncClient, customers: list[str], ledger: Ledger) -> None:
    while True:
        number = next(ledger.numbers)
        customer = customers[number % len(customers)]
        kind = ("update", "nameless", "activity", "updates", "activities")[_chance.randrange(5)]
        mark = f"{'a' if kind.startswith('activit') else 'u'}{number}"
        write = write_of(kind, customer, mark)
        try:
            answer = await write.send(client, named=kind != "nameless")
        except httpx.TransportError:
            if kind == "nameless":
                ledger.maybe.add(mark)
            else:
                ledger.unanswered[mark] = write
            return
        assert ledger.acknowledge(write, answer), answer.text


def stored(folder: Path) -> Counter[str]:
    """Return the marks in the database file, which must be intact, and how often each occurs."""
    (path,) = folder.glob("*.sqlite")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    updates = database.execute("SELECT body FROM updates").fetchall()
    activities = database.execute("SELECT body FROM activities WHERE kind = 'activity'").fetchall()
    database.close()
    found = Counter(json.loads(body)["changes"]["City"] for (body,) in updates)
    shown = (json.loads(body)["attributes"] for (body,) in activities)
    found.update(attributes["Title"] for attributes in shown if attributes["ActivityType"] == TYPE)
    return found


async def _timelines(client: httpx.AsyncClient, customers: list[str]) -> set[str]:
    """Return the marks of the visible activities."""
    found: list[str] = []
    for customer in customers:
        query = {"customerId": customer, "activityType": TYPE, "$top": "1000"}
        page = (await client.get("profile/timeline", params=query)).json()
        found += [row["Title"] for row in page["value"]]
        while "@odata.nextLink" in page:
            page = (await client.get(page["@odata.nextLink"])).json()
            found += [row["Title"] for row in page["value"]]
    assert len(found) == len(set(found))
    return set(found)
