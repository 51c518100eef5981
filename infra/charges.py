"""Request units: what Microsoft publishes of each kind of request, and what the requests of an operation add up to.

A table by size for reads and writes, 0.2 for each indexed term, a replace twice a create ("Understand request units
consumption", 2025). They are illustrative there, and an estimate here: measure on your own account.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

KB_READ_WRITE = (
    (1, 1.00, 4.95), (2, 1.04, 6.29), (4, 1.14, 6.67), (8, 1.33, 7.04), (16, 1.67, 9.52), (32, 2.19, 11.23),
    (64, 4.76, 22.67), (128, 9.95, 48.19), (256, 20.28, 98.29),
)  # fmt: skip
TERM = 0.2
QUERY = 1.5  # what a query costs in each physical partition, more than point reads of what it returns


def read(size: float) -> float:
    return _charge(size, 1)


def create(size: float, terms: int) -> float:
    """Return what a create costs, and as much what deleting that document costs."""
    return _charge(size, 2) + TERM * terms


def replace(size: float, changed_terms: int) -> float:
    return 2 * create(size, changed_terms)


def _charge(size: float, column: int) -> float:
    """Interpolate the published table; below 1 KB everything costs as 1 KB."""
    kb = max(1.0, size / 1024)
    at = min(max(1, bisect_left(KB_READ_WRITE, (kb,))), len(KB_READ_WRITE) - 1)
    low, high = KB_READ_WRITE[at - 1], KB_READ_WRITE[at]
    return low[column] + (high[column] - low[column]) * (kb - low[0]) / (high[0] - low[0])


@dataclass(frozen=True)
class Request:
    """A request of the store, which up to `shared` operations of a refresh make together; `units` is one's part."""

    kind: Literal["query", "create", "upsert"]
    units: float
    shared: int = 1

    def __str__(self) -> str:
        return f"1 {self.kind}" + (f" for {self.shared:,}" if self.shared > 1 else "")


def querying(*sizes: float, shared: int = 1, partitions: int = 1) -> Request:
    """Return a query that finds documents of these sizes for each operation, and asks so many physical partitions."""
    return Request("query", QUERY * partitions / shared + sum(map(read, sizes)), shared)


def creating(document: tuple[float, int]) -> Request:
    return Request("create", create(*document))


def replacing(document: tuple[float, int]) -> Request:
    """Return the upsert of a document of this size, of which so many indexed terms change."""
    return Request("upsert", replace(*document))


@dataclass(frozen=True)
class Charge:
    """An operation: how often it comes in a month, its requests; `expiry` is the deletion when its document expires."""

    operation: str
    monthly: float
    requests: tuple[Request, ...]
    expiry: float = 0.0

    @property
    def units(self) -> float:
        return sum(request.units for request in self.requests)
