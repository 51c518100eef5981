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
    landed: Annotated[int, Field(title="Landed", description="Live updates with values that the source now has.")]
    parts: NotRequired[
        Annotated[int | None, Field(title="Parts", description="The number of steps, once the refresh is planned.")]
    ]
    partsDone: NotRequired[
        Annotated[int | None, Field(title="Parts Done", description="The number of steps that are done.")]
    ]


class LandedUpdate(TypedDict):
    customerId: Annotated[str, Field(title="Customer ID", description="The id of the customer.")]
    updateId: Annotated[str, Field(title="Update ID", description="The id of the update.")]
    attributes: Annotated[list[str], Field(title="Attributes", description="The attributes that the update changes.")]


class Landed(TypedDict):
    """Live updates with values that the source now has."""

    count: Annotated[int, Field(title="Count", description="The number of landed updates.")]
    updates: Annotated[list[LandedUpdate], Field(title="Updates", description="The first 1000 landed updates.")]


class NodeInfo(TypedDict):
    """One step of a refresh."""

    name: Annotated[str, Field(title="Name", description="What the step does.")]
    jobId: NotRequired[Annotated[str | None, Field(title="Job ID", description="The job of the step.")]]
    file: NotRequired[Annotated[str | None, Field(title="File", description="The file that the step loads.")]]
    status: Annotated[str, Field(title="Status", description="queued, running, successful, failed or aborted.")]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, or what was not done.")]
    ]
    progress: Annotated[Progress, Field(title="Progress", description="The counts of rows of the step.")]


class NodeList(RootModel[list[NodeInfo]]):
    """The steps of a refresh."""


class JobInfo(TypedDict):
    """A refresh job."""

    jobId: Annotated[str, Field(title="Job ID", description="The id of the job.")]
    jobType: Annotated[str, Field(title="Type", description="Always full.")]
    jobSubmissionKind: Annotated[str, Field(title="Submitted", description="onDemand or scheduled.")]
    jobStatus: Annotated[str, Field(title="Status", description="queued, running, successful, failed or skipped.")]
    operationType: Annotated[str, Field(title="Operation", description="Always ingestion.")]
    submittedTimestamp: Annotated[str, Field(title="Submitted At", description="When the refresh was requested.")]
    endTimestamp: NotRequired[Annotated[str | None, Field(title="Ended At", description="When the refresh ended.")]]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, or what was not done.")]
    ]
    progress: Annotated[Progress, Field(title="Progress", description="The counts of rows so far.")]
    landed: Annotated[Landed, Field(title="Landed", description="Live updates with values that the source now has.")]
    tasks: NotRequired[Annotated[list[NodeInfo] | None, Field(title="Tasks", description="The steps, if requested.")]]


class JobList(RootModel[list[JobInfo]]):
    """Refreshes, newest first."""


class RejectedRow(TypedDict):
    file: Annotated[str, Field(title="File", description="The file of the row.")]
    row: Annotated[
        int, Field(title="Row", description="The number of the row in its file, from 1, without the header.")
    ]
    reason: Annotated[str, Field(title="Reason", description="Why the row was rejected, and what is expected.")]


class RejectedRows(TypedDict):
    """The rows that a refresh rejected."""

    jobId: Annotated[str, Field(title="Job ID", description="The id of the job.")]
    count: Annotated[int, Field(title="Count", description="The number of rejected rows.")]
    value: Annotated[list[RejectedRow], Field(title="Rows", description="The first 1000 rejected rows of each file.")]
