"""Response bodies of refreshes: jobs, their steps, and rejected rows."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, RootModel
from typing_extensions import TypedDict


class Progress(TypedDict):
    """How many rows a refresh read, wrote and rejected."""

    rows: Annotated[int, Field(title="Rows", description="Rows that were read.")]
    written: Annotated[int, Field(title="Written", description="Rows that were new or changed.")]
    unchanged: Annotated[int, Field(title="Unchanged", description="Rows that were the same as before.")]
    removed: Annotated[
        int,
        Field(title="Removed", description="Customers that were removed, because the snapshot has no row for them."),
    ]
    rejected: Annotated[int, Field(title="Rejected", description="Rows that do not fit the definition.")]
    waiting: Annotated[
        int, Field(title="Waiting", description="Activities that are parked, because no customer has their source key.")
    ]
    joined: Annotated[
        int, Field(title="Joined", description="Parked activities that joined the timeline of their customer.")
    ]
    landed: Annotated[
        int,
        Field(title="Landed Values", description="Values of live updates that the source has now, each reported once."),
    ]
    contradicted: Annotated[
        int,
        Field(
            title="Contradicted Values",
            description="Values of live updates that show although the source has changed to other ones.",
        ),
    ]
    parts: NotRequired[
        Annotated[int | None, Field(title="Parts", description="The number of steps, once the refresh is planned.")]
    ]
    partsDone: NotRequired[
        Annotated[int | None, Field(title="Parts Done", description="The number of steps that are done.")]
    ]


class LandedUpdate(TypedDict):
    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    updateId: Annotated[str, Field(title="Update ID", description="The id of the update.")]
    attributes: Annotated[list[str], Field(title="Attributes", description="The attributes that landed.")]


class Landed(TypedDict):
    """Values of live updates that the source has now: it shows from now on. Each is reported once."""

    count: Annotated[int, Field(title="Count", description="The number of landed values.")]
    updates: Annotated[
        list[LandedUpdate], Field(title="Updates", description="The first 1000 updates of which something landed.")
    ]


class NodeInfo(TypedDict):
    """One step of a refresh."""

    name: Annotated[str, Field(title="Name", description="What the step does.")]
    jobId: NotRequired[Annotated[str | None, Field(title="Job ID", description="The job of the step.")]]
    file: NotRequired[Annotated[str | None, Field(title="File", description="The file that the step loads.")]]
    status: Annotated[str, Field(title="Status", description="queued, running, successful, failed or aborted.")]
    message: NotRequired[Annotated[str | None, Field(title="Message", description="Why it failed.")]]
    warnings: Annotated[list[str], Field(title="Warnings", description="Oddities of its rows that stopped nothing.")]
    progress: Annotated[Progress, Field(title="Step Progress", description="Numbers of its rows.")]


class NodeList(RootModel[list[NodeInfo]]):
    """The steps of a refresh."""


class SnapshotInfo(TypedDict):
    """The snapshot of an entity that a refresh loads."""

    entity: Annotated[str, Field(title="Entity", description="The entity.")]
    folder: Annotated[str, Field(title="Folder", description="The folder with the parts of its newest snapshot.")]


class JobInfo(TypedDict):
    """A refresh job."""

    jobId: Annotated[str, Field(title="Job ID", description="The id of the job.")]
    jobType: Annotated[str, Field(title="Type", description="Always full.")]
    jobSubmissionKind: Annotated[str, Field(title="Submitted", description="onDemand or scheduled.")]
    jobStatus: Annotated[
        str, Field(title="Status", description="queued, running, successful, failed, aborted or skipped.")
    ]
    operationType: Annotated[str, Field(title="Operation", description="The name of the operation, like ingestion.")]
    identifiers: Annotated[
        list[str], Field(title="Identifiers", description="The entities that are loaded; empty for all.")
    ]
    submittedTimestamp: Annotated[str, Field(title="Submitted At", description="When the refresh was requested.")]
    endTimestamp: NotRequired[Annotated[str | None, Field(title="Ended At", description="When the refresh ended.")]]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, was cancelled, or was skipped.")]
    ]
    acceptRemovals: Annotated[
        bool, Field(title="Accept Removals", description="Whether any number of customers may be removed.")
    ]
    warnings: Annotated[
        list[str], Field(title="Warnings", description="Oddities of the snapshots that stopped nothing.")
    ]
    snapshots: Annotated[
        list[SnapshotInfo], Field(title="Snapshots", description="The folder that is loaded for each entity.")
    ]
    progress: Annotated[Progress, Field(title="Progress", description="Numbers of rows so far.")]
    landed: Annotated[Landed, Field(title="Landed", description="Values of live updates that the source has now.")]
    tasks: NotRequired[Annotated[list[NodeInfo] | None, Field(title="Tasks", description="The steps, if requested.")]]


class JobList(RootModel[list[JobInfo]]):
    """Refreshes, newest first."""


class RejectedRow(TypedDict):
    file: Annotated[str, Field(title="File", description="The file with the row.")]
    row: Annotated[int, Field(title="Row", description="Its number from 1, the header not counted.")]
    rows: Annotated[
        int,
        Field(
            title="Counts As", description="How many rows it is: itself, and those that can not be separated from it."
        ),
    ]
    line: Annotated[int | None, Field(title="Line", description="The line of a CSV in which it begins.")]
    column: Annotated[str | None, Field(title="Column", description="The first column with a fault.")]
    reason: Annotated[str, Field(title="Reason", description="What was received, and what would be right.")]


RejectedRows = TypedDict(
    "RejectedRows",
    {
        "jobId": Annotated[str, Field(title="Job ID", description="The job's id.")],
        "count": Annotated[
            int, Field(title="Count", description="The number of all rejected rows: the sum of Counts As.")
        ],
        "value": Annotated[list[RejectedRow], Field(title="Rows", description="Up to 1000 rejected rows.")],
        "@odata.nextLink": NotRequired[
            Annotated[str | None, Field(title="Next Page", description="The address of the next page.")]
        ],
    },
)
"""One page of the rows that a refresh rejected."""
