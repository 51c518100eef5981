"""Refresh an instance: a job of tasks in stages, each task done by any worker, once or again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, Protocol

from function_app import error_codes
from function_app.domain.entity import Instance
from function_app.domain.job import INGESTION, Job, RejectedRow, Status, Step, Task, job_id_after, open_tasks
from function_app.errors import NotYetReadable, ServiceError, Throttled, Unavailable
from function_app.services.create_activities import CreateActivities
from function_app.services.each import do_each
from function_app.services.erased import Erased
from function_app.services.instances import Instances
from function_app.services.refresh.plan import Planner
from function_app.services.refresh.problem import describe
from function_app.services.refresh.tasks import MAX_ATTEMPTS, JobEndedError, Tasks
from function_app.services.refresh.workers import LocalWorker
from function_app.source.files import Snapshots
from function_app.store.port import Store

STALE = timedelta(minutes=5)
_log = logging.getLogger(__name__)


class Workers(Protocol):
    """Runs the steps: this process, or all that listen to a queue; `stopping` ends a step between batches."""

    stopping: bool

    async def send(self, steps: Collection[Step]) -> None:
        """Have each of these steps handled at least once."""

    async def close(self) -> None:
        """Close what was opened, and drop the steps that were not begun."""


class Refresh:
    def __init__(  # noqa: PLR0913, PLR0917  # what a refresh is made of
        self,
        store: Store,
        instances: Instances,
        create_activities: CreateActivities,
        erased: Erased,
        snapshots: Snapshots,
        workers: Workers | None,
        clock: Callable[[], datetime],
        ended: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Call `ended` with the instance of each refresh that has ended by itself."""
        self._control, self._instances, self._clock, self._ended = store.control, instances, clock, ended
        self._workers: Workers = workers or LocalWorker(self.handle)
        self._planner = Planner(store, snapshots)
        self._tasks = Tasks(store, instances, create_activities, erased, snapshots, clock, self._go_on)

    async def start(  # noqa: PLR0913  # the options of a refresh
        self,
        instance_id: str,
        submission: Literal["onDemand", "scheduled"],
        now: datetime,
        *,
        accept_removals: bool = False,
        entities: Sequence[str] = (),
        operation: str = INGESTION,
    ) -> Job:
        """Start a refresh of all entities, or of these; or return the one that is running.

        Raises ServiceError if there is no such instance, or no such entity with snapshots.
        """
        (await self._instances.get(instance_id, now)).check_loaded(entities, "identifiers")
        newest = next(iter(await self._control.list_jobs(instance_id, 1)), None)
        if newest and newest.is_running:
            return newest
        job = Job(
            job_id_after(newest),
            "queued",
            submission,
            now,
            accept_removals,
            entities=tuple(entities),
            operation=operation,
        )
        if not await self._control.create_job(instance_id, job, now):
            return await self.get(instance_id, job.job_id)
        try:
            await self._workers.send([Step(instance_id, job.job_id)])
        except Exception as error:  # a job that no worker has must not block the next start
            ended = replace(job, status="failed", ended_at=now, message="It could not be handed to a worker.")
            await self._control.update_job(instance_id, ended, now)
            raise Unavailable from error
        return job

    async def start_all(self, now: datetime) -> None:
        """Start the scheduled refresh of every instance."""

        async def start(instance: Instance) -> None:
            await self.start(instance.instance_id, "scheduled", now)

        await do_each(await self._instances.all(), start, "A scheduled refresh was not started")

    async def cancel(self, instance_id: str, job_id: str, now: datetime) -> Job:
        """End a job at once, keeping what it has loaded; one that has ended stays as it is. ServiceError if none."""
        job = await self.get(instance_id, job_id)
        if not job.is_running:
            return job
        message = "It was cancelled; what it had loaded stays, and no customer was removed after that."
        ended = replace(job, status="aborted", ended_at=now, message=message)
        is_ended_now = await self._control.update_job(instance_id, ended, now)
        return ended if is_ended_now else await self.get(instance_id, job_id)

    async def resume(self, now: datetime, quiet_for: timedelta = STALE) -> None:
        """Send again what is left of every running job that made no progress for a while."""

        async def resume(instance: Instance) -> None:
            for job in await self._control.list_jobs(instance.instance_id, 1):
                tasks = await self._control.read_tasks(instance.instance_id, job.job_id)
                seen = max([job.submitted_at, *(task.seen_at for task in tasks if task.seen_at)])
                if job.is_running and now - seen >= quiet_for:
                    await self._send(instance.instance_id, job, tasks)

        await do_each(await self._instances.all(), resume, "A refresh was not continued")

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

    async def rejected(self, instance_id: str, task: Task, page: int) -> Sequence[RejectedRow]:
        """Return a page of the rows that a task rejected, from 0; empty if there is none."""
        return await self._control.read_rejected(instance_id, task, page)

    async def handle(self, step: Step) -> None:
        """Run one step and enqueue the steps it unblocked; a permanent failure ends the job as failed.

        Throttled or Unavailable if it must be retried later; NotYetReadable if another worker's write is not
        visible yet.
        """
        try:
            await self._handle(step)
        except JobEndedError:
            return
        except (Throttled, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001  # one job stops no other
            await self._fail(step, describe(error, "The refresh"))

    async def _handle(self, step: Step) -> None:
        instance_id = step.instance_id
        job = await self._control.read_job(instance_id, step.job_id)
        if job is None:
            raise NotYetReadable
        if not job.is_running:
            return
        tasks = await self._control.read_tasks(instance_id, step.job_id)
        if step.index is not None and not (job.is_planned and step.index < len(tasks)):
            raise NotYetReadable
        if step.index is None:
            job, tasks = (job, tasks) if job.is_planned else await self._plan(instance_id, job)
        elif not tasks[step.index].done:
            await self._tasks.do(instance_id, tasks[step.index], tasks, job)
            # Of two workers that end the last two tasks, the later writer reads both: its session has its own write.
            tasks = await self._control.read_tasks(instance_id, step.job_id)
        left = open_tasks(tasks)
        if not left:
            await self._end(instance_id, job, tasks)
        elif step.index is None or tasks[step.index].stage < left[0].stage:
            await self._send(instance_id, job, tasks)

    async def close(self) -> None:
        """Stop at the next batch of rows."""
        await self._workers.close()

    async def _send(self, instance_id: str, job: Job, tasks: Sequence[Task]) -> None:
        left = open_tasks(tasks) if job.is_planned else []
        steps = [Step(instance_id, job.job_id, task.index) for task in left]
        await self._workers.send(steps or [Step(instance_id, job.job_id)])

    async def _plan(self, instance_id: str, job: Job) -> tuple[Job, Sequence[Task]]:
        """Write the tasks of a job, and after all of them that it is running."""
        if job.attempts >= MAX_ATTEMPTS:
            raise ServiceError(error_codes.UNFIT_SNAPSHOT(_CRASHED, "jobId"))
        tried = replace(job, attempts=job.attempts + 1)
        await self._update(instance_id, tried)
        try:
            return await self._write_plan(instance_id, tried)
        except (Throttled, Unavailable):
            with suppress(ServiceError, JobEndedError):
                await self._update(instance_id, job)  # stopped in order: this attempt does not count
            raise

    async def _write_plan(self, instance_id: str, job: Job) -> tuple[Job, Sequence[Task]]:
        model = await self._instances.get(instance_id, self._clock())
        try:
            plan = await self._planner.plan(model, job)
        except OSError as error:
            raise ServiceError(error_codes.UNFIT_SNAPSHOT(f"The snapshots can't be read: {error}", "jobId")) from error
        await self._go_on(instance_id, job.job_id)
        tasks = [replace(task, index=index) for index, task in enumerate(plan.tasks)]
        await self._control.write_tasks(instance_id, tasks, self._clock())
        job = replace(job, warnings=tuple(plan.warnings), snapshots=plan.snapshots)
        if tasks:
            job = replace(job, status="running")
            await self._update(instance_id, job)
        return job, tasks

    async def _update(self, instance_id: str, job: Job) -> None:
        if not await self._control.update_job(instance_id, job, self._clock()):
            raise JobEndedError

    async def _end(self, instance_id: str, job: Job, tasks: Sequence[Task]) -> None:
        now = self._clock()
        failures = [task.message for task in tasks if task.failed and task.message]
        failed = any(task.failed for task in tasks)
        status: Status = "failed" if failed else "successful" if tasks else "skipped"
        message = (
            " ".join(dict.fromkeys(failures)) if tasks else f"There is no snapshot of any entity in {instance_id}/."
        )
        await self._control.update_job(
            instance_id, replace(job, status=status, ended_at=now, message=message or None), now
        )
        self._ended(instance_id)

    async def _fail(self, step: Step, message: str) -> None:
        now = self._clock()
        job = await self._control.read_job(step.instance_id, step.job_id)
        if job and job.is_running:
            await self._control.update_job(
                step.instance_id, replace(job, status="failed", ended_at=now, message=message), now
            )
            self._ended(step.instance_id)

    async def _go_on(self, instance_id: str, job_id: str) -> None:
        """Return if the work on a job continues; raise if this process stops, or the job was ended."""
        if self._workers.stopping:
            raise Unavailable
        job = await self._control.read_job(instance_id, job_id)
        if job is None or not job.is_running:
            raise JobEndedError


_CRASHED = f"Reading the snapshots ended the service's process {MAX_ATTEMPTS} times; the refresh is not tried again."
