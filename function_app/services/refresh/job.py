"""Refresh an instance: a job of tasks in stages, each task done by whoever takes it, once or again.

Stages: the parts of Customer, who is gone, the parts of the activity entities, and what follows from all of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from function_app import error_codes
from function_app.domain.entity import CUSTOMER, CUSTOMER_ID
from function_app.domain.job import MAX_LISTED, Counts, Job, Status, Step, Task, job_id_after, open_tasks, total
from function_app.error_codes import ErrorDetail
from function_app.errors import NotYetReadable, ServiceError, Throttled, Unavailable
from function_app.services.create_activities import CreateActivities
from function_app.services.instances import CompiledInstance, Instances
from function_app.services.refresh.activities import RefreshActivities, required_of
from function_app.services.refresh.customers import RefreshCustomers
from function_app.services.refresh.workers import LocalWorker
from function_app.source.files import Part, PartChangedError, Snapshots, missing_parts
from function_app.store.port import Store

PROGRESS_INTERVAL, STALE, MAX_FAULTS = timedelta(seconds=2), timedelta(minutes=5), 20
_log = logging.getLogger(__name__)


class Workers(Protocol):
    """Who does the steps: this process, or all that listen to a queue; `stopping` ends a step between batches."""

    stopping: bool

    async def send(self, steps: Collection[Step]) -> None:
        """Have each of these steps handled at least once."""

    async def close(self) -> None:
        """Let go of what was opened, and of steps not begun."""


class Refresh:
    def __init__(  # noqa: PLR0913, PLR0917  # what a refresh is made of
        self,
        store: Store,
        instances: Instances,
        create_activities: CreateActivities,
        snapshots: Snapshots,
        workers: Workers | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._control, self._instances, self._create_activities = store.control, instances, create_activities
        self._snapshots, self._clock = snapshots, clock
        self._workers: Workers = workers or LocalWorker(self.handle)
        self._customers = RefreshCustomers(store, snapshots)
        self._activities = RefreshActivities(store, snapshots)

    async def start(self, instance_id: str, submission: Literal["onDemand", "scheduled"], now: datetime) -> Job:
        """Start a refresh, or return the one that is running; ServiceError if there is no such instance."""
        await self._instances.get(instance_id, now)
        newest = next(iter(await self._control.list_jobs(instance_id, 1)), None)
        if newest and newest.is_running:
            return newest
        job = Job(job_id_after(newest), "queued", submission, now)
        if not await self._control.create_job(instance_id, job, now):
            return await self.get(instance_id, job.job_id)
        try:
            await self._workers.send([Step(instance_id, job.job_id)])
        except Exception as error:  # whatever keeps it from being handed on, it must not block the next start
            ended = replace(job, status="failed", ended_at=now, message="It could not be handed to a worker.")
            await self._control.write_job(instance_id, ended, now)
            raise Unavailable from error
        return job

    async def resume(self, now: datetime, quiet_for: timedelta = STALE) -> None:
        """Send again what is left of every running job that made no progress for a while."""
        for instance in await self._instances.all():
            for job in await self._control.list_jobs(instance.instance_id, 1):
                tasks = await self._control.read_tasks(instance.instance_id, job.job_id)
                seen = max([job.submitted_at, *(task.seen_at for task in tasks if task.seen_at)])
                if job.is_running and now - seen >= quiet_for:
                    await self._send(instance.instance_id, job, tasks)

    async def get(self, instance_id: str, job_id: str) -> Job:
        """Return a job; ServiceError if there is none."""
        job = await self._control.read_job(instance_id, job_id)
        if job is None:
            raise ServiceError(error_codes.JOB_NOT_FOUND(f"There is no job '{job_id[:64]}'.", "jobId"))
        return job

    async def recent(self, instance_id: str, limit: int) -> Sequence[Job]:
        """Return jobs, newest first."""
        return await self._control.list_jobs(instance_id, limit)

    async def tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        """Return the tasks of a job as far as they are planned."""
        return await self._control.read_tasks(instance_id, job_id)

    async def handle(self, step: Step) -> None:
        """Run one step and enqueue the steps it unblocked; Throttled or Unavailable if it must be retried later.

        A job or task that another worker has just written may not be readable here yet: NotYetReadable.
        """
        instance_id = step.instance_id
        job = await self._control.read_job(instance_id, step.job_id)
        if job is None:
            raise NotYetReadable
        if not job.is_running:
            return
        tasks = await self._control.read_tasks(instance_id, step.job_id)
        if step.index is not None and step.index >= len(tasks):
            raise NotYetReadable
        fault = None
        if step.index is None:
            tasks, fault = (tasks, None) if tasks else await self._plan(instance_id, job)
        elif not tasks[step.index].done:
            await self._do(instance_id, tasks[step.index], tasks)
            # Of two workers that end the last two tasks, the later writer reads both: its session has its own write.
            tasks = await self._control.read_tasks(instance_id, step.job_id)
        left = open_tasks(tasks)
        if not left:
            await self._end(instance_id, job, tasks, fault)
        elif step.index is None or tasks[step.index].stage < left[0].stage:
            await self._send(instance_id, job, tasks)

    async def close(self) -> None:
        """Stop at the next batch of rows."""
        await self._workers.close()

    async def _send(self, instance_id: str, job: Job, tasks: Sequence[Task]) -> None:
        left = [Step(instance_id, job.job_id, task.index) for task in open_tasks(tasks)]
        await self._workers.send(left or [Step(instance_id, job.job_id)])

    async def _end(self, instance_id: str, job: Job, tasks: Sequence[Task], fault: str | None) -> None:
        now = self._clock()
        messages = [fault, *dict.fromkeys(task.message for task in tasks)]
        failed = fault is not None or any(task.failed for task in tasks)
        status: Status = "failed" if failed else "successful" if tasks else "skipped"
        message = " ".join(filter(None, messages)) or None
        await self._control.write_job(instance_id, replace(job, status=status, ended_at=now, message=message), now)

    async def _plan(self, instance_id: str, job: Job) -> tuple[Sequence[Task], str | None]:
        """Write the tasks of a job; none, and why, if a part can't be read or its columns don't fit."""
        model = await self._instances.get(instance_id, self._clock())
        try:
            planned, faults = await asyncio.to_thread(self._look, model, job)
        except (OSError, PartChangedError) as error:
            return (), f"The snapshots can't be read: {error}"
        if faults or not planned:
            return (), " ".join(fault.message for fault in faults[:MAX_FAULTS]) or None
        tasks = [replace(task, index=index) for index, task in enumerate(planned)]
        await self._control.write_tasks(instance_id, tasks, self._clock())
        await self._control.write_job(instance_id, replace(job, status="running"), self._clock())
        return tasks, None

    def _look(self, model: CompiledInstance, job: Job) -> tuple[list[Task], list[ErrorDetail]]:
        from function_app.source.reader import read_head  # noqa: PLC0415  # pyarrow: only a refresh needs it

        planned: list[Task] = []
        faults: list[ErrorDetail] = []
        for name in (CUSTOMER, *model.instance.activities):
            entity = model.entity(name)
            required = (CUSTOMER_ID,) if name == CUSTOMER else required_of(entity)
            snapshot = self._snapshots.newest(model.instance.instance_id, name, entity.by_name)
            faults += [error_codes.UNFIT_SNAPSHOT(f"{snapshot.problem}.", name)] if snapshot.problem else []
            for part in snapshot.parts:
                with self._snapshots.open(part) as stream:
                    faults += read_head(stream, part.file, entity, required).faults
                stage = 0 if name == CUSTOMER else 2
                planned.append(Task(job.job_id, 0, stage, "load", name, part.file, part.version))
        if any(task.entity == CUSTOMER for task in planned):
            planned.append(Task(job.job_id, 0, 1, "remove", CUSTOMER))
        if planned:
            planned.append(Task(job.job_id, 0, 3, "finish", CUSTOMER))
        return planned, faults

    async def _do(self, instance_id: str, task: Task, tasks: Sequence[Task]) -> None:
        """Do a task and write how far it is now and then; what goes wrong for good ends the task, not the others."""
        task, told, doubts = replace(task, counts=Counts(), notes=()), self._clock(), list[str]()
        try:
            model = await self._instances.get(instance_id, told)
            async with aclosing(self._work(model, task, tasks)) as work:
                async for counts, notes, more in work:
                    doubts += more
                    task = replace(task, counts=task.counts + counts, notes=(task.notes + notes)[:MAX_LISTED])
                    now = self._clock()
                    self._go_on()
                    if now - told >= PROGRESS_INTERVAL:
                        told = now
                        await self._control.write_tasks(instance_id, [replace(task, seen_at=now, notes=())], now)
            problem = _incomplete(model, tasks) if task.work == "remove" else None
            message = f"{task.file}: {'; '.join(doubts)}." if doubts else problem and f"Nobody was removed: {problem}."
            task = replace(task, message=message)
        except (Throttled, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001  # the edge of a task
            _log.warning("Task %d of job %s failed", task.index, task.job_id, exc_info=error)
            told_why = str(error) if isinstance(error, PartChangedError | ServiceError) else f"{task.file}: {error}."
            task = replace(task, failed=True, message=told_why)
        now = self._clock()
        await self._control.write_tasks(instance_id, [replace(task, done=True, seen_at=now)], now)

    def _go_on(self) -> None:
        if self._workers.stopping:
            raise Unavailable

    async def _work(
        self, model: CompiledInstance, task: Task, tasks: Sequence[Task]
    ) -> AsyncGenerator[tuple[Counts, tuple[dict[str, object], ...], Sequence[str]]]:
        now = self._clock()
        if task.work == "load":
            part = Part(task.file, task.version)
            customers, entity = self._customers.load(model, part, now), model.entity(task.entity)
            rows = customers if task.entity == CUSTOMER else self._activities.load(model, entity, part, now)
            async with aclosing(rows):
                async for counts, told in rows:
                    found = ({"file": task.file, "row": row.number, "reason": row.reason} for row in told.rejected)
                    yield counts, tuple(found), told.doubts
        elif task.work == "finish":
            joined = await self._create_activities.join_parked(model.instance.instance_id, self._clock)
            yield Counts(joined=joined), (), ()
            async for update in self._customers.landed(model, now):
                yield Counts(landed=1), (update,), ()
        elif _incomplete(model, tasks) is None:
            loaded = [other for other in tasks if other.entity == CUSTOMER and other.work == "load"]
            parts = [Part(other.file, other.version) for other in loaded]
            async for counts in self._customers.remove_missing(model, parts, total(loaded), now):
                yield counts, (), ()


def _incomplete(model: CompiledInstance, tasks: Sequence[Task]) -> str | None:
    """Say why the snapshot of Customer is not known to be complete; None if it is."""
    loaded = [task for task in tasks if task.entity == CUSTOMER and task.work == "load"]
    if any(task.failed for task in loaded):
        return "a part could not be read"
    doubted = next((task.message for task in loaded if task.message), None)
    if doubted:
        return doubted.rstrip(".")
    missing = missing_parts([Part(task.file, task.version) for task in loaded])
    if missing:
        return missing
    counts, most = total(loaded), model.instance.most_rejected
    if counts.rejected > most * counts.rows:
        return f"{counts.rejected} of {counts.rows} rows were rejected, more than {most:.1%}"
    return "it has no rows" if counts.rows == 0 else None
