"""A crowd of clients posts batches of activities at once: each item is stored once or was refused, none in between."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx
from support.local_host import serving
from support.process import LONG_S

from function_app.local.__main__ import SAMPLE

from .finding import Finding
from .visitors import HANGS_AFTER_S

CROWD, ITEMS, GIVES_UP = 64, 500, 8
_AT = f"instances/{SAMPLE}/data"


@dataclass
class Account:
    """What was answered: the marks of the items that were made, and of those that were refused."""

    made: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    """Of clients that gave up: all of a batch may be there, or some, or none."""
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0


def crowd(batches: int) -> Finding:
    """Post this many batches from each of 64 clients, single updates beside them; compare the file to the answers."""
    with TemporaryDirectory() as name:
        account = asyncio.run(_prove(Path(name), batches))
        found = _stored(Path(name))
    assert account.made, "nothing was made"
    assert account.statuses[503] or batches == 1, "nothing was refused"  # the short form may be done in time
    assert account.made <= found.keys(), "answered as made, and not there"
    assert not account.refused & found.keys(), "answered as refused, and there"
    assert found.keys() <= account.made | account.unanswered, "there, and nobody sent it"
    assert set(found.values()) <= {1}, "there twice"
    seen = (
        f"{sum(account.statuses.values())} answers ({account.statuses[200]} of 200, {account.statuses[503]} of 503); "
        f"{len(account.made):,} items made once, {len(account.refused):,} refused; slowest {account.slowest:.1f} s"
    )
    return Finding("a crowd is served in time, or told to come back", seen)


async def _prove(folder: Path, batches: int) -> Account:
    account, limits = Account(), httpx.Limits(max_connections=2 * CROWD)
    with serving(DATA_DIR=str(folder), REQUESTS_PER_MINUTE=str(10**9)) as host:
        async with httpx.AsyncClient(base_url=host.base, timeout=LONG_S, limits=limits) as client:
            rows = (await client.get(f"{_AT}/Customer?$top=1&$select=CustomerId")).json()["value"]
            customer = rows[0]["CustomerId"]
            writing = [_post(client, account, customer, f"{number}", batches) for number in range(CROWD)]
            leaving = [_give_up(client, account, customer, f"left-{number}") for number in range(GIVES_UP)]
            beside = asyncio.create_task(_update(client, customer))
            await asyncio.gather(*writing, *leaving)
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside  # raises what it has found
            health = await client.get("health")
            assert health.status_code == 200, health.text
    return account


def _batch(customer: str, mark: str) -> dict[str, dict[str, Any]]:
    event = {"CustomerId": customer, "ActivityTime": "2026-11-23T11:00:00Z", "ActivityType": "Crowd"}
    return {one: event | {"ActivityId": one} for one in (f"{mark}-{number}" for number in range(ITEMS))}


async def _post(client: httpx.AsyncClient, account: Account, customer: str, mark: str, batches: int) -> None:
    for turn in range(batches):
        items, begun = _batch(customer, f"crowd-{mark}-{turn}"), perf_counter()
        answer = await client.post(f"{_AT}/UnifiedActivity/batch", json={"items": [*items.values()]})
        account.slowest = max(account.slowest, perf_counter() - begun)
        account.statuses[answer.status_code] += 1
        assert perf_counter() - begun < HANGS_AFTER_S, "an answer came later than the time limit of requests"
        if answer.status_code == 503:
            assert int(answer.headers["Retry-After"]) >= 1
            assert answer.json()["errorCode"] == "Busy", answer.text
            account.refused |= items.keys()
            continue
        assert answer.status_code == 200, answer.text
        for one, result in zip(items, answer.json()["value"], strict=True):
            assert result.get("outcome", result.get("errorCode")) in {"created", "Busy"}, result
            (account.made if "outcome" in result else account.refused).add(one)


async def _give_up(client: httpx.AsyncClient, account: Account, customer: str, mark: str) -> None:
    """Send a batch, and leave before it is answered."""
    items = _batch(customer, f"crowd-{mark}")
    account.unanswered |= items.keys()
    sending = asyncio.create_task(client.post(f"{_AT}/UnifiedActivity/batch", json={"items": [*items.values()]}))
    await asyncio.sleep(0.2)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def _update(client: httpx.AsyncClient, customer: str) -> None:
    """Update one customer again and again: small requests are never refused."""
    while True:
        answer = await client.patch(f"{_AT}/Customer/{customer}", json={"City": "Bergen"})
        assert answer.status_code == 204, answer.text


def _stored(folder: Path) -> Counter[str]:
    (path,) = folder.glob("*.sqlite")
    database = sqlite3.connect(path)
    bodies = database.execute("SELECT body FROM activities WHERE kind = 'activity'").fetchall()
    database.close()
    ids = (json.loads(body)["attributes"]["ActivityId"] for (body,) in bodies)
    return Counter(one for one in ids if one.startswith("crowd-"))
