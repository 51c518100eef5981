"""Plan a refresh: which files are its parts, what stops some of them, and what is odd about the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace

from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Entity
from function_app.domain.job import MAX_WARNINGS, Job, Task
from function_app.domain.query import Equals, Not, ProfileQuery, Sorting
from function_app.services.instances import CompiledInstance
from function_app.services.refresh.activities import required_of
from function_app.services.refresh.problem import describe
from function_app.source.files import Part, Snapshots
from function_app.source.layout import Layout
from function_app.store.port import Store

LOAD_CUSTOMERS, REMOVE, LOAD_ACTIVITIES, FINISH = range(4)
"""The stages of a job; the tasks of one begin when those of the one before are done."""


@dataclass(slots=True)
class Plan:
    """The tasks of a job without their places, the folders that are loaded, and warnings."""

    tasks: list[Task] = field(default_factory=list)
    snapshots: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class Planner:
    def __init__(self, store: Store, snapshots: Snapshots) -> None:
        self._customers, self._snapshots = store.customers, snapshots

    async def plan(self, model: CompiledInstance, job: Job) -> Plan:
        """Look at the newest snapshot of every entity; a part that can't be loaded is a task that has failed."""
        plan = await asyncio.to_thread(self._look, model, job)
        plan.warnings += [warning async for warning in self._lost_columns(model, plan.tasks, job)]
        if len(plan.warnings) > MAX_WARNINGS:
            plan.warnings[MAX_WARNINGS:] = [f"There are {len(plan.warnings) - MAX_WARNINGS} more warnings like these."]
        if plan.tasks:
            of_customers = any(task.entity == CUSTOMER for task in plan.tasks)
            plan.tasks += [Task(job.job_id, 0, REMOVE, "remove", CUSTOMER)] if of_customers else []
            plan.tasks.append(Task(job.job_id, 0, FINISH, "finish", CUSTOMER))
        return plan

    def _look(self, model: CompiledInstance, job: Job) -> Plan:
        instance_id, plan = model.instance.instance_id, Plan()
        names = (CUSTOMER, *model.instance.activities)
        for name in (name for name in names if not job.entities or name in job.entities):
            entity = model.entity(name)
            task = Task(job.job_id, 0, LOAD_CUSTOMERS if name == CUSTOMER else LOAD_ACTIVITIES, "load", name)
            columns = Layout.of(entity).columns_of(entity.by_name)
            snapshot = self._snapshots.newest(instance_id, name, columns)
            plan.warnings += [f"{passed_over}." for passed_over in snapshot.passed_over]
            if snapshot.problem:
                plan.tasks.append(_failed(task, f"{snapshot.problem}."))
            if snapshot.parts:
                plan.snapshots[name] = snapshot.folder
            for part in snapshot.parts:
                plan.tasks.append(
                    self._task_of(replace(task, file=part.file, version=part.version), part, entity, plan)
                )
        known = {*names, *model.entities}
        plan.warnings += [
            f"{instance_id}/{folder} is not loaded: there is no activity entity '{folder}'."
            for folder in self._snapshots.folders(instance_id)
            if folder not in known
        ]
        return plan

    def _task_of(self, task: Task, part: Part, entity: Entity, plan: Plan) -> Task:
        """Return the task of a part by what its head shows."""
        from function_app.source.reader import read_head  # noqa: PLC0415  # pyarrow: only a refresh needs it

        required = (CUSTOMER_ID,) if entity.name == CUSTOMER else required_of(entity)
        try:
            with self._snapshots.open(part) as stream:
                head = read_head(stream, part.file, entity, required, Layout.of(entity))
        except Exception as error:  # noqa: BLE001  # one file stops no other
            return _failed(task, describe(error, part.file))
        faults = [fault.message for fault in head.faults]
        if head.ignored:
            names = ", ".join(f"'{name}'" for name in head.ignored)
            unknown = f"{part.file} has columns of no attribute: {names}."
            if entity.unknown_columns == "error":
                faults.append(unknown)
            else:
                plan.warnings.append(f"{unknown[:-1]}; they are ignored.")
        if faults:
            return _failed(task, " ".join(faults))
        return replace(task, absent=tuple(head.absent))

    async def _lost_columns(self, model: CompiledInstance, tasks: Sequence[Task], job: Job) -> AsyncGenerator[str]:
        """Yield a warning for each file that lacks columns of attributes that customers have."""
        layout, had = Layout.of(model.instance.customer), dict[str, bool]()
        for task in tasks:
            for name in task.absent if task.entity == CUSTOMER else ():
                if name not in had:
                    query = ProfileQuery(Not(Equals(name, (None,))), Sorting(CUSTOMER_ID), model.fitting)
                    found = await self._customers.find(model.instance.instance_id, query, 1, job.submitted_at)
                    had[name] = bool(found.rows)
            lost = ", ".join(f"'{layout.column(name)}'" for name in task.absent if had.get(name))
            if lost:
                yield f"{task.file} has no column {lost}; customers keep the values that they have."


def _failed(task: Task, message: str) -> Task:
    return replace(task, done=True, failed=True, message=message)
