"""Shared by tests: a clock to set, a small definition, emulators, and the host in this process."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient

from function_app.api.capacity import Capacity
from function_app.api.dispatch import create_app
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import authenticate_local
from function_app.bootstrap import OPERATIONS
from function_app.domain.activity import Activity
from function_app.domain.definition import instance_of
from function_app.domain.fitting import Fitting
from function_app.errors import Rejected
from function_app.local.host import Host, read_custom_headers
from function_app.local.wire import Request, Response
from function_app.operations.webhooks import DATA_OF
from function_app.outbound.post import HttpPost
from function_app.services.instances import CompiledInstance
from function_app.services.key_ring import keys_of
from function_app.services.services import Services
from function_app.services.webhooks.outlet import Outlet
from function_app.source.files import Snapshots
from function_app.store.documents import CONTAINERS
from function_app.store.port import Store
from support.process import LONG_S, running
from support.transport import HostTransport

ROOT = Path(__file__).parent.parent.parent
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
CUSTOM_HEADERS = read_custom_headers(ROOT / "host.json")
INSTANCE = "00000000-0000-4000-8000-000000000001"


def definition() -> dict[str, Any]:
    """Return a definition with an attribute of every kind."""
    return {
        "name": "Contoso",
        "entities": [
            {
                "name": "Customer",
                "entityType": "profile",
                "keys": [["CustomerId"]],
                "attributes": [
                    {"name": "CustomerId", "dataType": "Edm.String"},
                    {"name": "FullName", "friendlyName": "Full Name", "dataType": "Edm.String", "maxLength": 40},
                    {"name": "City", "dataType": "Edm.String", "maxLength": 80},
                    {"name": "Tier", "dataType": "Edm.String", "allowedValues": ["Gold", "Silver"]},
                    {"name": "Points", "dataType": "Edm.Int32"},
                    {"name": "Value", "dataType": "Edm.Decimal"},
                    {"name": "OptIn", "dataType": "Edm.Boolean"},
                    {"name": "BirthDate", "dataType": "Edm.Date"},
                    {"name": "LastVisit", "dataType": "Edm.DateTimeOffset"},
                    {"name": "Token", "dataType": "Edm.Guid"},
                    {"name": "Opens", "dataType": "Edm.TimeOfDay"},
                    {"name": "Score", "dataType": "Edm.Double", "readOnly": True},
                    {"name": "Crm_Contacts_ContactId", "dataType": "Edm.String", "keyOf": "Crm_Contacts"},
                ],
            },
            {
                "name": "Purchases",
                "dataSourceName": "Shop",
                "entityType": "activity",
                "keys": [["PurchaseId"]],
                "timestampAttribute": "PurchasedOn",
                "attributes": [
                    {"name": "PurchaseId", "dataType": "Edm.String"},
                    {"name": "PurchasedOn", "dataType": "Edm.DateTimeOffset"},
                    {"name": "ContactId", "dataType": "Edm.String"},
                    {"name": "Product", "dataType": "Edm.String"},
                    {"name": "Amount", "dataType": "Edm.Decimal"},
                ],
                "activity": {
                    "activityType": "SalesOrder",
                    "activityTypeDisplay": "Purchase",
                    "icon": "cart",
                    "customer": {"attribute": "ContactId", "entity": "Crm_Contacts"},
                    "title": "Product",
                },
            },
        ],
    }


def model() -> CompiledInstance:
    return CompiledInstance(instance_of(INSTANCE, definition()))


def profile(customer_id: str, **attributes: Any) -> dict[str, Any]:
    """Return a source profile with every attribute; null for those not given."""
    return {a.name: attributes.get(a.name) for a in model().instance.customer.attributes} | {"CustomerId": customer_id}


def in_json(*profiles: Mapping[str, Any]) -> dict[str, bytes]:
    """Return source profiles as the store accepts them."""
    return {profile["CustomerId"]: json.dumps(profile).encode() for profile in profiles}


async def put_profiles(  # noqa: PLR0913, PLR0917  # all but three are there by default
    store: Store,
    instance_id: str,
    profiles: Mapping[str, bytes],
    digests: Mapping[str, str] | None = None,
    fitting: Fitting | None = None,
    now: datetime = NOW,
) -> None:
    """Write source profiles, by default under the definition in this module."""
    await store.customers.write_sources(instance_id, profiles, fitting or model().fitting, now, digests)


@dataclass
class Clock:
    """A clock that the test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


def open_runtime(services: Services, clock: Clock) -> Runtime:
    """Return a runtime in which every caller is Administrator."""
    return Runtime(services, authenticate_local, clock, capacity=Capacity(begin_within_s=LONG_S))


def open_outlet() -> Outlet:
    return Outlet(HttpPost(), DATA_OF)


class HostOf:
    """A local host for one runtime. All of a process share one app, which takes longer to make than most tests."""

    _current: ContextVar[Runtime] = ContextVar("current")

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    @staticmethod
    @cache
    def _shared() -> Host:
        return Host(create_app(OPERATIONS, HostOf._current.get), CUSTOM_HEADERS)

    async def answer(self, request: Request) -> Response:
        """Return the answer to a request."""
        before = self._current.set(self._runtime)
        try:
            return await self._shared().answer(request)
        finally:
            self._current.reset(before)


