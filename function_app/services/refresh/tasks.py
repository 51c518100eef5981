"""Do one task of a refresh, and report how far it is."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import orjson

from function_app.domain.entity import CUSTOMER
from function_app.domain.job import (
    MAX_LISTED,
    MAX_WARNINGS,
    NOTHING,
    Counts,
    Job,
    RejectedRow,
    Report,
    Task,
    total,
)
from function_app.errors import ServiceError, Throttled, Unavailable
from function_app.services.create_activities import CreateActivities
from function_app.services.erased import Erased
from function_app.services.instances import CompiledInstance, Instances
from function_app.services.refresh.activities import LoadActivities
from function_app.services.refresh.customers import LoadCustomers
from function_app.services.refresh.key_changes import SharedKey, shared_key_warnings
from function_app.services.refresh.landing import Landing
from function_app.services.refresh.problem import describe
from function_app.services.refresh.removal import Removal, RemoveCustomers
from function_app.source.files import Part, Snapshots, missing_parts
from function_app.store.port import Store

PROGRESS_INTERVAL = timedelta(seconds=2)
MAX_ATTEMPTS = 3
ROWS_PER_PAGE = 200
MAX_NOTE_BYTES = 400_000  # of all notes of a task: its document may have 2 MB
Work = AsyncGenerator[tuple[Counts, Report]]


class JobEndedError(Exception):
    """The job was ended, by a caller or a fault, while a task of it was done."""


class Tasks:
    """Does the tasks of jobs."""

    def __init__(  # noqa: PLR0913, PLR0917  # what the tasks are made of
        self,
        store: Store,
        instances: Instances,
        create_activities: CreateActivities,
        erased: Erased,
        snapshots: Snapshots,
        clock: Callable[[], datetime],
        go_on: Callable[[str, str], Awaitable[None]],
    ) -> None:
        """`go_on` raises Unavailable or JobEndedError when the work on a job of an instance must stop."""
        self._store, self._instances, self._create_activities = store, instances, create_activities
        self._clock, self._go_on = clock, go_on
        self._load_customers, self._remove_customers = (
            LoadCustomers(store, erased, snapshots),
            RemoveCustomers(store, erased, snapshots),
        )
        self._load_activities = LoadActivities(store, snapshots)

    async def do(self, instance_id: str, task: Task, tasks: Sequence[Task], job: Job) -> None:
        """Do a task to its end and write its result; a permanent failure ends this task only.

        Throttled or Unavailable if it must be tried again later.
        """
        if task.attempts >= MAX_ATTEMPTS:
            subject = task.file or f"The step '{task.work}'"
            message = f"{subject} ended the service's process {MAX_ATTEMPTS} times; it is not tried again."
            await self._write(instance_id, replace(task, done=True, failed=True, message=message))
            return
        tried = replace(task, attempts=task.attempts + 1)
        await self._write(instance_id, tried)
        try:
            done = await self._run(instance_id, replace(tried, counts=Counts(), notes=()), tasks, job)
        except JobEndedError:
            raise
        except (Throttled, Unavailable):
            with suppress(ServiceError):
                await self._write(instance_id, task)  # stopped in order: this attempt does not count
            raise
        except Exception as error:  # noqa: BLE001  # the edge of a task
            done = replace(tried, failed=True, message=describe(error, task.file or f"The step '{task.work}'"))
        await self._write(instance_id, replace(done, done=True))

    async def _run(self, instance_id: str, task: Task, tasks: Sequence[Task], job: Job) -> Task:
        model = await self._instances.get(instance_id, self._clock())
        rejected, written_at = RejectedPages(), self._clock()
        async with aclosing(self._work(model, task, tasks, job)) as work:
            async for counts, report in work:
                task = _with(task, counts, report)
                for page in rejected.add(report.rejected):
                    task = await self._write_page(instance_id, task, page)
                await self._go_on(instance_id, task.job_id)
                if self._clock() - written_at >= PROGRESS_INTERVAL:
                    written_at = self._clock()
                    await self._write(instance_id, replace(task, notes=()))
        if rejected.rest:
            task = await self._write_page(instance_id, task, rejected.rest)
        return task

    async def _write(self, instance_id: str, task: Task) -> None:
        now = self._clock()
        await self._store.control.write_tasks(instance_id, [replace(task, seen_at=now)], now)

    async def _write_page(self, instance_id: str, task: Task, rows: Sequence[RejectedRow]) -> Task:
        await self._store.control.write_rejected(instance_id, task, rows, self._clock())
        return replace(task, rejected_pages=task.rejected_pages + 1)

    def _work(self, model: CompiledInstance, task: Task, tasks: Sequence[Task], job: Job) -> Work:
        if task.work == "load":
            return self._load(model, task)
        if task.work == "remove":
            return self._remove(model, tasks, job.accept_removals)
        return self._finish(model, task, tasks, job)

    def _load(self, model: CompiledInstance, task: Task) -> Work:
        part, now = Part(task.file, task.version), self._clock()
        if task.entity == CUSTOMER:
            return self._load_customers(model, part, task.absent, now)
        return self._load_activities(model, model.entity(task.entity), part, now)

    async def _remove(self, model: CompiledInstance, tasks: Sequence[Task], accept_removals: bool) -> Work:  # noqa: FBT001
        loaded = [task for task in tasks if task.entity == CUSTOMER and task.work == "load"]
        parts = [Part(task.file, task.version) for task in loaded if not task.failed]
        allowed = 1.0 if accept_removals else model.instance.most_removed
        sound = frozenset(task.file for task in loaded if not (task.failed or task.counts.rejected or task.doubts))
        removal = Removal(parts, sound, total(loaded), allowed, _incomplete(model, loaded))
        async with aclosing(self._remove_customers(model, removal, self._clock())) as work:
            async for step in work:
                yield step

    async def _finish(self, model: CompiledInstance, task: Task, tasks: Sequence[Task], job: Job) -> Work:
        instance_id, now = model.instance.instance_id, self._clock()
        joined = await self._create_activities.join_parked(instance_id, self._clock)
        yield Counts(joined=joined), NOTHING
        suspects = [cast("SharedKey", note) for task in tasks if task.work == "load" for note in task.notes]
        yield Counts(), Report(warnings=await shared_key_warnings(self._store, model.instance, suspects))
        if any(each.entity == CUSTOMER and each.work == "load" and not each.failed for each in tasks):
            landing = Landing(self._store, model, job.submitted_at, now)
            for steps in ([landing.landed_before()] if task.seen_at else []) + [landing()]:
                async with aclosing(steps) as found:
                    async for step in found:
                        yield step


class RejectedPages:
    """Rejected rows as they are stored: so many on each page, the rest on the last one."""

    def __init__(self) -> None:
        self.rest: list[RejectedRow] = []

    def add(self, rows: Sequence[RejectedRow]) -> list[list[RejectedRow]]:
        """Add rows; return the pages that are full now."""
        self.rest += rows
        full = len(self.rest) // ROWS_PER_PAGE * ROWS_PER_PAGE
        pages = [self.rest[start : start + ROWS_PER_PAGE] for start in range(0, full, ROWS_PER_PAGE)]
        self.rest = self.rest[full:]
        return pages


def _with(task: Task, counts: Counts, report: Report) -> Task:
    """Add a report to a task; lists are cut to what its document may hold."""
    notes: tuple[Mapping[str, Any], ...] = (*task.notes, *report.notes)[:MAX_LISTED] if report.notes else task.notes
    if report.notes and len(orjson.dumps(notes)) > MAX_NOTE_BYTES:
        notes = task.notes
    return replace(
        task,
        counts=task.counts + counts,
        doubts=(*task.doubts, *report.doubts)[:MAX_WARNINGS],
        warnings=(*task.warnings, *report.warnings)[:MAX_WARNINGS],
        notes=notes,
    )


def _incomplete(model: CompiledInstance, loaded: Sequence[Task]) -> str | None:
    """Return why the snapshot of Customer is not known to be complete; None if it is."""
    failed = next((task for task in loaded if task.failed), None)
    if failed:
        return f"{failed.file or CUSTOMER} could not be read"
    doubted = next((task for task in loaded if task.doubts), None)
    if doubted:
        return f"{doubted.file}: {'; '.join(doubted.doubts)}"
    missing = missing_parts([Part(task.file, task.version) for task in loaded])
    if missing:
        return missing
    counts, most = total(loaded), model.instance.most_rejected
    if counts.rejected > most * counts.rows:
        return f"{counts.rejected} of {counts.rows} rows were rejected, more than {most:.1%}"
    return "it has no rows" if counts.rows == 0 else None
