"""Request units: the charges that Microsoft publishes by kind of request, and their sums for operations.

A table by size for reads and writes, 0.2 for each indexed term, a replace as two creates ("Understand request units
consumption", 2025). The published figures are illustrative, so the sums are estimates: measure on your own account.
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
QUERY = 1.5  # of a query in each physical partition, in addition to point reads of its results


def read(size: float) -> float:
    return _charge(size, 1)


def create(size: float, terms: int) -> float:
    """Return the charge of creating a document; deleting it costs the same."""
    return _charge(size, 2) + TERM * terms


def replace(size: float, changed_terms: int) -> float:
    return 2 * create(size, changed_terms)


def _charge(size: float, column: int) -> float:
    """Return a charge by interpolation of the published table; sizes below 1 KB are charged as 1 KB."""
    kb = max(1.0, size / 1024)
    at = min(max(1, bisect_left(KB_READ_WRITE, (kb,))), len(KB_READ_WRITE) - 1)
    low, high = KB_READ_WRITE[at - 1], KB_READ_WRITE[at]
    return low[column] + (high[column] - low[column]) * (kb - low[0]) / (high[0] - low[0])


@dataclass(frozen=True)
class Request:
    """A request to the store for up to `shared` operations of a refresh; `units` is the share of one of them."""

    kind: Literal["read", "query", "create", "upsert", "replace", "batch"]
    units: float
    shared: int = 1

    def __str__(self) -> str:
        return f"1 {self.kind}" + (f" for {self.shared:,}" if self.shared > 1 else "")


def reading(size: float) -> Request:
    return Request("read", read(size))


def querying(*sizes: float, shared: int = 1, partitions: int = 1) -> Request:
    """Return a query of this many physical partitions that returns documents of these sizes for each operation."""
    return Request("query", QUERY * partitions / shared + sum(map(read, sizes)), shared)


def creating(document: tuple[float, int]) -> Request:
    return Request("create", create(*document))


def replacing(document: tuple[float, int], kind: Literal["upsert", "replace"] = "upsert") -> Request:
    """Return the replacement of a document, given its size and the number of indexed terms that change."""
    return Request(kind, replace(*document))


def creating_with(document: tuple[float, int], replaced: tuple[float, int]) -> Request:
    """Return the transactional batch that creates one document and replaces another."""
    return Request("batch", create(*document) + replace(*replaced))


@dataclass(frozen=True)
class Charge:
    """An operation: calls per month and requests; `expiry` is the charge of deletion when its document expires.

    The calls are those of one customer, or with `in_all` those of the instance.
    """

    operation: str
    monthly: float
    requests: tuple[Request, ...]
    expiry: float = 0.0
    in_all: bool = False

    @property
    def units(self) -> float:
        return sum(request.units for request in self.requests)
