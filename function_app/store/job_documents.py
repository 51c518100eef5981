"""Documents of refreshes: jobs, their tasks, and pages of rejected rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.instant import format_instant
from function_app.domain.job import Counts, Job, RejectedRow, Task
from function_app.store.documents import Document

JOBS_KEPT = timedelta(days=30)


def job_doc_id(job_id: str) -> str:
    return f"job-{job_id}"


def job_document(instance_id: str, job: Job) -> Document:
    return {
        "id": job_doc_id(job.job_id),
        "pk": instance_id,
        "kind": "job",
        "instanceId": instance_id,
        "job": {
            **asdict(job),
            "submitted_at": format_instant(job.submitted_at),
            "ended_at": format_instant(job.ended_at) if job.ended_at else None,
        },
        "ttl": int(JOBS_KEPT.total_seconds()),
    }


def job_of(document: Mapping[str, Any]) -> Job:
    job = document["job"]
    lists = {name: tuple(job.get(name, ())) for name in ("warnings", "entities")}
    return Job(**{**job, **lists, **_instants(job, "submitted_at", "ended_at")})


def _instants(members: Mapping[str, Any], *names: str) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(members[name]) for name in names if members[name]}


def task_document(instance_id: str, task: Task) -> Document:
    return {
        "id": f"task-{task.job_id}-{task.index:06d}",
        "pk": instance_id,
        "kind": "task",
        "instanceId": instance_id,
        "jobId": task.job_id,
        "task": {**asdict(task), "seen_at": format_instant(task.seen_at) if task.seen_at else None},
        "ttl": int(JOBS_KEPT.total_seconds()),
    }


def task_of(document: Mapping[str, Any]) -> Task:
    task = document["task"]
    lists = {name: tuple(task.get(name, ())) for name in ("absent", "doubts", "warnings", "notes")}
    return Task(**{**task, **lists, "counts": Counts(**task["counts"]), **_instants(task, "seen_at")})


def rejected_doc_id(task: Task, page: int) -> str:
    return f"rejected-{task.job_id}-{task.index:06d}-{page:06d}"


def rejected_document(instance_id: str, task: Task, rows: Sequence[RejectedRow]) -> Document:
    return {
        "id": rejected_doc_id(task, task.rejected_pages),
        "pk": instance_id,
        "kind": "rejected",
        "instanceId": instance_id,
        "jobId": task.job_id,
        "rows": [astuple(row) for row in rows],
        "ttl": int(JOBS_KEPT.total_seconds()),
    }


def rejected_of(document: Mapping[str, Any]) -> list[RejectedRow]:
    return [RejectedRow(*row) for row in document["rows"]]
