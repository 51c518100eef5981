"""Refreshes: start, list and get, with the rejected rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

from function_app import error_codes
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import Parameter, path, query
from function_app.api.parameter_types import ANY_TEXT, integer, text
from function_app.domain.access import Role
from function_app.domain.instant import format_instant
from function_app.domain.job import Job, Task, total
from function_app.errors import ServiceError
from function_app.operations.refresh_models import (
    JobInfo,
    JobList,
    LandedUpdate,
    NodeInfo,
    NodeList,
    Progress,
    RejectedRows,
)

MAIN = "main"
_NODES = {"load": "Load {}", "remove": "Remove missing customers", "finish": "Join activities, find landed updates"}


def _ignored(name: str, summary: str) -> Parameter[str | None]:
    description = "For compatibility with the original API; has no effect: a refresh loads all entities."
    return query(name, summary, description, ANY_TEXT, visibility="internal")


WORKFLOW = path(
    "workflowName", "Workflow", "The name of the workflow: main.", text(100), visibility="internal", sent=MAIN
)
JOB_ID = path("jobId", "Job", "The id of the refresh, like 00000001.", text(64))
TOP = query("top", "Top", "The maximum number of jobs to return.", integer(1, 100), default=20)
TASKS = params.flag("includeTasks", "Tasks", "Whether to return the steps of each job.")
ON_DEMAND = (
    _ignored("operationType", "Operation"),
    _ignored("identifiers", "Identifiers"),
    params.flag(
        "forceRunRequested",
        "Force Run",
        "For compatibility with the original API; has no effect.",
        visibility="internal",
    ),
)


@operation(
    "POST",
    "instances/{instanceId}/workflows/{workflowName}/jobs",
    id="StartRefresh",
    summary="Start a refresh",
    description="Starts a refresh, which loads the newest snapshots of the source, or returns the one that is running.",
    role=Role.ADMINISTRATOR,
    parameters=(params.INSTANCE_ID, WORKFLOW, *ON_DEMAND),
    responses={200: Response("The refresh job.", JobInfo)},
)
async def start_refresh(call: Call) -> Answer:
    instance_id = _instance(call)
    job = await call.services.refresh.start(instance_id, "onDemand", call.now)
    return Answer(200, _info(job, await call.services.refresh.tasks(instance_id, job.job_id), parts=False))


@operation(
    "GET",
    "instances/{instanceId}/workflows/{workflowName}/jobs",
    id="ListRefreshes",
    summary="List refreshes",
    description="Returns the refreshes of the last 30 days, newest first.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, TOP, TASKS),
    responses={200: Response("The jobs.", JobList)},
)
async def list_refreshes(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    jobs = await refresh.recent(instance_id, call[TOP])
    return Answer(200, [_info(job, await refresh.tasks(instance_id, job.job_id), parts=call[TASKS]) for job in jobs])


@operation(
    "GET",
    "instances/{instanceId}/workflows/{workflowName}/jobs/{jobId}",
    id="GetRefresh",
    summary="Get a refresh",
    description="Returns the status of a refresh and its counts: rows read, written, unchanged, removed and rejected.",
    role=Role.VIEWER,
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID, TASKS),
    responses={200: Response("The job.", JobInfo)},
)
async def get_refresh(call: Call) -> Answer:
    job, tasks = await _job(call)
    return Answer(200, _info(job, tasks, parts=call[TASKS]))


@operation(
    "GET",
    "instances/{instanceId}/workflows/{workflowName}/jobs/{jobId}/rejected",
    id="GetRejectedRows",
    summary="Get rejected rows",
    description="Returns the snapshot rows that a refresh rejected, with file, row and reason.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID),
    responses={200: Response("The rejected rows, up to 1000 of each file.", RejectedRows)},
)
async def get_rejected_rows(call: Call) -> Answer:
    job, tasks = await _job(call)
    rows = [note for task in tasks if task.work == "load" for note in task.notes]
    body = {"jobId": job.job_id, "count": total(tasks).rejected, "value": rows}
    return Answer(200, body, {"Content-Disposition": f'attachment; filename="rejected-{job.job_id}.json"'})


@operation(
    "GET",
    "instances/{instanceId}/workflows/{workflowName}/status",
    id="GetRefreshStatus",
    summary="Get the status of the newest refresh",
    description="Returns the progress of the newest refresh, entity by entity.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW),
    responses={200: Response("The steps of the newest refresh.", NodeList)},
)
async def get_refresh_status(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    nodes: list[NodeInfo] = []
    for job in await refresh.recent(instance_id, 1):
        tasks = await refresh.tasks(instance_id, job.job_id)
        for name in dict.fromkeys(map(_node, tasks)):
            of_node = [task for task in tasks if _node(task) == name]
            nodes.append(
                {"name": name, "jobId": job.job_id, "status": _status(job, of_node), "progress": _counts(of_node)}
            )
    return Answer(200, nodes)


def _instance(call: Call) -> str:
    if call[WORKFLOW] != MAIN:
        message = f"There is no workflow '{call[WORKFLOW][:64]}'; use '{MAIN}'."
        raise ServiceError(error_codes.WORKFLOW_NOT_FOUND(message, WORKFLOW.name))
    return call.model.instance.instance_id


async def _job(call: Call) -> tuple[Job, Sequence[Task]]:
    instance_id, refresh = _instance(call), call.services.refresh
    job = await refresh.get(instance_id, call[JOB_ID])
    return job, await refresh.tasks(instance_id, job.job_id)


def _info(job: Job, tasks: Sequence[Task], *, parts: bool) -> JobInfo:
    landed = [note for task in tasks if task.work == "finish" for note in task.notes]
    info: JobInfo = {
        "jobId": job.job_id,
        "jobType": "full",
        "jobSubmissionKind": job.submission,
        "jobStatus": job.status,
        "operationType": "ingestion",
        "submittedTimestamp": format_instant(job.submitted_at),
        "endTimestamp": format_instant(job.ended_at) if job.ended_at else None,
        "message": job.message,
        "progress": {**_counts(tasks), "parts": len(tasks), "partsDone": sum(task.done for task in tasks)},
        "landed": {"count": total(tasks).landed, "updates": cast("list[LandedUpdate]", landed)},
    }
    return {**info, "tasks": [_part(job, task) for task in tasks]} if parts else info


def _part(job: Job, task: Task) -> NodeInfo:
    status = _status(job, [task])
    return {
        "name": _node(task),
        "file": task.file or None,
        "status": status,
        "message": task.message,
        "progress": _counts([task]),
    }


def _node(task: Task) -> str:
    return _NODES[task.work].format(task.entity)


def _status(job: Job, tasks: Sequence[Task]) -> str:
    if any(task.failed for task in tasks):
        return "failed"
    if all(task.done for task in tasks):
        return "successful"
    if not job.is_running:
        return "aborted"
    return "running" if any(task.done or task.seen_at for task in tasks) else "queued"


def _counts(tasks: Sequence[Task]) -> Progress:
    return cast("Progress", asdict(total(tasks)))


OPERATIONS: tuple[Operation, ...] = (start_refresh, list_refreshes, get_refresh, get_rejected_rows, get_refresh_status)
