"""The deletion of an instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """An instance that is being deleted, by which principal, and how many of its documents are removed so far."""

    requested_at: datetime
    requested_by: str
    removed: int = 0
