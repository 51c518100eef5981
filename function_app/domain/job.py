"""A refresh as a job: tasks in stages; a repeated task leads to the same state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

Status = Literal["queued", "running", "successful", "failed", "skipped"]
Work = Literal["load", "remove", "finish"]
MAX_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Counts:
    """Results of rows; `waiting` counts source activities with a customer that the source does not have yet."""

    rows: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    waiting: int = 0
    joined: int = 0
    landed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a snapshot to load, or work after all parts; tasks of one stage may run in any order.

    `version` detects a file that changed after planning, `seen_at` is the time of the last progress, `message` explains
    a failure or unfinished work; `notes` are the first rejected rows or landed updates.
    """

    job_id: str
    index: int
    stage: int
    work: Work
    entity: str
    file: str = ""
    version: str = ""
    done: bool = False
    failed: bool = False
    message: str | None = None
    seen_at: datetime | None = None
    counts: Counts = Counts()
    notes: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One refresh of an instance; `message` explains a failure or unfinished work."""

    job_id: str
    status: Status
    submission: Literal["onDemand", "scheduled"]
    submitted_at: datetime
    ended_at: datetime | None = None
    message: str | None = None

    @property
    def is_running(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Step:
    """The next work of a worker: one task of a job, or the planning of the tasks if `index` is None."""

    instance_id: str
    job_id: str
    index: int | None = None


def job_id_after(newest: Job | None) -> str:
    """Return the id of the job after the newest; concurrent callers get the same id, and one can create the job."""
    return f"{int(newest.job_id) + 1 if newest else 1:08d}"


def total(tasks: Iterable[Task]) -> Counts:
    """Return the sum of the tasks' counts."""
    return sum((task.counts for task in tasks), Counts())


def open_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks that may run now: the unfinished ones of the first stage that has any."""
    left = [task for task in tasks if not task.done]
    stage = min((task.stage for task in left), default=0)
    return [task for task in left if task.stage == stage]
