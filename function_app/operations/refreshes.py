"""Refreshes: start, list and get, with the rejected rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import cast

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Operation, Response, operation
from function_app.api.parameter import Choices, Parameter, path, query
from function_app.api.parameter_types import ANY_TEXT, integer, text
from function_app.domain.access import Role
from function_app.domain.instant import format_instant
from function_app.domain.job import Job, Task, total, warnings_of
from function_app.errors import ServiceError
from function_app.operations.refresh_models import (
    JobInfo,
    JobList,
    LandedUpdate,
    NodeInfo,
    NodeList,
    Progress,
    RejectedRow,
    RejectedRows,
    SnapshotInfo,
)

MAIN = "main"
_NODES = {"load": "Load {}", "remove": "Remove missing customers", "finish": "Join activities, find landed updates"}


JOBS = "instances/{instanceId}/workflows/{workflowName}/jobs"
JOB = JOBS + "/{jobId}"
REJECTED = JOB + "/rejected"
STATUS = "instances/{instanceId}/workflows/{workflowName}/status"


def _also(path: str) -> tuple[str, ...]:
    """Return the path that today's documentation of the original API has."""
    return (path.replace("/workflows/", "/manage/workflows/"),)


def _ignored(name: str, summary: str) -> Parameter[str | None]:
    description = "For compatibility with the original API; has no effect: a refresh loads all entities."
    return query(name, summary, description, ANY_TEXT, visibility="internal")


WORKFLOW = path(
    "workflowName", "Workflow", "The name of the workflow: main.", text(100), visibility="internal", sent=MAIN
)
JOB_ID = path(
    "jobId",
    "Job",
    "The id of the refresh, like 00000001.",
    text(64),
    choices=Choices(
        "ListRefreshes", value="jobId", title="submittedTimestamp", given=("instanceId",), fixed={"workflowName": MAIN}
    ),
)
TOP = query("top", "Top", "The maximum number of jobs to return.", integer(1, 100), default=20)
TASKS = params.flag("includeTasks", "Tasks", "Whether to return the steps of each job.")
ACCEPT_REMOVALS = params.flag(
    "acceptRemovals", "Accept Removals", "Whether any number of customers that the snapshot lacks may be removed."
)
PAGES_AT_ONCE = 5
ON_DEMAND = (
    _ignored("operationType", "Operation"),
    _ignored("identifiers", "Identifiers"),
    params.without_effect("forceRunRequested", "Force Run"),
)


@operation(
    "POST",
    JOBS,
    aliases=_also(JOBS),
    id="StartRefresh",
    summary="Start a refresh",
    description="Starts a refresh from the newest snapshots of the source, or returns the one that is running.",
    role=Role.ADMINISTRATOR,
    parameters=(params.INSTANCE_ID, WORKFLOW, ACCEPT_REMOVALS, *ON_DEMAND),
    responses={200: Response("The refresh job.", JobInfo)},
)
async def start_refresh(call: Call) -> Answer:
    instance_id = _instance(call)
    job = await call.services.refresh.start(instance_id, "onDemand", call.now, accept_removals=call[ACCEPT_REMOVALS])
    return Answer(200, _info(job, await call.services.refresh.tasks(instance_id, job.job_id), parts=False))


@operation(
    "GET",
    JOBS,
    aliases=_also(JOBS),
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
    JOB,
    aliases=_also(JOB),
    id="GetRefresh",
    summary="Get a refresh",
    description="Returns a refresh: its status, warnings, and the numbers of rows read, written, removed and rejected.",
    role=Role.VIEWER,
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID, TASKS),
    responses={200: Response("The job.", JobInfo)},
)
async def get_refresh(call: Call) -> Answer:
    job, tasks = await _job(call)
    return Answer(200, _info(job, tasks, parts=call[TASKS]))


