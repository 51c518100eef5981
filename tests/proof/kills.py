"""A host under write load, killed again and again: what it acknowledged is there once, and nothing else is."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from local_host import Served, serving

from function_app.local.__main__ import SAMPLE

from .finding import Finding

Request = tuple[str, str, dict[str, Any]]
CLIENTS, BATCH = 12, 20
_DATA = f"instances/{SAMPLE}/data"
_chance = Random(9)  # noqa: S311  # moments, not secrets


@dataclass
class Ledger:
    """The marks of the writes sent: those acknowledged, and the requests that got no answer."""

    acknowledged: set[str] = field(default_factory=set)
    unanswered: dict[str, Request] = field(default_factory=dict)
    maybe: set[str] = field(default_factory=set)
    """Of updates without an id of the caller's, that got no answer: there or not, and never sent again."""
    numbers: count[int] = field(default_factory=count)


def nothing_lost(kills: int) -> Finding:
    """Kill the host so many times while it writes; after each restart compare its file and timelines to the answers."""
    with TemporaryDirectory() as name:
        ledger = asyncio.run(_prove(Path(name), kills))
    seen = f"{kills} SIGKILLs; {len(ledger.acknowledged):,} acknowledged writes, each there once; database whole"
    return Finding("what was answered 2xx survives SIGKILL", seen)


async def _prove(folder: Path, kills: int) -> Ledger:
    ledger, settings = Ledger(), {"DATA_DIR": str(folder), "REQUESTS_PER_MINUTE": str(10**9)}
    for life in range(kills + 1):
        with serving(**settings) as host:
            async with httpx.AsyncClient(base_url=host.base, timeout=30) as client:
                customers = await _customers(client)
                if life:
                    await _repeat(client, ledger)
                    check(ledger, stored(folder))
                    activities = {mark for mark in ledger.acknowledged if mark.startswith("a")}
                    assert await _timelines(client, customers) == activities
                if life < kills:
                    await _write_until_killed(host, client, customers, ledger)
    return ledger


async def _write_until_killed(host: Served, client: httpx.AsyncClient, customers: list[str], ledger: Ledger) -> None:
    writers = [asyncio.create_task(_write(client, customers, ledger)) for _ in range(CLIENTS)]
    await asyncio.sleep(_chance.uniform(0.05, 0.8))
    host.process.kill()
    await asyncio.gather(*writers)


async def _customers(client: httpx.AsyncClient) -> list[str]:
    rows = (await client.get(f"{_DATA}/Customer", params={"$top": 5, "$select": "CustomerId"})).json()["value"]
    return [row["CustomerId"] for row in rows]


async def _write(client: httpx.AsyncClient, customers: list[str], ledger: Ledger) -> None:
    while True:
        number = next(ledger.numbers)
        customer = customers[number % len(customers)]
        kind = ("update", "nameless", "activity", "updates", "activities")[_chance.randrange(5)]
        mark = f"{'a' if kind.startswith('activit') else 'u'}{number}"
        sent = _request(kind, customer, mark)
        try:
            await _send(client, mark, sent, ledger, {} if kind == "nameless" else {"Repeatability-Request-ID": mark})
        except httpx.TransportError:
            if kind == "nameless":
                ledger.maybe.add(mark)
            else:
                ledger.unanswered[mark] = sent
            return


def _request(kind: str, customer: str, mark: str) -> Request:
    match kind:
        case "activity":
            return "POST", "UnifiedActivity", _activity(customer, mark)
        case "activities":
            return (
                "POST",
                "UnifiedActivity/batch",
                {"items": [_activity(customer, f"{mark}/{n}") for n in range(BATCH)]},
            )
        case "updates":
            items = [{"CustomerId": customer, "City": f"{mark}/{n}"} for n in range(BATCH)]
            return "POST", "Customer/batch", {"items": items}
        case _:
            return "PATCH", f"Customer/{customer}", {"City": mark}


def _activity(customer: str, mark: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat()
    return {"CustomerId": customer, "ActivityId": mark, "ActivityTime": now, "ActivityType": "Kill"}


async def _send(client: httpx.AsyncClient, mark: str, sent: Request, ledger: Ledger, headers: dict[str, str]) -> None:
    verb, path, body = sent
    answer = await client.request(verb, f"{_DATA}/{path}", json=body, headers=headers)
    assert answer.is_success, answer.text
    if "items" not in body:
        ledger.acknowledged.add(mark)
        return
    results = answer.json()["value"]
    assert all("outcome" in result for result in results), results
    ledger.acknowledged.update(f"{mark}/{result['index']}" for result in results)


async def _repeat(client: httpx.AsyncClient, ledger: Ledger) -> None:
    """Send again what got no answer, under the same id, as a client does."""
    for mark, sent in ledger.unanswered.items():
        await _send(client, mark, sent, ledger, {"Repeatability-Request-ID": mark})
    ledger.unanswered.clear()


def stored(folder: Path) -> Counter[str]:
    """Return the marks in the database file, which must be whole, and how often each is there."""
    (path,) = folder.glob("*.sqlite")
    database = sqlite3.connect(path)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    updates = database.execute("SELECT body FROM profiles WHERE kind = 'update'").fetchall()
    activities = database.execute("SELECT body FROM activities WHERE kind = 'activity'").fetchall()
    database.close()
    found = Counter(json.loads(body)["changes"]["City"] for (body,) in updates)
    ids = (json.loads(body) for (body,) in activities)
    found.update(each["activityId"] for each in ids if each["attributes"]["ActivityType"] == "Kill")
    return found


def check(ledger: Ledger, found: Counter[str]) -> None:
    """Assert that each acknowledged write is there once, and nothing that was not sent."""
    assert not ledger.acknowledged - found.keys(), "lost"
    assert max(found.values(), default=1) == 1, "twice"
    assert not found.keys() - ledger.acknowledged - ledger.maybe, "never sent"


async def _timelines(client: httpx.AsyncClient, customers: list[str]) -> set[str]:
    """Return the marks of the activities that readers see."""
    found: list[str] = []
    for customer in customers:
        query = {"customerId": customer, "activityType": "Kill", "$top": "1000"}
        page = (await client.get(f"instances/{SAMPLE}/profile/timeline", params=query)).json()
        found += [row["ActivityId"] for row in page["value"]]
        while "@odata.nextLink" in page:
            page = (await client.get(page["@odata.nextLink"])).json()
            found += [row["ActivityId"] for row in page["value"]]
    assert len(found) == len(set(found))
    return set(found)
