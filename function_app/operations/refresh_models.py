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
    removed: Annotated[int, Field(title="Removed", description="Customers that are gone.")]
    rejected: Annotated[int, Field(title="Rejected", description="Rows that don't fit the definition.")]
    waiting: Annotated[int, Field(title="Waiting", description="Activities whose customer is not there.")]
    joined: Annotated[int, Field(title="Joined", description="Parked activities whose customer has come.")]
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
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, or what it left undone.")]
    ]
    progress: Annotated[Progress, Field(title="Progress", description="What became of its rows.")]


class NodeList(RootModel[list[NodeInfo]]):
    """The steps of a refresh."""


class JobInfo(TypedDict):
    """One refresh."""

    jobId: Annotated[str, Field(title="Job ID", description="The job's id.")]
    jobType: Annotated[str, Field(title="Type", description="Always full.")]
    jobSubmissionKind: Annotated[str, Field(title="Submitted", description="onDemand or scheduled.")]
    jobStatus: Annotated[str, Field(title="Status", description="queued, running, successful, failed or skipped.")]
    operationType: Annotated[str, Field(title="Operation", description="Always ingestion.")]
    submittedTimestamp: Annotated[str, Field(title="Submitted At", description="When it was asked for.")]
    endTimestamp: NotRequired[Annotated[str | None, Field(title="Ended At", description="When it ended.")]]
    message: NotRequired[
        Annotated[str | None, Field(title="Message", description="Why it failed, or what it left undone.")]
    ]
    progress: Annotated[Progress, Field(title="Progress", description="What became of the rows so far.")]
    landed: Annotated[Landed, Field(title="Landed", description="Live updates whose values the source holds now.")]
    tasks: NotRequired[Annotated[list[NodeInfo] | None, Field(title="Tasks", description="Its steps, if asked for.")]]


class JobList(RootModel[list[JobInfo]]):
    """Refreshes, newest first."""


class RejectedRow(TypedDict):
    file: Annotated[str, Field(title="File", description="The part it stands in.")]
    row: Annotated[int, Field(title="Row", description="Its number from 1, the header not counted.")]
    reason: Annotated[str, Field(title="Reason", description="What would be right.")]


class RejectedRows(TypedDict):
    """The rows that a refresh rejected."""

    jobId: Annotated[str, Field(title="Job ID", description="The job's id.")]
    count: Annotated[int, Field(title="Count", description="How many were rejected.")]
    value: Annotated[list[RejectedRow], Field(title="Rows", description="The first 1000 of each part.")]
