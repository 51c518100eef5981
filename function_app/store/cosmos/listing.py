"""Lists of what shows, in Cosmos DB: the pages of a query by one attribute or by key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.instant import format_instant
from function_app.domain.query import ProfileQuery
from function_app.store.cosmos.account import Account, binder
from function_app.store.documents import PROFILES, Document
from function_app.store.sql import CosmosDialect, render

OF_INSTANCE = "c.instanceId = @instance AND c.kind = 'profile'"
DUE = f"{OF_INSTANCE} AND IS_STRING(c.changesAt) AND (c.changesAt <= @now OR c.form != @form)"
_NOT_DUE = f"{OF_INSTANCE} AND (IS_NULL(c.changesAt) OR (c.changesAt > @now AND c.form = @form))"
_SHOWN = "c.customerId, c.form, c.attributes"
_Extra = Callable[[Callable[[Any], str]], str]


class Listing:
    """A query of an instance at an instant, without the customers that are due."""

    def __init__(self, account: Account, instance_id: str, query: ProfileQuery, now: datetime) -> None:
        self._query, self._instance_id, self._wanted, self._now = account.query, instance_id, query, now

    async def count(self) -> int:
        """Count all that match."""
        where, values = self._where()
        return sum(await self._query(PROFILES, f"SELECT VALUE COUNT(1) FROM c WHERE {where}", values))

    async def page(self, limit: int) -> list[Document]:
        """Return up to `limit` documents in order, with CustomerId, form and attributes."""
        found: list[Document] = []
        for condition, order in _walk(self._wanted):
            if len(found) < limit:
                found += await self._part(condition, order, limit - len(found))
        return found

    async def _part(self, extra: _Extra, order: str, limit: int) -> list[Document]:
        """Return documents ordered by one attribute, and by key for equal values.

        Cosmos DB orders by two members only with a composite index for the pair. A page may end among documents with
        equal values, so the documents with its last value are read again, ordered by key.
        """
        query, (where, values) = self._wanted, self._where()
        where += extra(binder(values))
        by_key = order.startswith("c.customerId")
        select = f"SELECT TOP {limit:d} {_SHOWN} FROM c WHERE"
        page = await self._query(PROFILES, f"{select} {where} ORDER BY {order}", values)
        if by_key or len(page) < limit:
            return page if by_key else _by_key_among_equals(page, query)
        name = query.sorting.attribute
        last = page[-1]["attributes"].get(name)
        whole = _by_key_among_equals([d for d in page if d["attributes"].get(name) != last], query)
        where, values = self._where()
        where += f" AND {CosmosDialect().attribute(name)} = {binder(values)(last)}"
        rest = f"SELECT TOP {limit - len(whole):d} {_SHOWN} FROM c WHERE {where} ORDER BY {_key_order(query)}"
        return whole + await self._query(PROFILES, rest, values)

    def _where(self) -> tuple[str, dict[str, Any]]:
        query = self._wanted
        values: dict[str, Any] = {"instance": self._instance_id, "now": format_instant(self._now)}
        values["form"] = query.fitting.form
        if query.condition is None:
            return _NOT_DUE, values
        return f"{_NOT_DUE} AND {render(query.condition, CosmosDialect(query.fitting), binder(values))}", values


def _walk(query: ProfileQuery) -> list[tuple[_Extra, str]]:
    """Return the ordered queries for a page from a position, each with one range index: equal values, then the rest."""
    after, key_order = query.after, _key_order(query)
    beyond = "<" if query.sorting.descending else ">"
    if query.sorting.attribute == CUSTOMER_ID:
        if after is None:
            return [(lambda _: "", key_order)]
        return [(lambda bind: f" AND c.customerId {beyond} {bind(after.key)}", key_order)]
    dialect = CosmosDialect(query.fitting)
    operand, has_value = dialect.attribute(query.sorting.attribute), dialect.has_value(query.sorting.attribute)
    order = f"{operand} {'DESC' if query.sorting.descending else 'ASC'}"
    null, some = f" AND NOT ({has_value})", f" AND {has_value}"
    nulls: tuple[_Extra, str] = (lambda _: null, key_order)
    values: tuple[_Extra, str] = (lambda _: some, order)
    if after is None:
        return [values, nulls] if query.sorting.descending else [nulls, values]
    if after.value is None:
        tied: tuple[_Extra, str] = (lambda bind: f"{null} AND c.customerId {beyond} {bind(after.key)}", key_order)
        return [tied] if query.sorting.descending else [tied, values]
    equal: tuple[_Extra, str] = (
        lambda bind: f" AND {operand} = {bind(after.value)} AND c.customerId {beyond} {bind(after.key)}",
        key_order,
    )
    further: tuple[_Extra, str] = (lambda bind: f"{some} AND {operand} {beyond} {bind(after.value)}", order)
    return [equal, further, nulls] if query.sorting.descending else [equal, further]


def _key_order(query: ProfileQuery) -> str:
    return "c.customerId DESC" if query.sorting.descending else "c.customerId ASC"


def _by_key_among_equals(page: list[Document], query: ProfileQuery) -> list[Document]:
    name, descending = query.sorting.attribute, query.sorting.descending
    return sorted(page, key=lambda d: (d["attributes"][name], d["customerId"]), reverse=descending)
