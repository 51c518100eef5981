"""Bodies of refreshes: jobs, their steps, and rejected rows."""

from __future__ import annotations

from pydantic import BaseModel, Field, RootModel


class Progress(BaseModel):
    """What became of rows."""

    rows: int = Field(title="Rows", description="Rows read.")
    written: int = Field(title="Written", description="Rows that were new or changed.")
    unchanged: int = Field(title="Unchanged", description="Rows that were there already.")
    removed: int = Field(title="Removed", description="Customers that are gone.")
    rejected: int = Field(title="Rejected", description="Rows that don't fit the definition.")
    waiting: int = Field(title="Waiting", description="Activities whose customer is not there.")
    joined: int = Field(title="Joined", description="Parked activities whose customer has come.")
    landed: int = Field(title="Landed", description="Live updates whose values the source holds now.")
    parts: int | None = Field(None, title="Parts", description="Steps of the refresh, once planned.")
    partsDone: int | None = Field(None, title="Parts Done", description="Steps that are done.")


class LandedUpdate(BaseModel):
    customerId: str = Field(title="Customer ID", description="The customer.")
    updateId: str = Field(title="Update ID", description="The update's id.")
    attributes: list[str] = Field(title="Attributes", description="The attributes it names.")


class Landed(BaseModel):
    """Live updates whose values the source holds now."""

    count: int = Field(title="Count", description="How many updates landed.")
    updates: list[LandedUpdate] = Field(title="Updates", description="The first 1000 of them.")


class NodeInfo(BaseModel):
    """One step of a refresh."""

    name: str = Field(title="Name", description="What the step does.")
    jobId: str | None = Field(None, title="Job ID", description="The job it belongs to.")
    file: str | None = Field(None, title="File", description="The part it loads.")
    status: str = Field(title="Status", description="queued, running, successful, failed or aborted.")
    message: str | None = Field(None, title="Message", description="Why it failed, or what it left undone.")
    progress: Progress = Field(title="Progress", description="What became of its rows.")


class NodeList(RootModel[list[NodeInfo]]):
    """The steps of a refresh."""


class JobInfo(BaseModel):
    """One refresh."""

    jobId: str = Field(title="Job ID", description="The job's id.")
    jobType: str = Field(title="Type", description="Always full.")
    jobSubmissionKind: str = Field(title="Submitted", description="onDemand or scheduled.")
    jobStatus: str = Field(title="Status", description="queued, running, successful, failed or skipped.")
    operationType: str = Field(title="Operation", description="Always ingestion.")
    submittedTimestamp: str = Field(title="Submitted At", description="When it was asked for.")
    endTimestamp: str | None = Field(None, title="Ended At", description="When it ended.")
    message: str | None = Field(None, title="Message", description="Why it failed, or what it left undone.")
    progress: Progress = Field(title="Progress", description="What became of the rows so far.")
    landed: Landed = Field(title="Landed", description="Live updates whose values the source holds now.")
    tasks: list[NodeInfo] | None = Field(None, title="Tasks", description="Its steps, if asked for.")


class JobList(RootModel[list[JobInfo]]):
    """Refreshes, newest first."""


class RejectedRow(BaseModel):
    file: str = Field(title="File", description="The part it stands in.")
    row: int = Field(title="Row", description="Its number from 1, the header not counted.")
    reason: str = Field(title="Reason", description="What would be right.")


class RejectedRows(BaseModel):
    """The rows that a refresh rejected."""

    jobId: str = Field(title="Job ID", description="The job's id.")
    count: int = Field(title="Count", description="How many were rejected.")
    value: list[RejectedRow] = Field(title="Rows", description="The first 1000 of each part.")
