"""Control documents in SQLite: instance definitions, refresh jobs and their tasks."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from function_app.domain.job import Job, RejectedRow, Task
from function_app.store import documents, job_documents
from function_app.store.documents import CONTROL
from function_app.store.embedded.database import Database
from function_app.store.embedded.rows import INSERT, decode, row_of
from function_app.store.job_documents import JOBS_KEPT

_READ_JOB = "SELECT body FROM control WHERE pk = ? AND kind = 'job' AND id = ?"
_READ_REJECTED = "SELECT body FROM control WHERE pk = ? AND kind = 'rejected' AND id = ?"
_READ_INSTANCE = "SELECT body FROM control WHERE pk = ? AND kind = 'instance'"


class EmbeddedControl:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._read = database.read

    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        rows = self._read(_READ_INSTANCE, (instance_id,))
        return decode(rows[0][0])["definition"] if rows else None

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        row = row_of(documents.instance_document(instance_id, definition))

        def write(connection: sqlite3.Connection) -> bool:
            known = connection.execute(_READ_INSTANCE, (instance_id,)).fetchone()
            connection.execute(INSERT.format(CONTROL), row)
            return known is None

        return await self._db.write(write)

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        rows = self._read("SELECT pk, body FROM control WHERE kind = 'instance' ORDER BY pk")
        return {pk: decode(body)["definition"] for pk, body in rows}

    async def create_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        row = row_of(job_documents.job_document(instance_id, job), now + JOBS_KEPT)
        return await self._db.create(CONTROL, [row], now) == [None]

    async def update_job(self, instance_id: str, job: Job, now: datetime) -> bool:
        row = row_of(job_documents.job_document(instance_id, job), now + JOBS_KEPT)

        def update(connection: sqlite3.Connection) -> bool:
            found = connection.execute(_READ_JOB, (instance_id, job_documents.job_doc_id(job.job_id))).fetchone()
            if found is None or not job_documents.job_of(decode(found[0])).is_running:
                return False
            connection.execute(INSERT.format(CONTROL), row)
            return True

        return await self._db.write(update)

    async def read_job(self, instance_id: str, job_id: str) -> Job | None:
        rows = self._read(_READ_JOB, (instance_id, job_documents.job_doc_id(job_id)))
        return job_documents.job_of(decode(rows[0][0])) if rows else None

    async def list_jobs(self, instance_id: str, limit: int) -> Sequence[Job]:
        sql = "SELECT body FROM control WHERE pk = ? AND kind = 'job' ORDER BY id DESC LIMIT ?"
        return [job_documents.job_of(decode(body)) for (body,) in self._read(sql, (instance_id, limit))]

    async def write_tasks(self, instance_id: str, tasks: Collection[Task], now: datetime) -> None:
        rows = (row_of(job_documents.task_document(instance_id, task), now + JOBS_KEPT) for task in tasks)
        await self._db.insert(CONTROL, rows)

    async def read_tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        sql = "SELECT body FROM control WHERE pk = ? AND kind = 'task' AND id > ? AND id < ? ORDER BY id"
        rows = await self._db.scan(sql, [instance_id, f"task-{job_id}-", f"task-{job_id}."])
        return [job_documents.task_of(decode(body)) for (body,) in rows]

    async def write_rejected(self, instance_id: str, task: Task, rows: Sequence[RejectedRow], now: datetime) -> None:
        row = row_of(job_documents.rejected_document(instance_id, task, rows), now + JOBS_KEPT)
        await self._db.insert(CONTROL, [row])

    async def read_rejected(self, instance_id: str, task: Task, page: int) -> Sequence[RejectedRow]:
        rows = self._read(_READ_REJECTED, (instance_id, job_documents.rejected_doc_id(task, page)))
        return job_documents.rejected_of(decode(rows[0][0])) if rows else []
