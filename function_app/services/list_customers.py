"""List customers; conditions and order apply to merged values.

The store finds customers by what is kept of them. Those that are due are few, because they are settled every minute;
the condition and the order are applied to them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.profile import Attributes
from function_app.domain.query import Condition, Position, ProfileQuery, Sorting, holds, sort_key
from function_app.errors import TooManyDue
from function_app.services.instances import CompiledInstance
from function_app.services.settle import Settle
from function_app.store.port import Store

BY_KEY = Sorting(CUSTOMER_ID)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Condition, order, page size and start of a list of customers, and whether to count all that match."""

    condition: Condition | None = None
    sorting: Sorting = BY_KEY
    top: int = 100
    skip: int = 0
    after: Position | None = None
    count: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Merged profiles in order, the position of the next page if there is one, and the count if requested."""

    rows: Sequence[Attributes]
    following: Position | None
    count: int | None


class ListCustomers:
    def __init__(self, store: Store, settle: Settle) -> None:
        self._customers, self._settle = store.customers, settle

    async def __call__(self, model: CompiledInstance, query: ListQuery, now: datetime) -> Page:
        """Return one page of customers as they show at `now`. Raises TooManyDue while very many expire at once."""
        needed = query.skip + query.top + 1
        stored = ProfileQuery(query.condition, query.sorting, model.fitting, query.after, query.count)
        try:
            found = await self._customers.find(model.instance.instance_id, stored, needed, now)
        except TooManyDue:
            self._settle.soon()
            raise
        due = list(_matching(found.due, query.condition))
        rows = _ordered([*found.rows, *due], query) if due else found.rows
        page = rows[query.skip : query.skip + query.top]
        return Page(
            page,
            _position(page[-1], query.sorting) if len(rows) >= needed else None,
            None if found.count is None else found.count + len(due),
        )


def _matching(rows: Iterable[Attributes], condition: Condition | None) -> Iterable[Attributes]:
    return (row for row in rows if condition is None or holds(condition, row))


def _ordered(rows: Iterable[Attributes], query: ListQuery) -> list[Attributes]:
    by, descending = query.sorting.attribute, query.sorting.descending

    def key(row: Attributes) -> tuple[bool, Any, str]:
        return sort_key(row.get(by), row[CUSTOMER_ID])

    kept = list(rows)
    if query.after:
        start = sort_key(query.after.value, query.after.key)
        kept = [row for row in kept if (key(row) < start if descending else key(row) > start)]
    return sorted(kept, key=key, reverse=descending)


def _position(row: Attributes, sorting: Sorting) -> Position:
    return Position(row.get(sorting.attribute), row[CUSTOMER_ID])
