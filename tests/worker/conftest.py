from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from support import CosmosServer, azurite, create_database, package
from support.entra import issuer
from worker.client import Deployment, Mode, Worker
from worker.environment import SAMPLE, AzureServices, Stage, bearer, insights
from worker.messages import protos

from function_app.local.sample import write_sample

MODES: list[Mode] = ["plain", "placeholder"]
EVERY_NIGHT = '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}'


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The package as deployed."""
    python = package.azure_python()
    app = package.unpack(tmp_path_factory.mktemp("wwwroot"), python)
    return Deployment(python, app, app / package.LIBRARIES, package.worker_libraries(python))


@pytest.fixture(scope="session")
def azure(cosmos: CosmosServer) -> Iterator[AzureServices]:
    with azurite("queue") as queues, azurite("blob") as blobs, issuer() as entra, insights() as ingestion:
        yield AzureServices(cosmos, queues, blobs, entra, ingestion)


@pytest.fixture(scope="session", params=MODES)
def stage(
    request: pytest.FixtureRequest,
    deployment: Deployment,
    azure: AzureServices,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """A worker with the package, one for each mode, after it has loaded the sample instance through the queue."""
    mode: Mode = request.param
    asyncio.run(create_database(azure.cosmos, mode))
    standby, sample = tmp_path_factory.mktemp("standby"), tmp_path_factory.mktemp("sample")
    write_sample(sample)
    for path in sample.glob("*_*/*.csv"):  # enough activities
        path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:101]), encoding="utf-8")
    azure.put_snapshots(mode, SAMPLE, sample)
    with (
        Worker(deployment, azure.settings(mode), mode, standby) as worker,
        azure.queue(mode) as queue,
        azure.queue(f"{mode}-webhooks") as wakes,
    ):
        queue.create_queue()
        wakes.create_queue()
        stage = Stage(worker, azure, queue)
        asyncio.run(load(stage, (sample / "definition.json").read_bytes()))
        yield stage
        warnings = [record for record in worker.logs if record.level >= protos.RpcLog.Warning]
    # With a slow store the SDK warns, and so does the usage, which is then written by the next flush.
    told = ("The store is unavailable: ", "Webhooks were not woken; ")
    slow = [
        each
        for each in warnings
        if each.category.startswith("azure.") or "StoreUnavailable" in each.message or each.message.startswith(told)
    ]
    assert [record.message for record in warnings if record not in slow] == []


async def load(stage: Stage, definition: bytes) -> None:
    headers = {"Content-Type": "application/json", **bearer(oid="boss", roles=["Administrator"])}
    async with stage.client(**headers) as admin:
        assert (await admin.put(f"/instances/{SAMPLE}", content=definition)).status_code == 201
        await stage.fire("StartRefreshes", EVERY_NIGHT)
        assert await stage.handle_messages() > 0
        (job,) = (await admin.get(f"/instances/{SAMPLE}/workflows/main/jobs")).json()
        assert job["jobStatus"] == "successful", job


@pytest.fixture
def worker(stage: Stage) -> Worker:
    return stage.worker


@pytest.fixture
async def admin(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """A client with the role Administrator."""
    async with stage.client(**bearer(oid="boss", roles=["Administrator"])) as client:
        yield client
