"""Refreshes: start, list and get, with the rejected rows."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from function_app import error_codes
from function_app.api import options, paging
from function_app.api import parameters as params
from function_app.api.call import Answer, Call
from function_app.api.operation import Body, Operation, Response, operation
from function_app.api.parameter import Choices, ParameterType, path, query
from function_app.api.parameter_types import integer, text
from function_app.domain.access import Role
from function_app.domain.job import INGESTION, Job, Task, total
from function_app.errors import ServiceError
from function_app.operations.refresh_info import counts_of, job_info, node_of, status_of
from function_app.operations.refresh_models import (
    JobInfo,
    JobList,
    NodeInfo,
    NodeList,
    RejectedRow,
    RejectedRows,
)

MAIN = "main"


JOBS = "instances/{instanceId}/workflows/{workflowName}/jobs"
JOB = JOBS + "/{jobId}"
REJECTED = JOB + "/rejected"
STATUS = "instances/{instanceId}/workflows/{workflowName}/status"


def _also(path: str) -> tuple[str, ...]:
    """Return the path that today's documentation of the original API has."""
    return (path.replace("/workflows/", "/manage/workflows/"),)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


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
PAGES_AT_ONCE, MAX_OPERATION = 5, 100
OPERATION = query(
    "operationType",
    "Operation",
    "A name of the operation for the job. A refresh does the same whatever it is.",
    text(MAX_OPERATION),
    visibility="internal",
)
IDENTIFIERS = query(
    "identifiers",
    "Identifiers",
    "The entities to load, separated by commas, like Customer,Shop_Purchases. Without them all are loaded.",
    ParameterType[list[str]](_names),
    visibility="internal",
)
ON_DEMAND = (
    OPERATION,
    IDENTIFIERS,
    params.without_effect("forceRunRequested", "Force Run"),
)


class JobRequest(BaseModel):
    """The body of clients of the original API. What the query says counts; what is not here changes nothing."""

    model_config = ConfigDict(extra="ignore", strict=True)

    operationType: str | None = Field(default=None, max_length=MAX_OPERATION)
    identifiers: list[str] | None = None


def _instance(call: Call) -> str:
    if call[WORKFLOW] != MAIN:
        message = f"There is no workflow '{call[WORKFLOW][:64]}'; use '{MAIN}'."
        raise ServiceError(error_codes.WORKFLOW_NOT_FOUND(message, WORKFLOW.name))
    return call.model.instance.instance_id


def _entities(call: Call) -> Sequence[str]:
    """Return the names of the entities to load, none for all."""
    names = call[IDENTIFIERS]
    return names or (call.body.identifiers if call.body else None) or ()


@operation(
    "POST",
    JOBS,
    aliases=_also(JOBS),
    id="StartRefresh",
    summary="Start a refresh",
    description="Starts a refresh from the newest snapshots of the source, or returns the one that is running. Use it "
    "when new snapshots of the source are in place. Do not use it to make an update show: updates show at "
    "once.",
    role=Role.ADMINISTRATOR,
    parameters=(params.INSTANCE_ID, WORKFLOW, ACCEPT_REMOVALS, *ON_DEMAND),
    body=Body("The entities to load.", JobRequest, error_code=error_codes.INVALID_PARAMETER, optional=True),
    responses={200: Response("The refresh job.", JobInfo)},
    checks=(_instance, lambda call: call.model.check_loaded(_entities(call), IDENTIFIERS.name)),
)
async def start_refresh(call: Call) -> Answer:
    instance_id = _instance(call)
    job = await call.services.refresh.start(
        instance_id,
        "onDemand",
        call.now,
        accept_removals=call[ACCEPT_REMOVALS],
        entities=_entities(call),
        operation=call[OPERATION] or call.body.operationType or INGESTION,
    )
    return Answer(200, job_info(job, await call.services.refresh.tasks(instance_id, job.job_id), parts=False))


