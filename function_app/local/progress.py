"""What a load shows: a bar on a terminal, then the result of the job with its warnings and rejected rows."""

from __future__ import annotations

import sys
import time
from typing import Any

_BAR, _REJECTED_SHOWN = 24, 5
_COUNTS = ("written", "unchanged", "removed", "rejected")


class Progress:
    """The progress of one refresh, in one line that is written again and again; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._began, self._is_terminal = time.monotonic(), sys.stderr.isatty()

    def show(self, job: dict[str, Any]) -> None:
        """Show how far a job is."""
        if self._is_terminal:
            done, parts = job["progress"].get("partsDone") or 0, job["progress"].get("parts") or 0
            filled = _BAR * done // max(parts, 1)
            bar = f"[{'#' * filled}{'.' * (_BAR - filled)}] {done} of {parts} parts"
            print(f"\r{bar}, {self._rows(job)}\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self, job: dict[str, Any]) -> None:
        """Show the result of a job that has ended, in one line."""
        if self._is_terminal:
            self.show(job)
            print(file=sys.stderr)
        counts = ", ".join(f"{job['progress'][count]:,} {count}" for count in _COUNTS)
        message = f" {job['message']}" if job.get("message") else ""
        print(f"Refresh {job['jobId']} is {job['jobStatus']}: {self._rows(job)}, {counts}.{message}", flush=True)

    def _rows(self, job: dict[str, Any]) -> str:
        rows = job["progress"]["rows"]
        rate = rows / max(time.monotonic() - self._began, 0.001)
        return f"{rows:,} {'row' if rows == 1 else 'rows'}, {rate:,.0f} rows/s"


def show_warnings(job: dict[str, Any]) -> None:
    """Print the warnings of a job."""
    for warning in job.get("warnings") or ():
        print(f"Warning: {warning}", file=sys.stderr)
    if waiting := job["progress"].get("waiting"):
        print(f"Activities that wait for customers that are not there: {waiting:,}.", file=sys.stderr)


def show_rejected(page: dict[str, Any], address: str) -> None:
    """Print the first rejected rows of a job, and the address of all."""
    rows = page["value"][:_REJECTED_SHOWN]
    print(f"Rejected rows: {page['count']:,}. {'The first' if rows else 'See'}:", file=sys.stderr)
    for row in rows:
        line = f", line {row['line']}" if row.get("line") else ""
        column = f", column {row['column']}" if row.get("column") else ""
        number = f"row {row['row']}" if row["rows"] == 1 else f"rows {row['row']} to {row['row'] + row['rows'] - 1}"
        print(f"  {row['file']}, {number}{line}{column}: {row['reason']}", file=sys.stderr)
    print(f"All rejected rows: {address}", file=sys.stderr)
