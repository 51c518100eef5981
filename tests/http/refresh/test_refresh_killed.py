from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support import INSTANCE, NOW, ROOT, definition
from support.process import Program, running

from function_app.domain.activity import Activity
from function_app.domain.query import ActivityQuery
from function_app.services.refresh.tasks import MAX_ATTEMPTS
from function_app.services.services import Services
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

KILLS, KILLS_PER_JOB, CUSTOMERS = 40, MAX_ATTEMPTS - 1, 700
WORKER = """
import asyncio, os, sys
import function_app.source.reader
from datetime import UTC, datetime, timedelta
from pathlib import Path
from function_app.services.services import Services
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

async def main(folder, instance_id):
    services = Services(EmbeddedStore(folder / "data"), Snapshots(str(folder / "snapshots")))
    now = datetime.now(UTC)
    await services.refresh.resume(now, timedelta())
    job = await services.refresh.start(instance_id, "onDemand", now)
    while job.is_running:
        await asyncio.sleep(0.005)
        job = await services.refresh.get(instance_id, job.job_id)
    await services.close()
    assert job.status == "successful", job

for folder in sys.stdin:
    child = os.fork()
    if not child:
        asyncio.run(main(Path(folder.strip()), sys.argv[1]))
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Program]:
    """A process that has imported everything, and forks for each refresh."""
    with running([sys.executable, "-c", WORKER, INSTANCE], cwd=ROOT) as program:
        yield program


def write(folder: Path, generation: int) -> None:
    """Return customers of a generation: between generations some are added, removed, changed, and some keys move."""
    there = [n for n in range(CUSTOMERS) if (n + generation) % 7]
    people = ["CustomerId,FullName,City,Crm_Contacts_ContactId"]
    people += [f"c{n},Name {generation},Name {generation},k{n + generation % 2}" for n in there]
    sales = ["PurchaseId,PurchasedOn,ContactId,Product"]
    sales += [f"p{n},2026-11-20T10:00:00Z,k{n},Thing {generation}" for n in range(0, CUSTOMERS, 3)]
    for entity, lines in (("Customer", people), ("Shop_Purchases", sales)):
        for part in range(3):
            place = folder / "snapshots" / INSTANCE / entity / f"part-{part}.csv"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("\n".join([lines[0], *lines[1 + part :: 3]]) + "\n")


def work(worker: Program, folder: Path, seconds: float | None = None) -> tuple[float, bool]:
    """Refresh in a separate process, killed after `seconds` if given; return the duration and whether it was killed."""
    begun = time.perf_counter()
    worker.tell(str(folder))
    child = int(worker.hear())
    if seconds is not None:
        time.sleep(seconds)
        with suppress(ProcessLookupError):  # it had finished
            os.kill(child, signal.SIGKILL)
    status = int(worker.hear())
    was_killed = status == -signal.SIGKILL and seconds is not None
    assert status == 0 or was_killed, worker.said()
    return time.perf_counter() - begun, was_killed


async def state(folder: Path, *, whole: bool) -> dict[str, Any]:
    """Return everything that a reader may see; `whole`: both attributes of every profile must have the same name."""
    services, now = Services(EmbeddedStore(folder / "data")), datetime.now(UTC)
    model = await services.instances.get(INSTANCE, now)
    store = services.store
    ids = await store.customers.find_ids(INSTANCE, "", CUSTOMERS)
    profiles = await store.customers.read_sources(INSTANCE, ids)
    if whole:
        assert all(profile["FullName"] == profile["City"] for profile in profiles.values())
    found = await services.read_activities.page(model, ActivityQuery(), now, top=CUSTOMERS)
    rows = await services.store.activities.read_parked(INSTANCE, now)
    keys = {
        row[0]: json.loads(row[1])["customerId"]
        for row in store.customers._db.read("SELECT pk, body FROM keys")  # type: ignore[attr-defined]  # noqa: SLF001  # all of them, which no operation returns
    }
    await services.close()
    parked = [(key, replace(one, valid_until=_ends(one))) for key, one in rows]
    return {"profiles": dict(profiles), "activities": list(found.rows), "keys": keys, "parked": parked}


def _ends(activity: Activity) -> datetime | None:
    """Return the same instant for all activities with an end: in the days of grace it depends on the time of day."""
    return NOW if activity.valid_until else None


async def define(folder: Path) -> None:
    services = Services(EmbeddedStore(folder / "data"), Snapshots(None))
    defined = definition() | {"refresh": {"mostRemoved": 1}}
    await services.instances.define(INSTANCE, defined, datetime.now(UTC) - timedelta(days=1))
    await services.close()


@pytest.mark.parametrize("seed", [7])
def test_a_refresh_killed_at_any_moment_ends_in_the_same_state_when_rerun(
    worker: Program, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # moments, not secrets
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    for folder in (killed, calm):
        asyncio.run(define(folder))
        write(folder, 0)
        work(worker, folder)
    write(calm, 1)
    takes, _ = work(worker, calm)
    kills, generation = 0, 0
    while kills < KILLS:
        generation += 1
        write(killed, generation)
        for _ in range(KILLS_PER_JOB):
            _, was_killed = work(worker, killed, chance.uniform(0, takes))
            asyncio.run(state(killed, whole=True))
            kills += was_killed
        work(worker, killed)
        if generation > 1:
            write(calm, generation)
            takes, _ = work(worker, calm)
        assert asyncio.run(state(killed, whole=True)) == asyncio.run(state(calm, whole=True))
