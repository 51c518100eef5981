"""Control documents in Cosmos DB: instance definitions, refresh jobs and their tasks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from azure.cosmos.exceptions import (
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from function_app.domain.job import Job, RejectedRow, Task
from function_app.store import documents, job_documents
from function_app.store.cosmos.account import Account, gather_bounded, if_unchanged, translated, won
from function_app.store.documents import CONTROL


class CosmosControl:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def read_instance(self, instance_id: str) -> Mapping[str, Any] | None:
        sql = "SELECT VALUE c.definition FROM c WHERE c.pk = @pk AND c.kind = 'instance'"
        found: list[Mapping[str, Any]] = await self._query(CONTROL, sql, {"pk": instance_id}, instance_id)
        return found[0] if found else None

    async def write_instance(self, instance_id: str, definition: Mapping[str, Any]) -> bool:
        document = documents.instance_document(instance_id, definition)
        with translated():
            try:
                await self._account.container(CONTROL).create_item(document, no_response=True)
            except CosmosResourceExistsError:
                await self._account.container(CONTROL).upsert_item(document, no_response=True)
                return False
        return True

    async def list_instances(self) -> Mapping[str, Mapping[str, Any]]:
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.kind = 'instance'", {})
        return {document["instanceId"]: document["definition"] for document in found}

    async def create_job(self, instance_id: str, job: Job, now: datetime) -> bool:  # noqa: ARG002  # ttl needs no clock
        document = job_documents.job_document(instance_id, job)
        with translated():
            try:
                await self._account.container(CONTROL).create_item(document, no_response=True)
            except CosmosResourceExistsError:
                return False
        return True

    async def update_job(self, instance_id: str, job: Job, now: datetime) -> bool:  # noqa: ARG002  # ttl counts by itself
        document, container = job_documents.job_document(instance_id, job), self._account.container(CONTROL)
        with translated():
            while True:
                try:
                    known = await container.read_item(document["id"], instance_id)
                except CosmosResourceNotFoundError:
                    return False
                if not job_documents.job_of(known).is_running:
                    return False
                guard = if_unchanged(known)
                if await won(container.replace_item(document["id"], document, no_response=True, **guard)):
                    return True  # otherwise another worker was faster: look again

    async def read_job(self, instance_id: str, job_id: str) -> Job | None:
        values = {"pk": instance_id, "id": job_documents.job_doc_id(job_id)}
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.pk = @pk AND c.id = @id", values, instance_id)
        return job_documents.job_of(found[0]) if found else None

    async def list_jobs(self, instance_id: str, limit: int) -> Sequence[Job]:
        sql = f"SELECT TOP {limit:d} * FROM c WHERE c.pk = @pk AND c.kind = 'job' ORDER BY c.id DESC"
        return [
            job_documents.job_of(found) for found in await self._query(CONTROL, sql, {"pk": instance_id}, instance_id)
        ]

    async def write_tasks(self, instance_id: str, tasks: Collection[Task], now: datetime) -> None:  # noqa: ARG002
        put = partial(self._account.put, CONTROL)
        await gather_bounded(put, [job_documents.task_document(instance_id, task) for task in tasks])

    async def read_tasks(self, instance_id: str, job_id: str) -> Sequence[Task]:
        sql = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = 'task' AND c.jobId = @job ORDER BY c.id"
        found = await self._query(CONTROL, sql, {"pk": instance_id, "job": job_id}, instance_id)
        return [job_documents.task_of(document) for document in found]

    async def write_rejected(self, instance_id: str, task: Task, rows: Sequence[RejectedRow], now: datetime) -> None:  # noqa: ARG002
        await self._account.put(CONTROL, job_documents.rejected_document(instance_id, task, rows))

    async def read_rejected(self, instance_id: str, task: Task, page: int) -> Sequence[RejectedRow]:
        values = {"pk": instance_id, "id": job_documents.rejected_doc_id(task, page)}
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.pk = @pk AND c.id = @id", values, instance_id)
        return job_documents.rejected_of(found[0]) if found else []
