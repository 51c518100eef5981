"""How a refresh ends when something fails that was not foreseen, when it is cancelled, or when the process dies."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import support
from support import INSTANCE, Clock, definition
from support.process import LONG_S
from support.refreshing import ADA, BOB, JOBS, NoWorkers, Write, read, refresh

from function_app.domain.job import Job, Step, Task
from function_app.errors import NotYetReadable, Unavailable
from function_app.services.refresh.tasks import MAX_ATTEMPTS
from function_app.services.services import Services
from function_app.source import reader
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

OTHER = "22222222-2222-4222-8222-222222222222"
CORRELATION = re.compile(r"correlation id [0-9a-f]{32}\.$")


def fail(*_arguments: Any, **_options: Any) -> Any:
    raise ValueError("secret-inside")


def fail_for(instance_id: str, act: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that fails for one instance."""

    def run(first: str, *arguments: Any, **options: Any) -> Any:
        return fail() if first == instance_id else act(first, *arguments, **options)

    return run


async def other_refreshes(client: httpx.AsyncClient, services: Services, clock: Clock) -> str:
    """Refresh another instance, and return how it ended."""
    await services.instances.define(OTHER, definition(), clock())
    return str((await support.refresh(client, OTHER))["jobStatus"])


async def until_ended(services: Services, job_id: str) -> Job:
    async with asyncio.timeout(LONG_S):
        while (job := await services.refresh.get(INSTANCE, job_id)).is_running:  # noqa: ASYNC110  # by its own task
            await asyncio.sleep(0.01)
    return job


