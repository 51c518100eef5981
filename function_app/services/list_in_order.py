"""List customers in the order of several attributes.

The store orders by the first one. Customers with the same value of it are a group; each group is ordered here by the
others. So a store needs no index of several attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cmp_to_key
from itertools import groupby
from typing import Any, NamedTuple

from function_app import error_codes
from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.profile import Attributes
from function_app.domain.query import AllOf, Equals, Position, Sorting, sort_key
from function_app.errors import ServiceError
from function_app.services.instances import CompiledInstance
from function_app.services.list_customers import ListCustomers, ListQuery

MAX_TIED, CHUNK = 20_000, 1_000
_LAST = "\U0010ffff"


class Place(NamedTuple):
    """The end of a page: the values of its last row in each attribute of the order, and its key."""

    values: tuple[Any, ...]
    key: str


@dataclass(frozen=True, slots=True)
class OrderedPage:
    """Merged profiles in order, the place of the next page if there is one, and the count if requested."""

    rows: Sequence[Attributes]
    following: Place | None
    count: int | None


class ListInOrder:
    def __init__(self, list_customers: ListCustomers) -> None:
        self._list = list_customers

    async def __call__(
        self, model: CompiledInstance, query: ListQuery, orders: Sequence[Sorting], after: Place | None, now: datetime
    ) -> OrderedPage:
        """Return one page of the customers that meet the condition of `query`; its own order and position are unused.

        Raises ServiceError if more than MAX_TIED customers have the same value of the first attribute.
        """
        first, needed = orders[0], query.skip + query.top + 1
        rows: list[Attributes] = []
        position = None
        if after is not None:
            group = await self._group(model, query, first.attribute, after.values[0], now)
            rows += [row for row in _sorted(group, orders) if _compare(_place(row, orders), after, orders) > 0]
            position = _beyond(after.values[0], first)
        while len(rows) < needed:
            asked = replace(query, sorting=first, after=position, skip=0, top=max(CHUNK, needed), count=False)
            chunk = (await self._list(model, asked, now)).rows
            groups = [list(group) for _, group in groupby(chunk, key=lambda row: row.get(first.attribute))]
            if groups and len(chunk) == asked.top:  # the last group may continue in the next chunk
                groups[-1] = await self._group(model, query, first.attribute, groups[-1][0].get(first.attribute), now)
            rows += [row for group in groups for row in _sorted(group, orders)]
            if len(chunk) < asked.top:
                break
            position = _beyond(groups[-1][0].get(first.attribute), first)
        page = rows[query.skip : query.skip + query.top]
        counted = replace(query, top=1, skip=0, after=None)
        count = (await self._list(model, counted, now)).count if query.count else None
        return OrderedPage(page, _place(page[-1], orders) if len(rows) >= needed else None, count)

    async def _group(
        self, model: CompiledInstance, query: ListQuery, name: str, value: Any, now: datetime
    ) -> list[Attributes]:
        """Return all customers with this value of an attribute that meet the condition."""
        mine = Equals(name, (value,))
        condition = mine if query.condition is None else AllOf((query.condition, mine))
        found: list[Attributes] = []
        position = None
        while True:
            page = await self._list(model, ListQuery(condition, top=CHUNK, after=position), now)
            found += page.rows
            position = page.following
            if position is None:
                return found
            if len(found) > MAX_TIED:
                message = f"$orderby begins with '{name}', of which over {MAX_TIED:,} customers have the same value; "
                cure = "begin with an attribute of more values, or filter."
                raise ServiceError(error_codes.INVALID_QUERY(message + cure, "$orderby"))


def _beyond(value: Any, order: Sorting) -> Position:
    """Return the position after every customer with a value."""
    return Position(value, "" if order.descending else _LAST)


def _place(row: Attributes, orders: Sequence[Sorting]) -> Place:
    return Place(tuple(row.get(order.attribute) for order in orders), row[CUSTOMER_ID])


def _compare(one: Place, other: Place, orders: Sequence[Sorting]) -> int:
    """Return a number below, at or above zero as one place is before, at or after the other."""
    pairs = [*zip(orders, one.values, other.values, strict=True), (orders[0], one.key, other.key)]
    for order, mine, others in pairs:
        left, right = sort_key(mine, ""), sort_key(others, "")
        if left != right:
            return 1 if (left > right) is not order.descending else -1
    return 0


def _sorted(rows: Sequence[Attributes], orders: Sequence[Sorting]) -> list[Attributes]:
    def compare(one: Attributes, other: Attributes) -> int:
        return _compare(_place(one, orders), _place(other, orders), orders)

    return sorted(rows, key=cmp_to_key(compare))