@asynccontextmanager
async def host_over(
    store: Store,
    clock: Clock,
    make_runtime: Callable[[Services, Clock], Runtime] = open_runtime,
    snapshots: Snapshots | None = None,
    make_outlet: Callable[[], Outlet | None] = open_outlet,
) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """Yield the local host over a store, in this process, and its services."""
    services = Services(store, snapshots, clock=clock, outlet=make_outlet())
    runtime = make_runtime(services, clock)
    async with httpx.AsyncClient(transport=HostTransport(HostOf(runtime)), base_url="http://localhost/api") as client:
        yield client, services
    await services.close()


@contextmanager
def azurite(service: str) -> Iterator[str]:
    """Start Azure Storage's emulator, `blob` or `queue`; yield the URL of its account."""
    command = [str(ROOT / f"tests/emulators/node_modules/.bin/azurite-{service}"), f"--{service}Port", "0"]
    options = ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
    with running([*command, *options]) as emulator:
        yield emulator.hear("successfully listen").split()[-1] + "/devstoreaccount1"


class CosmosServer:
    """A Cosmos DB server on loopback, and the requests that it received."""

    key = "ZW11bGF0b3I="

    def __init__(self, described: dict[str, str]) -> None:
        self.endpoint, self._requests, self._clock = (described[name] for name in ("endpoint", "requests", "clock"))

    def requests(self) -> list[dict[str, str]]:
        """Return the document requests since the last call: kind, path, body."""
        with urlopen(self._requests) as response:  # noqa: S310  # loopback
            found: list[dict[str, str]] = json.load(response)
        return found

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward, so that documents with an expired `ttl` are removed."""
        with urlopen(self._clock, data=str(seconds).encode()):  # noqa: S310  # loopback
            pass


@contextmanager
def cosmos_server() -> Iterator[CosmosServer]:
    """Start the Cosmos DB server; it ends with the block."""
    with running(["node", ROOT / "tests/emulators/cosmos.js"]) as server:
        yield CosmosServer(json.loads(server.hear("endpoint")))


async def create_database(server: CosmosServer, name: str) -> None:
    """Create a database and its containers, as the infrastructure does."""
    async with CosmosClient(server.endpoint, server.key, enable_endpoint_discovery=False) as client:
        database = await client.create_database(name)
        for container in containers():
            await database.create_container(
                container["name"],
                PartitionKey("/pk"),
                indexing_policy=container["indexingPolicy"],
                default_ttl=container["defaultTtl"],
            )


@cache
def containers() -> list[dict[str, Any]]:
    """Return the containers as declared in Bicep."""
    text = (ROOT / "infra/modules/cosmos.bicep").read_text(encoding="utf-8")
    declared = text[text.index("var containers") : text.index("resource account")]
    found = []
    for each in re.split(r"\n  \{\n", declared)[1:]:
        indexed, not_indexed = each.split("notIndexed:")
        name, ttl = re.search(r"name: '(\w+)'", each), re.search(r"defaultTtl: (-?\d+)", each)
        assert name
        assert ttl
        found.append(
            {
                "name": name[1],
                "defaultTtl": int(ttl[1]),
                "indexingPolicy": {
                    "includedPaths": [{"path": path} for path in re.findall(r"path: '([^']+)'", indexed)],
                    "excludedPaths": [{"path": path} for path in ["/*", *re.findall(r"path: '([^']+)'", not_indexed)]],
                },
            }
        )
    assert [each["name"] for each in found] == list(CONTAINERS)
    return found


async def put_customers(services: Services, instance_id: str, rows: Sequence[Mapping[str, Any]], clock: Clock) -> None:
    """Write customers with their source keys and attach their parked activities, as a refresh of only these does."""
    compiled = await services.instances.get(instance_id, clock())
    instance = compiled.instance
    blank = dict.fromkeys(instance.customer.by_name)
    profiles = {str(row["CustomerId"]): {**blank, **row} for row in rows}
    customers, keys = services.store.customers, services.store.keys
    old = await customers.read_sources(instance_id, profiles)
    had = {key: owner for owner, source in old.items() for key in keys_of(instance, source, owner)}
    has = {key: owner for owner, row in profiles.items() for key in keys_of(instance, row, owner)}
    await customers.write_sources(instance_id, in_json(*profiles.values()), compiled.fitting, clock())
    await keys.write(instance_id, has)
    await keys.remove(instance_id, {key: owner for key, owner in had.items() if has.get(key) != owner})
    await services.create_activities.join_parked(instance_id, clock)


async def create_activity(
    store: Store, activity: Activity, now: datetime, instance_id: str = INSTANCE
) -> Activity | None:
    """Create one activity; return the existing one with its id if there is one."""
    (known,) = await store.activities.create(instance_id, [activity], now)
    assert not isinstance(known, Rejected)
    return known


async def refresh(
    client: httpx.AsyncClient, instance_id: str, options: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Start a refresh and return the job once it has ended; while the store is too slow, ask again."""
    jobs = f"/instances/{instance_id}/workflows/main/jobs"

    async def ask(verb: str, address: str, query: Mapping[str, str] | None) -> dict[str, Any]:
        answer = await client.request(verb, address, params=query)
        while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
            await asyncio.sleep(0.1)
            answer = await client.request(verb, address, params=query)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async with asyncio.timeout(LONG_S):
        job = await ask("POST", jobs, options)
        while job["endTimestamp"] is None:
            await asyncio.sleep(0.01)
            job = await ask("GET", f"{jobs}/{job['jobId']}", {"includeTasks": "true"})
    return job
