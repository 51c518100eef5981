"""List customers; conditions and order apply to merged values.

The store evaluates source profiles of customers that have no live update of the attributes in the query; the few
other customers are merged and evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.merge import merge
from function_app.domain.profile import Attributes, Customer
from function_app.domain.query import Condition, Position, Sorting, SourceQuery, holds, names_in, sort_key
from function_app.services.instances import CompiledInstance
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
    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, model: CompiledInstance, query: ListQuery, now: datetime) -> Page:
        """Return one page of customers with values merged at `now`."""
        instance_id, fitting = model.instance.instance_id, model.fitting
        names = (names_in(query.condition) | {query.sorting.attribute}) - {CUSTOMER_ID}
        touched = await self._store.customers.find_with_updates_of(instance_id, names, now) if names else ()
        without = frozenset(customer.customer_id for customer in touched)
        merged = (merge(c.source, c.updates, now).attributes for c in map(fitting.customer, touched))
        live = list(_matching(merged, query.condition))

        needed = query.skip + query.top + 1
        source = SourceQuery(query.condition, query.sorting, query.after, without, fitting)
        found = await self._store.customers.find_profiles(instance_id, source, needed)
        rows = _ordered([*(fitting.customer(c).source for c in found), *live], query)[query.skip : needed]
        page = await self._merged(model, rows[: query.top], found, now)
        count = None
        if query.count:
            sources = self._store.customers.count_profiles(instance_id, query.condition, without, fitting)
            count = len(live) + await sources
        return Page(
            list(_matching(page, query.condition)),
            _position(rows[query.top - 1], query.sorting) if len(rows) > query.top else None,
            count,
        )

    async def _merged(
        self, model: CompiledInstance, rows: Sequence[Attributes], sources: Sequence[Customer], now: datetime
    ) -> list[Attributes]:
        unmerged = {customer.customer_id for customer in sources}
        ids = [row[CUSTOMER_ID] for row in rows if row[CUSTOMER_ID] in unmerged]
        found = await self._store.customers.read_updates(model.instance.instance_id, ids, now) if ids else {}
        updates = {customer_id: map(model.fitting.update, of_one) for customer_id, of_one in found.items()}
        return [merge(row, updates.get(row[CUSTOMER_ID], ()), now).attributes for row in rows]


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
