"""A refresh as a job: tasks in stages; a repeated task leads to the same state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

Status = Literal["queued", "running", "successful", "failed", "aborted", "skipped"]
Work = Literal["load", "remove", "finish"]
MAX_LISTED, MAX_WARNINGS = 1_000, 50
INGESTION = "ingestion"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of rows by result; `waiting` are source activities of customers that the source does not have yet.

    `landed` and `contradicted` count values of live updates.
    """

    rows: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    waiting: int = 0
    joined: int = 0
    landed: int = 0
    contradicted: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not loaded: its number in the part from 1, its line in a CSV, and the reason.

    `column` is the first column with a fault, None if the fault is in the whole row. `rows` counts the rows that can
    not be separated from it, itself included.
    """

    number: int
    line: int | None
    column: str | None
    reason: str
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """The contribution of some rows of a part, or of another piece of work, to the report of a refresh.

    `rejections` counts the rejected rows that are listed in `rejected`. `doubts` are reasons why the part may lack
    rows; `warnings` do not stop the refresh; `notes` are landed updates, or source keys of two customers.
    """

    rejected: Sequence[RejectedRow] = ()
    rejections: int = 0
    doubts: Sequence[str] = ()
    warnings: Sequence[str] = ()
    notes: Sequence[Mapping[str, Any]] = ()


NOTHING = Report()


@dataclass(frozen=True, slots=True)
class Task:
    """One part of a snapshot to load, or work after all parts; tasks of one stage may run in any order.

    - `version` detects a file that changed after planning; `absent` are attributes without a column in it
    - `attempts` counts starts without a regular end or stop; `seen_at`: the time of its last progress
    - `message`: why it failed; `doubts`: why its part may lack rows; `warnings`: problems that did not stop it
    - `rejected_pages`: the number of stored pages of rejected rows; `notes`: see `Report`
    """

    job_id: str
    index: int
    stage: int
    work: Work
    entity: str
    file: str = ""
    version: str = ""
    absent: tuple[str, ...] = ()
    attempts: int = 0
    done: bool = False
    failed: bool = False
    message: str | None = None
    doubts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seen_at: datetime | None = None
    counts: Counts = Counts()
    rejected_pages: int = 0
    notes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """One refresh of an instance.

    - `accept_removals`: any number of customers may be removed
    - `entities`: only these are loaded, all if empty; `operation`: what the caller called it
    - `snapshots`: the folder that was chosen for each entity; `attempts`: the number of starts of its planning
    - `message`: why it failed, was aborted, or had nothing to load; `warnings`: problems found in planning
    """

    job_id: str
    status: Status
    submission: Literal["onDemand", "scheduled"]
    submitted_at: datetime
    accept_removals: bool = False
    ended_at: datetime | None = None
    message: str | None = None
    attempts: int = 0
    warnings: tuple[str, ...] = ()
    snapshots: dict[str, str] = field(default_factory=dict)
    entities: tuple[str, ...] = ()
    operation: str = INGESTION

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def is_planned(self) -> bool:
        """Whether all tasks are stored; before, some may be there, of a plan that was not written whole."""
        return self.status == "running"


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


def warnings_of(job: Job, tasks: Iterable[Task]) -> list[str]:
    """Return the warnings of a job and its tasks, each once."""
    return list(dict.fromkeys([*job.warnings, *(warning for task in tasks for warning in task.warnings)]))


def open_tasks(tasks: Sequence[Task]) -> list[Task]:
    """Return the tasks that may run now: the unfinished ones of the first stage that has any."""
    left = [task for task in tasks if not task.done]
    stage = min((task.stage for task in left), default=0)
    return [task for task in left if task.stage == stage]