@operation(
    "DELETE",
    JOB,
    aliases=_also(JOB),
    id="CancelRefresh",
    summary="Cancel a refresh",
    description="Cancels a refresh at once. What it has loaded stays; a refresh that has ended is returned unchanged.",
    role=Role.ADMINISTRATOR,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID),
    responses={200: Response("The job.", JobInfo)},
)
async def cancel_refresh(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    job = await refresh.cancel(instance_id, call[JOB_ID], call.now)
    return Answer(200, _info(job, await refresh.tasks(instance_id, job.job_id), parts=False))


@operation(
    "GET",
    REJECTED,
    aliases=_also(REJECTED),
    id="GetRejectedRows",
    summary="Get rejected rows",
    description="Returns the rejected rows of the snapshots, each with its file, row, line, column and the reason.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID, options.SKIPTOKEN),
    responses={200: Response("One page of the rows.", RejectedRows)},
)
async def get_rejected_rows(call: Call) -> Answer:
    job, tasks = await _job(call)
    pages = [(task, page) for task in tasks for page in range(task.rejected_pages)]
    start = _first_page(call, len(pages))
    rows: list[RejectedRow] = []
    for task, page in pages[start : start + PAGES_AT_ONCE]:
        found = await call.services.refresh.rejected(_instance(call), task, page)
        rows += [
            {"file": task.file, "row": row.number, "line": row.line, "column": row.column, "reason": row.reason}
            for row in found
        ]
    body: RejectedRows = {"jobId": job.job_id, "count": total(tasks).rejected, "value": rows}
    if start + PAGES_AT_ONCE < len(pages):
        body["@odata.nextLink"] = paging.next_link(call, [start + PAGES_AT_ONCE])
    return Answer(200, body, {"Content-Disposition": f'attachment; filename="rejected-{job.job_id}.json"'})


def _first_page(call: Call, count: int) -> int:
    match paging.read_token(call):
        case None:
            return 0
        case [int(start)] if 0 <= start < count:
            return start
    raise paging.foreign_token()


@operation(
    "GET",
    STATUS,
    aliases=_also(STATUS),
    id="GetRefreshStatus",
    summary="Get the status of the newest refresh",
    description="Returns the progress of the newest refresh, step by step.",
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
                {
                    "name": name,
                    "jobId": job.job_id,
                    "file": None,
                    "status": _status(job, of_node),
                    "message": None,
                    "warnings": [warning for task in of_node for warning in (*task.doubts, *task.warnings)],
                    "progress": _counts(of_node),
                }
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
    snapshots: list[SnapshotInfo] = [{"entity": name, "folder": folder} for name, folder in job.snapshots.items()]
    info: JobInfo = {
        "jobId": job.job_id,
        "jobType": "full",
        "jobSubmissionKind": job.submission,
        "jobStatus": job.status,
        "operationType": "ingestion",
        "submittedTimestamp": format_instant(job.submitted_at),
        "endTimestamp": format_instant(job.ended_at) if job.ended_at else None,
        "message": job.message,
        "acceptRemovals": job.accept_removals,
        "warnings": warnings_of(job, tasks),
        "snapshots": snapshots,
        "progress": _counts(tasks),
        "landed": {"count": total(tasks).landed, "updates": cast("list[LandedUpdate]", landed)},
    }
    return {**info, "tasks": [_part(job, task) for task in tasks] if parts else None}


def _part(job: Job, task: Task) -> NodeInfo:
    status = _status(job, [task])
    return {
        "name": _node(task),
        "jobId": job.job_id,
        "file": task.file or None,
        "status": status,
        "message": task.message,
        "warnings": [*task.doubts, *task.warnings],
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
    done = sum(task.done for task in tasks)
    return cast("Progress", {**asdict(total(tasks)), "parts": len(tasks), "partsDone": done})


OPERATIONS: tuple[Operation, ...] = (
    start_refresh,
    list_refreshes,
    get_refresh,
    cancel_refresh,
    get_rejected_rows,
    get_refresh_status,
)
