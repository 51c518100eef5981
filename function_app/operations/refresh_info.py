"""Jobs and their steps, as responses have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

from function_app.domain.instant import format_instant
from function_app.domain.job import Job, Task, total, warnings_of
from function_app.operations.refresh_models import JobInfo, LandedUpdate, NodeInfo, Progress, SnapshotInfo

_NODES = {"load": "Load {}", "remove": "Remove missing customers", "finish": "Join activities, find landed updates"}


def job_info(job: Job, tasks: Sequence[Task], *, parts: bool) -> JobInfo:
    """Return a job as callers see it; `parts` is whether to add its steps."""
    landed = [note for task in tasks if task.work == "finish" for note in task.notes]
    snapshots: list[SnapshotInfo] = [{"entity": name, "folder": folder} for name, folder in job.snapshots.items()]
    info: JobInfo = {
        "jobId": job.job_id,
        "jobType": "full",
        "jobSubmissionKind": job.submission,
        "jobStatus": job.status,
        "operationType": job.operation,
        "identifiers": list(job.entities),
        "submittedTimestamp": format_instant(job.submitted_at),
        "endTimestamp": format_instant(job.ended_at) if job.ended_at else None,
        "message": job.message,
        "acceptRemovals": job.accept_removals,
        "warnings": warnings_of(job, tasks),
        "snapshots": snapshots,
        "progress": counts_of(tasks),
        "landed": {"count": total(tasks).landed, "updates": cast("list[LandedUpdate]", landed)},
    }
    return {**info, "tasks": [_part(job, task) for task in tasks] if parts else None}


def _part(job: Job, task: Task) -> NodeInfo:
    status = status_of(job, [task])
    return {
        "name": node_of(task),
        "jobId": job.job_id,
        "file": task.file or None,
        "status": status,
        "message": task.message,
        "warnings": [*task.doubts, *task.warnings],
        "progress": counts_of([task]),
    }


def node_of(task: Task) -> str:
    """Return what a step does."""
    return _NODES[task.work].format(task.entity)


def status_of(job: Job, tasks: Sequence[Task]) -> str:
    """Return the status of some steps of a job together."""
    if any(task.failed for task in tasks):
        return "failed"
    if all(task.done for task in tasks):
        return "successful"
    if not job.is_running:
        return "aborted"
    return "running" if any(task.done or task.seen_at for task in tasks) else "queued"


def counts_of(tasks: Sequence[Task]) -> Progress:
    """Return the numbers of rows of some steps together."""
    done = sum(task.done for task in tasks)
    return cast("Progress", {**asdict(total(tasks)), "parts": len(tasks), "partsDone": done})
