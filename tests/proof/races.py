"""Many clients write one customer, one repeat id, one activity, while refreshes run and others read: one serial order
explains every response.
"""

from __future__ import annotations

import asyncio
import csv
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from support import INSTANCE, ROOT, cosmos_server, create_database, definition, profile, refresh
from support.local_host import serving
from support.process import LONG_S

from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore
from function_app.store.embedded import EmbeddedStore
from function_app.store.port import Store

from .finding import Finding
from .log import Log
from .order import Span
from .racers import Arena, Racer

CLIENTS, ON_COSMOS_DB, REFRESHES, OTHERS, DATABASE = 32, 8, 4, 300, "races"


def races(rounds: int) -> Finding:
    """Let all clients race for one customer after the other; search a serial order of all calls of each round."""
    with TemporaryDirectory() as name:
        asyncio.run(_prepare(EmbeddedStore(Path(name))))
        return _races(rounds, CLIENTS, DATA_DIR=name)


def races_on_cosmos_db(rounds: int) -> Finding:
    """Do the same over the Cosmos DB server, where each write of a profile may lose a race, with fewer clients."""
    with TemporaryDirectory() as name, cosmos_server() as server:
        asyncio.run(create_database(server, DATABASE))
        asyncio.run(_prepare(CosmosStore(server.endpoint, DATABASE, server.key)))
        cosmos = {"COSMOS_ENDPOINT": server.endpoint, "COSMOS_DATABASE": DATABASE, "COSMOS_KEY": server.key}
        return _races(rounds, ON_COSMOS_DB, DATA_DIR=name, STORE="cosmos", **cosmos)


def _races(rounds: int, clients: int, **settings: str) -> Finding:
    """Settle meanwhile, so that updates also race with the end of others."""
    command, snapshots = [sys.executable, "-m", "proof.settling"], Path(settings["DATA_DIR"]) / "snapshots"
    everything = {**settings, "REQUESTS_PER_MINUTE": str(10**9), "PYTHONPATH": str(ROOT / "tests")}
    with serving(command, **everything) as host:
        seen = asyncio.run(_race(host.base, snapshots / INSTANCE / "Customer", rounds, clients))
        assert "Traceback" not in host.said(), host.said()
    store = settings.get("STORE", "embedded")
    return Finding(f"races of {clients} clients, store {store}: one serial order explains every answer", seen)


async def _prepare(store: Store) -> None:
    services = Services(store)
    await services.instances.define(INSTANCE, definition(), datetime.now(UTC))
    await services.close()


async def _race(base: str, snapshots: Path, rounds: int, clients: int) -> str:
    tally = Counter[str]()
    limits = httpx.Limits(max_connections=clients + 2)
    async with httpx.AsyncClient(base_url=base, timeout=LONG_S, limits=limits) as client:
        for number in range(rounds):
            log = await _Round(client, snapshots, number).run(clients)
            tally["events"] += log.explain()
            tally += log.tally
    return f"{rounds} rounds: " + ", ".join(f"{many:,} {what}" for what, many in tally.items())


class _Round:
    """One customer that all clients write and read, customers that are added by each refresh, and these refreshes."""

    def __init__(self, client: httpx.AsyncClient, snapshots: Path, number: int) -> None:
        self._client, self._file = client, snapshots / "part-0.csv"
        self._arena = Arena(f"ada{number}", [f"new{number}.{n}" for n in range(REFRESHES + 1)])
        now = datetime.now(UTC)
        self._log = Log(self._arena.comers, Span(now, now))

    async def run(self, clients: int) -> Log:
        """Race, add the remaining customers by a last refresh, and read all customers once more."""
        await self._refresh()
        racers = [Racer(self._client, self._log, self._arena, Random(n)) for n in range(clients)]  # noqa: S311  # moves
        async with asyncio.TaskGroup() as racing:
            for racer in racers:
                racing.create_task(racer.race())
            for _ in range(REFRESHES):
                await asyncio.sleep(0.3)
                await self._refresh()
            self._arena.is_over = True
        await self._refresh()
        for customer in (self._arena.busy, *self._arena.comers):
            for look in (racers[0].look, racers[0].look_beneath, racers[0].timeline):
                await look(customer)
        return self._log

    async def _refresh(self) -> None:
        """Load the next generation: other values for all customers, and one more customer."""
        generation = self._arena.generation
        here = [self._arena.busy, *self._arena.comers[:generation], *(f"other{n}" for n in range(OTHERS))]
        rows = [_row(name, generation) for name in here]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        start = datetime.now(UTC)
        job = await refresh(self._client, INSTANCE)
        span = Span(start, datetime.now(UTC))
        assert job["jobStatus"] == "successful", job
        for row in rows[: generation + 1]:
            self._log.came(row["CustomerId"], span, _profile(row))
        self._arena.generation += 1


def _row(customer: str, generation: int) -> dict[str, Any]:
    """Return a source profile with the generation in all values."""
    text = f"source {generation}"
    key = f"k-{customer}"
    return {
        "CustomerId": customer,
        "FullName": text,
        "City": text,
        "Points": -generation,
        "Crm_Contacts_ContactId": key,
    }


def _profile(row: Mapping[str, Any]) -> dict[str, Any]:
    return profile(**{"customer_id" if name == "CustomerId" else name: value for name, value in row.items()})
