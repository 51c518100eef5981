"""Instances and their jobs, who may do what, usage, and traces of reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.job import Job, RejectedRow, Task
from function_app.domain.reading import Reading
from function_app.domain.usage import UsageCount


class Control(Protocol):
    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        """Return the definition of an instance; None if there is no such instance."""

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        """Write the definition of an instance; return whether the instance is new."""

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        """Return all definitions by instance id."""

    async def create_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        """Create a job, kept for 30 days; return False if there is one with this id, else True."""

    async def update_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        """Replace a running job, for 30 days; False, and nothing is written, if the stored job has ended."""

    async def read_job(self, instance_id: str, job_id: str) -> Job | None:
        """Return a job; None if there is no such job."""

    async def list_jobs(self, instance_id: str, limit: int) -> Sequence[Job]:
        """Return up to `limit` jobs, newest first."""

    async def write_tasks(self, instance_id: str, tasks: Collection[Task], now: datetime) -> None:
        """Create or replace tasks of a job, kept for 30 days."""

    async def read_tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        """Return the tasks of a job by index."""

    async def write_rejected(self, instance_id: str, task: Task, rows: Sequence[RejectedRow], now: datetime) -> None:
        """Write the page of rejected rows after the `rejected_pages` of a task, new or replaced, for 30 days."""

    async def read_rejected(self, instance_id: str, task: Task, page: int) -> Sequence[RejectedRow]:
        """Return a page of the rejected rows of a task, from 0; empty if there is none."""


class Access(Protocol):
    async def read_grants(self, instance_id: str) -> Grants:
        """Return the role assignments and API keys of an instance; empty if there are none, or no such instance."""

    async def write_assignment(self, instance_id: str, assignment: Assignment) -> None:
        """Create or replace a role assignment, identified by principal id."""

    async def delete_assignment(self, instance_id: str, principal_id: str) -> None:
        """Delete a role assignment, if it exists."""

    async def write_api_key(self, instance_id: str, key: ApiKey) -> None:
        """Create or replace an API key, identified by role and slot."""

    async def delete_api_key(self, instance_id: str, role: Role, slot: Slot) -> None:
        """Delete an API key, if it exists."""

    async def record_change(self, instance_id: str, change: Change) -> None:
        """Add a change to the audit log."""

    async def list_changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return up to `limit` changes from before an instant, newest first."""


class Usage(Protocol):
    async def write(self, instance_id: str, hour: datetime, worker: str, counts: Sequence[UsageCount]) -> None:
        """Write all counts of one worker in one hour, in place of what it wrote for that hour before."""

    async def read(self, instance_id: str, start: datetime, end: datetime) -> Sequence[UsageCount]:
        """Return the counts of all workers in the hours from `start` to before `end`."""

    async def rename_sender(self, instance_id: str, start: datetime, end: datetime, sender: str, name: str) -> None:
        """Give another name to a sender, as caller and as principal, on the days from `start` to before `end`."""


class Readings(Protocol):
    """Traces of reads of personal data, each kept for 30 days."""

    async def write(self, instance_id: str, reading: Reading) -> None:
        """Add the trace of one read."""

    async def of_customer(self, instance_id: str, customer_id: str, now: datetime) -> Sequence[Reading]:
        """Return the kept reads that name a customer, oldest first."""

    async def forget(self, instance_id: str, customer_id: str, start: datetime, now: datetime) -> None:
        """Remove a customer from the traces of the days from `start`; the traces stay."""
