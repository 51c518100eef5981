"""Bodies of refreshes: jobs, their steps, and rejected rows."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, RootModel
from typing_extensions import TypedDict


class Progress(TypedDict):
    """What became of rows."""

    rows: Annotated[int, Field(title="Rows", description="Rows read.")]
    written: Annotated[int, Field(title="Written", description="Rows that were new or changed.")]
    unchanged: Annotated[int, Field(title="Unchanged", description="Rows that were there already.")]
    removed: Annotated[int, Field(title="Removed", description="Customers removed.")]
    rejected: Annotated[int, Field(title="Rejected", description="Rows that don't fit the definition.")]
    waiting: Annotated[int, Field(title="Waiting", description="Activities of unknown customers.")]
    joined: Annotated[int, Field(title="Joined", description="Parked activities that joined their customer.")]
    landed: Annotated[int, Field(title="Landed", description="Live updates whose values the source holds now.")]
    parts: NotRequired[Annotated[int | None, Field(title="Parts", description="Steps of the refresh, once planned.")]]
    partsDone: NotRequired[Annotated[int | None, Field(title="Parts Done", description="Steps that are done.")]]


class LandedUpdate(TypedDict):
    customerId: Annotated[str, Field(title="Customer ID", description="The customer.")]
    updateId: Annotated[str, Field(title="Update ID", description="The update's id.")]
    attributes: Annotated[list[str], Field(title="Attributes", description="The attributes it names.")]


class Landed(TypedDict):
    """Live updates whose values the source holds now."""

    count: Annotated[int, Field(title="Count", description="How many updates landed.")]
    updates: Annotated[list[LandedUpdate], Field(title="Updates", description="The first 1000 of them.")]


class NodeInfo(TypedDict):
    """One step of a refresh."""

    name: Annotated[str, Field(title="Name", description="What the step does.")]
    jobId: NotRequired[Annotated[str | None, Field(title="Job ID", description="The job it belongs to.")]]
    file: NotRequired[Annotated[str | None, Field(title="File", description="The part it loads.")]]
    status: Annotated[str, Field(title="Status", description="queued, running, successful, failed or aborted.")]
    message: NotRequired[Annotated[str | None, Field(title="Message", description="Why it failed.")]]
    warnings: Annotated[list[str], Field(title="Warnings", description="What is odd about its rows.")]
    progress: Annotated[Progress, Field(title="Progress", description="Numbers of its rows.")]


class NodeList(RootModel[list[NodeInfo]]):
    """The steps of a refresh."""


class SnapshotInfo(TypedDict):
    """The snapshot of an entity that a refresh loads."""

    entity: Annotated[str, Field(title="Entity", description="The entity.")]
    folder: Annotated[str, Field(title="Folder", description="The folder with the parts of its newest snapshot.")]


class JobInfo(TypedDict):
    """One refresh."""

    jobId: Annotated[str, Field(title="Job ID", description="The job's id.")]
    jobType: Annotated[str, Field(title="Type", description="Always full.")]
    jobSubmissionKind: Annotated[str, Field(title="Submitted", description="onDemand or scheduled.")]
    jobStatus: Annotated[
        str, Field(title="Status", description="queued, running, successful, failed, aborted or skipped.")
    ]
    operationType: Annotated[str, Field(title="Operation", description="Always ingestion.")]
    submittedTimestamp: Annotated[str, Field(title="Submitted At", description="When it was asked for.")]
    endTimestamp: NotRequired[Annotated[str | None, Field(title="Ended At", description="When it ended.")]]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, was cancelled, or was skipped.")]
    ]
    acceptRemovals: Annotated[
        bool, Field(title="Accept Removals", description="Whether any number of customers may be removed.")
    ]
    warnings: Annotated[list[str], Field(title="Warnings", description="What is odd about the snapshots.")]
    snapshots: Annotated[
        list[SnapshotInfo], Field(title="Snapshots", description="The folder that was taken for each entity.")
    ]
    progress: Annotated[Progress, Field(title="Progress", description="Numbers of rows so far.")]
    landed: Annotated[Landed, Field(title="Landed", description="Live updates whose values the source holds now.")]
    tasks: NotRequired[Annotated[list[NodeInfo] | None, Field(title="Tasks", description="Its steps, if asked for.")]]


class JobList(RootModel[list[JobInfo]]):
    """Refreshes, newest first."""


class RejectedRow(TypedDict):
    file: Annotated[str, Field(title="File", description="The file with the row.")]
    row: Annotated[int, Field(title="Row", description="Its number from 1, the header not counted.")]
    line: Annotated[int | None, Field(title="Line", description="The line of a CSV in which it begins.")]
    column: Annotated[str | None, Field(title="Column", description="The first column with a fault.")]
    reason: Annotated[str, Field(title="Reason", description="What was received, and what would be right.")]


RejectedRows = TypedDict(
    "RejectedRows",
    {
        "jobId": Annotated[str, Field(title="Job ID", description="The job's id.")],
        "count": Annotated[int, Field(title="Count", description="The number of all rejected rows.")],
        "value": Annotated[list[RejectedRow], Field(title="Rows", description="Up to 1000 rejected rows.")],
        "@odata.nextLink": NotRequired[
            Annotated[str | None, Field(title="Next Page", description="The address of the next page.")]
        ],
    },
)
"""One page of the rows that a refresh rejected."""