@pytest.mark.parametrize("what", ["read_head", "read_part", "read_ids"])
async def test_an_unforeseen_failure_of_reading_ends_the_job_with_a_correlation_id(  # noqa: PLR0913, PLR0917  # fixtures and a case
    client: httpx.AsyncClient,
    services: Services,
    write: Write,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    write("Customer", ADA)
    with monkeypatch.context() as broken:
        broken.setattr(reader, what, fail)
        job = await refresh(client)
    assert job["jobStatus"] == "failed"
    assert CORRELATION.search(job["message"])
    assert job["message"].split()[-1].rstrip(".") in caplog.text
    assert "secret-inside" not in job["message"] + caplog.text
    assert await other_refreshes(client, services, clock) == "skipped"
    assert (await refresh(client))["jobStatus"] == "successful"


@pytest.mark.parametrize("what", ["write_tasks", "read_tasks"])
async def test_an_unforeseen_failure_of_the_store_ends_the_job_and_stops_no_other_instance(  # noqa: PLR0913, PLR0917
    client: httpx.AsyncClient,
    services: Services,
    write: Write,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    write("Customer", ADA)
    control = services.store.control
    job = (await client.post(JOBS)).json()
    with monkeypatch.context() as broken:
        broken.setattr(control, what, fail_for(INSTANCE, getattr(control, what)))
        ended = await until_ended(services, job["jobId"])
        assert await other_refreshes(client, services, clock) == "skipped"
    assert (ended.status, bool(CORRELATION.search(ended.message or ""))) == ("failed", True)


async def test_a_job_that_can_not_even_be_ended_stops_no_other_instance(
    client: httpx.AsyncClient, services: Services, write: Write, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA)
    await client.post(JOBS)
    control = services.store.control
    with monkeypatch.context() as broken:
        broken.setattr(control, "update_job", fail_for(INSTANCE, control.update_job))
        assert await other_refreshes(client, services, clock) == "skipped"


async def test_a_cancelled_refresh_ends_at_once_and_a_new_one_starts(
    client: httpx.AsyncClient, write: Write, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    write("Customer", ADA)
    write("Customer", BOB, part="part-1.csv")
    reading, go_on = asyncio.Event(), asyncio.Event()
    changed = services.store.customers.find_changed

    async def wait(*arguments: Any) -> Any:
        reading.set()
        await go_on.wait()
        return await changed(*arguments)

    monkeypatch.setattr(services.store.customers, "find_changed", wait)
    job = (await client.post(JOBS)).json()
    await reading.wait()
    cancelled = (await client.delete(f"{JOBS}/{job['jobId']}")).json()
    assert (cancelled["jobId"], cancelled["jobStatus"]) == (job["jobId"], "aborted")
    assert cancelled["endTimestamp"] is not None
    second = (await client.post(JOBS)).json()
    assert second["jobId"] != job["jobId"]
    go_on.set()
    assert (await until_ended(services, second["jobId"])).status == "successful"
    ended = (await client.get(f"{JOBS}/{job['jobId']}", params={"includeTasks": "true"})).json()
    assert ended["jobStatus"] == "aborted"
    assert [task["status"] for task in ended["tasks"]].count("successful") == 0
    assert await read(client, "bob") is not None


async def test_a_refresh_that_has_ended_stays_as_it_is_when_it_is_cancelled(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    job = await refresh(client)
    cancelled = (await client.delete(f"{JOBS}/{job['jobId']}")).json()
    assert cancelled["jobStatus"] == "successful"
    missing = await client.delete(f"{JOBS}/77")
    assert (missing.status_code, missing.json()["errorCode"]) == (404, "JobNotFound")


async def test_a_cancelled_refresh_is_not_planned_any_more(services: Services, write: Write, clock: Clock) -> None:
    write("Customer", ADA)
    job = await services.refresh.start(INSTANCE, "onDemand", clock())
    await services.refresh.cancel(INSTANCE, job.job_id, clock())
    await services.refresh.handle(Step(INSTANCE, job.job_id))
    assert (await services.refresh.get(INSTANCE, job.job_id)).status == "aborted"


class Died(BaseException):
    """The process ends here."""


async def dying(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, what: str) -> Services:
    """Handle the steps of a refresh in a process that dies each time it reads the first part or its head."""
    act = getattr(reader, what)

    def die(stream: Any, file: str, *arguments: Any, **options: Any) -> Any:
        if file.endswith("part-0.csv"):
            raise Died
        return act(stream, file, *arguments, **options)

    monkeypatch.setattr(reader, what, die)
    services = Services(EmbeddedStore(tmp_path / "d"), Snapshots(str(tmp_path / "snapshots")), NoWorkers(), clock)
    await services.instances.define(INSTANCE, definition(), clock())
    job = await services.refresh.start(INSTANCE, "onDemand", clock())
    for _ in range(MAX_ATTEMPTS + 6):
        tasks = await services.refresh.tasks(INSTANCE, job.job_id)
        index = next((task.index for task in tasks if not task.done), None)
        try:
            await services.refresh.handle(Step(INSTANCE, job.job_id, index))
        except Died:
            continue
        if not tasks:
            await services.refresh.handle(Step(INSTANCE, job.job_id))
    return services


async def test_a_file_that_ends_the_process_each_time_is_given_up_and_the_others_are_loaded(
    tmp_path: Path, clock: Clock, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA)
    write("Customer", BOB, part="part-1.csv")
    services = await dying(tmp_path, clock, monkeypatch, "read_part")
    (job,) = await services.refresh.recent(INSTANCE, 1)
    assert job.status == "failed"
    message = f"{INSTANCE}/Customer/part-0.csv ended the service's process 3 times; it is not tried again."
    assert job.message == message
    assert await services.store.customers.find_ids(INSTANCE, "", 9) == ["bob"]
    await services.close()


async def test_a_head_that_ends_the_process_each_time_ends_the_job(
    tmp_path: Path, clock: Clock, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA)
    services = await dying(tmp_path, clock, monkeypatch, "read_head")
    (job,) = await services.refresh.recent(INSTANCE, 1)
    assert job.status == "failed"
    assert job.message == "Reading the snapshots ended the service's process 3 times; the refresh is not tried again."
    await services.close()


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_a_plan_of_which_the_store_took_a_part_is_made_again_and_removes_no_customer(
    client: httpx.AsyncClient, services: Services, write: Write, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    write("Customer", ADA, part="a.csv")
    write("Customer", BOB | {"Colour": "red"}, part="b.csv")
    await refresh(client)
    write_tasks, times = services.store.control.write_tasks, MAX_ATTEMPTS + 2

    async def busy(instance_id: str, tasks: Sequence[Task], now: datetime) -> None:
        nonlocal times
        times -= 1
        await write_tasks(instance_id, tasks[first:] if times > 0 else tasks, now)
        if times > 0:
            raise Unavailable(retry_after=0)

    monkeypatch.setattr(services.store.control, "write_tasks", busy)
    job = await refresh(client)
    assert (job["jobStatus"], times <= 0) == ("successful", True)
    assert "columns of no attribute: 'Colour'" in job["warnings"][0]
    assert [row for row in ("ada", "bob") if await read(client, row) is None] == []


async def test_a_plan_that_a_process_left_unfinished_is_made_again_by_the_next(
    tmp_path: Path, clock: Clock, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA, part="a.csv")
    write("Customer", BOB, part="b.csv")
    store, snapshots = EmbeddedStore(tmp_path / "d"), Snapshots(str(tmp_path / "snapshots"))
    services = Services(store, snapshots, NoWorkers(), clock)
    await services.instances.define(INSTANCE, definition(), clock())
    write_tasks = store.control.write_tasks

    async def die(instance_id: str, tasks: Sequence[Task], now: datetime) -> None:
        await write_tasks(instance_id, tasks[1:], now)
        raise Died

    with monkeypatch.context() as dying:
        dying.setattr(store.control, "write_tasks", die)
        job = await services.refresh.start(INSTANCE, "onDemand", clock())
        with pytest.raises(Died):
            await services.refresh.handle(Step(INSTANCE, job.job_id))
    with pytest.raises(NotYetReadable):
        await services.refresh.handle(Step(INSTANCE, job.job_id, 1))
    following = Services(store, snapshots, clock=clock)
    await following.refresh.resume(clock(), timedelta())
    assert (await until_ended(following, job.job_id)).status == "successful"
    assert await store.customers.find_ids(INSTANCE, "", 9) == ["ada", "bob"]
    await following.close()


async def test_a_file_that_changes_while_its_refresh_waits_ends_the_job_and_the_next_one_reads_it(
    tmp_path: Path, clock: Clock, write: Write
) -> None:
    write("Customer", ADA)
    store, snapshots = EmbeddedStore(tmp_path / "d"), Snapshots(str(tmp_path / "snapshots"))
    services = Services(store, snapshots, NoWorkers(), clock)
    await services.instances.define(INSTANCE, definition(), clock())
    job = await services.refresh.start(INSTANCE, "onDemand", clock())
    await services.refresh.handle(Step(INSTANCE, job.job_id))
    write("Customer", ADA, BOB)
    for index in range(3):
        await services.refresh.handle(Step(INSTANCE, job.job_id, index))
    ended = await services.refresh.get(INSTANCE, job.job_id)
    message = f"{INSTANCE}/Customer/part-0.csv was removed or changed since the refresh began."
    assert (ended.status, ended.message) == ("failed", message)
    assert await store.customers.find_ids(INSTANCE, "", 9) == []
    following = Services(store, snapshots, clock=clock)
    again = await following.refresh.start(INSTANCE, "onDemand", clock())
    assert (await until_ended(following, again.job_id)).status == "successful"
    assert await store.customers.find_ids(INSTANCE, "", 9) == ["ada", "bob"]
    await following.close()


async def test_an_attempt_that_was_stopped_in_order_does_not_count(
    client: httpx.AsyncClient, services: Services, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("Customer", ADA)
    times = MAX_ATTEMPTS + 2

    changed = services.store.customers.find_changed

    async def busy(*arguments: Any) -> Any:
        nonlocal times
        times -= 1
        if times > 0:
            raise Unavailable(retry_after=0)
        return await changed(*arguments)

    monkeypatch.setattr(services.store.customers, "find_changed", busy)
    assert (await refresh(client))["jobStatus"] == "successful"
    assert times <= 0
