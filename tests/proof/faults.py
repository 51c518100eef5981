"""A faulty Cosmos DB: acknowledged writes are stored once, nothing else is, and every request gets a response."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from math import ceil
from tempfile import TemporaryDirectory

import httpx
from azure.cosmos.aio import CosmosClient
from support import INSTANCE, Clock, CosmosServer, cosmos_server, create_database, definition, put_customers
from support.local_host import Served, serving
from support.process import LONG_S

from function_app.services.services import Services
from function_app.store.cosmos import CosmosStore
from function_app.store.documents import ACTIVITIES, PROFILES

from .faulty_cosmos import FaultyCosmos, faulty_cosmos
from .finding import Finding
from .ledger import Ledger, check
from .visitors import CLIENTS, CUSTOMERS, TAKEN, Seen, Visitors

A_STORM, FAULT_RATE, SECONDS_OF_NOTHING, RECOVERED_S = 1_000, 0.2, 1.0, 1.0


def cosmos_faults(requests: int, recovered_within_s: float = RECOVERED_S) -> Finding:
    """Send this many requests, in storms of a thousand at most, each with a separate database and host."""
    seen, met, acknowledged = Seen(), Counter[str](), 0
    with cosmos_server() as server:
        for number in range(ceil(requests / A_STORM)):
            storm = _storm(server, number, min(A_STORM, requests - number * A_STORM), seen, recovered_within_s)
            ledger, faults = asyncio.run(storm)
            acknowledged, met = acknowledged + len(ledger.acknowledged), met + faults
    counts = f"{requests:,} requests, {met.total():,} faults; {acknowledged:,} acknowledged writes, each there once; "
    return Finding("Cosmos DB's faults lose nothing and write nothing twice", counts + seen.described())


async def _storm(
    server: CosmosServer, number: int, requests: int, seen: Seen, recovered_within_s: float
) -> tuple[Ledger, Counter[str]]:
    """Run through a storm, an outage and a calm; compare the documents to the responses."""
    database = f"storm{number}"
    await _prepare(server, database)
    async with _host_behind_faults(server, database, number) as (host, proxy):
        base, limits = f"{host.base}/instances/{INSTANCE}", httpx.Limits(keepalive_expiry=2)  # before the host does
        async with httpx.AsyncClient(base_url=base, timeout=LONG_S, limits=limits) as client:
            visitors = Visitors(client, seen, number)
            await visitors.update(TAKEN)
            connecting = await visitors.call_well()
            in_calm = await visitors.call_well()
            proxy.rate = FAULT_RATE
            await visitors.come(requests)
            proxy.rate = 1.0
            waiting = [asyncio.create_task(visitors.update(f"waiting{n}")) for n in range(CLIENTS)]
            await asyncio.sleep(SECONDS_OF_NOTHING)
            proxy.rate = 0.0
            recovered = await visitors.call_well() - in_calm
            seen.recovered = max(seen.recovered, recovered)
            limit = max(recovered_within_s, 5 * connecting)  # it has to connect again
            assert recovered < limit, f"It took {recovered:.1f} s to recover."
            await asyncio.gather(*waiting)
            await visitors.ledger.repeat(client)
        assert "Traceback" not in host.said(), host.said()
    check(visitors.ledger, await stored(server, database))
    return visitors.ledger, proxy.met


async def _prepare(server: CosmosServer, database: str) -> None:
    """Create a database with an instance and its customers, without faults."""
    await create_database(server, database)
    services, clock = Services(CosmosStore(server.endpoint, database, server.key)), Clock()
    await services.instances.define(INSTANCE, definition(), clock())
    rows = [{"CustomerId": f"c{n}", "Crm_Contacts_ContactId": f"k{n}"} for n in range(CUSTOMERS)]
    await put_customers(services, INSTANCE, rows, clock)
    await services.close()


@asynccontextmanager
async def _host_behind_faults(
    server: CosmosServer, database: str, seed: int
) -> AsyncIterator[tuple[Served, FaultyCosmos]]:
    async with AsyncExitStack() as stack:
        proxy, endpoint = await stack.enter_async_context(faulty_cosmos(server.endpoint, seed))
        settings = {"STORE": "cosmos", "COSMOS_ENDPOINT": endpoint, "COSMOS_DATABASE": database, "AUTH_MODE": "local"}
        settings |= {"COSMOS_KEY": server.key, "REQUESTS_PER_MINUTE": str(10**9)}
        settings["DATA_DIR"] = stack.enter_context(TemporaryDirectory())
        host = await asyncio.to_thread(stack.enter_context, serving(**settings))  # the proxy must keep answering
        stack.callback(host.kill)  # an orderly shutdown would need the proxy
        yield host, proxy


async def stored(server: CosmosServer, database: str) -> Counter[str]:
    """Return the marks in the database, and how often each occurs."""
    updates = "SELECT VALUE c.changes.City FROM c WHERE c.kind = 'update'"
    activities = "SELECT VALUE c.attributes.Title FROM c WHERE c.kind IN ('activity', 'parked')"
    found = Counter[str]()
    async with CosmosClient(
        server.endpoint, server.key, connection_verify=False, enable_endpoint_discovery=False
    ) as client:
        for name, sql in ((PROFILES, updates), (ACTIVITIES, activities)):
            container = client.get_database_client(database).get_container_client(name)
            found.update([str(mark) async for mark in container.query_items(sql)])
    return found