@operation(
    "GET",
    JOBS,
    aliases=_also(JOBS),
    id="ListRefreshes",
    summary="List refreshes",
    description="Returns the refreshes of the last 30 days, newest first. Use it to see when the source was last "
    "loaded. For one refresh whose job is known, use Get a refresh.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, TOP, TASKS),
    checks=(_instance,),
    responses={200: Response("The jobs.", JobList)},
)
async def list_refreshes(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    jobs = await refresh.recent(instance_id, call[TOP])
    return Answer(200, [job_info(job, await refresh.tasks(instance_id, job.job_id), parts=call[TASKS]) for job in jobs])


@operation(
    "GET",
    JOB,
    aliases=_also(JOB),
    id="GetRefresh",
    summary="Get a refresh",
    description="Returns a refresh: its status, warnings, and the numbers of rows read, written, removed and "
    "rejected. Use it to see whether a refresh has ended and what it found. Do not use it to start one.",
    role=Role.VIEWER,
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID, TASKS),
    checks=(_instance,),
    responses={200: Response("The job.", JobInfo)},
)
async def get_refresh(call: Call) -> Answer:
    job, tasks = await _job(call)
    return Answer(200, job_info(job, tasks, parts=call[TASKS]))


@operation(
    "DELETE",
    JOB,
    aliases=_also(JOB),
    id="CancelRefresh",
    summary="Cancel a refresh",
    description="Cancels a refresh at once. What it has loaded stays; a refresh that has ended is returned unchanged. "
    "Use it when a refresh loads the wrong snapshots. Do not use it to undo one that has ended.",
    role=Role.ADMINISTRATOR,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID),
    checks=(_instance,),
    responses={200: Response("The job.", JobInfo)},
)
async def cancel_refresh(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    job = await refresh.cancel(instance_id, call[JOB_ID], call.now)
    return Answer(200, job_info(job, await refresh.tasks(instance_id, job.job_id), parts=False))


@operation(
    "GET",
    REJECTED,
    aliases=_also(REJECTED),
    id="GetRejectedRows",
    summary="Get rejected rows",
    description="Returns the rejected rows of the snapshots, each with its file, row, line, column and the reason. "
    "Use it to correct the source after a refresh with warnings. Do not use it for the number alone: use "
    "Get a refresh.",
    role=Role.VIEWER,
    shows_persons=True,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW, JOB_ID, options.SKIPTOKEN),
    checks=(_instance,),
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
            {
                "file": task.file,
                "row": row.number,
                "rows": row.rows,
                "line": row.line,
                "column": row.column,
                "reason": row.reason,
            }
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
    description="Returns the progress of the newest refresh, step by step. Use it to show progress to a person. Do "
    "not use it for warnings and rejected rows: use Get a refresh.",
    role=Role.VIEWER,
    visibility="advanced",
    parameters=(params.INSTANCE_ID, WORKFLOW),
    checks=(_instance,),
    responses={200: Response("The steps of the newest refresh.", NodeList)},
)
async def get_refresh_status(call: Call) -> Answer:
    instance_id, refresh = _instance(call), call.services.refresh
    nodes: list[NodeInfo] = []
    for job in await refresh.recent(instance_id, 1):
        tasks = await refresh.tasks(instance_id, job.job_id)
        for name in dict.fromkeys(map(node_of, tasks)):
            of_node = [task for task in tasks if node_of(task) == name]
            nodes.append(
                {
                    "name": name,
                    "jobId": job.job_id,
                    "file": None,
                    "status": status_of(job, of_node),
                    "message": None,
                    "warnings": [warning for task in of_node for warning in (*task.doubts, *task.warnings)],
                    "progress": counts_of(of_node),
                }
            )
    return Answer(200, nodes)


async def _job(call: Call) -> tuple[Job, Sequence[Task]]:
    instance_id, refresh = _instance(call), call.services.refresh
    job = await refresh.get(instance_id, call[JOB_ID])
    return job, await refresh.tasks(instance_id, job.job_id)


OPERATIONS: tuple[Operation, ...] = (
    start_refresh,
    list_refreshes,
    get_refresh,
    cancel_refresh,
    get_rejected_rows,
    get_refresh_status,
)
