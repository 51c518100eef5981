"""Customers in Cosmos DB: profiles and updates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.entity import CUSTOMER_ID
from function_app.domain.fitting import Fitting
from function_app.domain.instant import format_instant
from function_app.domain.merge import Superseded
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.query import Condition, SourceQuery
from function_app.store import documents
from function_app.store.cosmos.account import Account, batched, binder, gather_bounded, placeholders
from function_app.store.documents import PROFILE_ID, PROFILES, Document
from function_app.store.port import CustomerRead
from function_app.store.sql import CosmosDialect, render

_IDS_A_QUERY = 200
_SHOWING = "c.kind = 'update' AND c.validUntil > @now AND c.supersededUntil <= @now"


class CosmosCustomers:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def read(
        self, instance_id: str, customer_id: str, now: datetime, update_id: str | None = None
    ) -> CustomerRead:
        pk = documents.customer_pk(instance_id, customer_id)
        wanted = f"(c.kind = 'profile' OR ({_SHOWING}))"
        values = {"pk": pk, "now": format_instant(now)}
        if update_id is not None:
            wanted = f"({wanted} OR (c.id = @id AND c.validUntil > @now))"
            values["id"] = documents.update_doc_id(update_id)
        found = await self._query(PROFILES, f"SELECT * FROM c WHERE c.pk = @pk AND {wanted}", values, pk)
        profile = next((document for document in found if document["kind"] == "profile"), None)
        showing = [d for d in found if d["kind"] == "update" and d["supersededUntil"] <= values["now"]]
        repeated = next((document for document in found if document["id"] == values.get("id")), None)
        return CustomerRead(
            documents.customer_of(profile, tuple(map(documents.update_of, showing))) if profile else None,
            documents.update_of(repeated) if repeated else None,
        )

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in customer_ids]
        select = "SELECT VALUE c.customerId FROM c"
        return set(await self._account.query_keys(PROFILES, select, pks, " AND c.kind = 'profile'"))

    async def create_update(self, instance_id: str, update: Update, now: datetime) -> Update | None:
        known = await self._account.create(PROFILES, documents.update_document(instance_id, update, now), now)
        return documents.update_of(known) if known else None

    async def mark_superseded(self, instance_id: str, found: Collection[Superseded], now: datetime) -> None:
        async def mark(one: Superseded) -> None:
            document = documents.update_document(instance_id, one.update, now, one.until)
            with suppress(CosmosResourceNotFoundError):
                await self._account.container(PROFILES).replace_item(document["id"], document, no_response=True)

        await gather_bounded(mark, found)

    async def find_profiles(self, instance_id: str, query: SourceQuery, limit: int) -> Sequence[Customer]:
        found: list[Document] = []
        for condition, order in _walk(query):
            if len(found) < limit:
                found += await self._find(instance_id, query, condition, order, limit - len(found))
        return [documents.customer_of(document) for document in found]

    async def _find(
        self, instance_id: str, query: SourceQuery, extra: _Extra, order: str, limit: int
    ) -> list[Document]:
        """Return documents ordered by one attribute, and by key for equal values.

        Cosmos DB orders by two members only with a composite index for the pair. A page may end among documents with
        equal values, so the documents with its last value are read again, ordered by key.
        """
        where, values = _source_where(instance_id, query.condition, query.without, query.fitting)
        where += extra(binder(values))
        by_key = order.startswith("c.customerId")
        select = f"SELECT TOP {limit:d} * FROM c WHERE"
        page = await self._query(PROFILES, f"{select} {where} ORDER BY {order}", values)
        if by_key or len(page) < limit:
            return page if by_key else _by_key_among_equals(page, query)
        name = query.sorting.attribute
        last = page[-1]["attributes"].get(name)
        whole = _by_key_among_equals([d for d in page if d["attributes"].get(name) != last], query)
        where, values = _source_where(instance_id, query.condition, query.without, query.fitting)
        where += f" AND {CosmosDialect().attribute(name)} = {binder(values)(last)}"
        rest = f"SELECT TOP {limit - len(whole):d} * FROM c WHERE {where} ORDER BY {_key_order(query)}"
        return whole + await self._query(PROFILES, rest, values)

    async def count_profiles(
        self,
        instance_id: str,
        condition: Condition | None,
        without: frozenset[str],
        fitting: Fitting | None = None,
    ) -> int:
        where, values = _source_where(instance_id, condition, without, fitting)
        return sum(await self._query(PROFILES, f"SELECT VALUE COUNT(1) FROM c WHERE {where}", values))

    async def find_with_updates_of(self, instance_id: str, names: Collection[str], now: datetime) -> Sequence[Customer]:
        values: dict[str, Any] = {"instance": instance_id, "now": format_instant(now)}
        bind = binder(values)
        naming = " OR ".join(f"ARRAY_CONTAINS(c.names, {bind(name)})" for name in names)
        sql = f"SELECT VALUE c.customerId FROM c WHERE c.instanceId = @instance AND {_SHOWING} AND ({naming})"
        ids = sorted(set(await self._query(PROFILES, sql, values)))
        reads = await gather_bounded(lambda customer_id: self.read(instance_id, customer_id, now), ids)
        return [read.customer for read in reads if read.customer]

    async def read_updates(
        self, instance_id: str, customer_ids: Collection[str], now: datetime
    ) -> Mapping[str, tuple[Update, ...]]:
        ids, found = list(customer_ids), dict[str, list[Update]]()
        for start in range(0, len(ids), _IDS_A_QUERY):
            some = ids[start : start + _IDS_A_QUERY]
            values = {"now": format_instant(now)}
            keys = placeholders([documents.customer_pk(instance_id, customer_id) for customer_id in some], values)
            sql = f"SELECT * FROM c WHERE c.pk IN ({keys}) AND {_SHOWING}"
            for document in await self._query(PROFILES, sql, values):
                found.setdefault(document["customerId"], []).append(documents.update_of(document))
        return {customer_id: tuple(updates) for customer_id, updates in found.items()}

    async def read_profiles(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        pks = [(PROFILE_ID, documents.customer_pk(instance_id, customer_id)) for customer_id in customer_ids]
        found = await self._account.read_items(PROFILES, pks)
        return {document["customerId"]: document["attributes"] for document in found}

    async def write_profiles(
        self, instance_id: str, profiles: Mapping[str, bytes], digests: Mapping[str, str] | None = None
    ) -> None:
        known = digests or {}

        async def write(profile: tuple[str, bytes]) -> None:
            key, content = profile
            document = documents.profile_document(instance_id, key, orjson.loads(content), known.get(key, ""))
            await self._account.container(PROFILES).upsert_item(document, no_response=True)

        await gather_bounded(write, profiles.items())

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in digests]
        select = "SELECT c.customerId, c.digest FROM c"
        rows = await self._account.query_keys(PROFILES, select, pks, " AND c.kind = 'profile'")
        known = {row["customerId"]: row["digest"] for row in rows}
        changed = [key for key, digest in digests.items() if known.get(key) != digest]
        old = await self.read_profiles(instance_id, [key for key in changed if key in known])
        return {key: old.get(key) for key in changed}

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        sql = f"SELECT TOP {limit:d} VALUE c.customerId FROM c WHERE c.instanceId = @instance AND c.kind = 'profile'"
        values = {"instance": instance_id, "after": after}
        return await self._query(PROFILES, f"{sql} AND c.customerId > @after ORDER BY c.customerId", values)

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        live = "c.kind = 'update' AND c.validUntil > @now AND c.customerId > @after"
        sql = f"SELECT VALUE c.customerId FROM c WHERE c.instanceId = @instance AND {live}"
        values = {"instance": instance_id, "after": after, "now": format_instant(now)}
        ids = sorted(set(await self._query(PROFILES, sql, values)))
        found: list[Customer] = []
        for some in batched(ids, limit):
            reads = await gather_bounded(lambda customer_id: self.read(instance_id, customer_id, now), some)
            found += [read.customer for read in reads if read.customer]
            if len(found) >= limit:
                break
        return found[:limit]

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        container = self._account.container(PROFILES)

        async def remove(customer_id: str) -> None:
            with suppress(CosmosResourceNotFoundError):
                await container.delete_item(PROFILE_ID, documents.customer_pk(instance_id, customer_id))

        await gather_bounded(remove, customer_ids)


_Extra = Callable[[Callable[[Any], str]], str]


def _walk(query: SourceQuery) -> list[tuple[_Extra, str]]:
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


def _key_order(query: SourceQuery) -> str:
    return "c.customerId DESC" if query.sorting.descending else "c.customerId ASC"


def _by_key_among_equals(page: list[Document], query: SourceQuery) -> list[Document]:
    name, descending = query.sorting.attribute, query.sorting.descending
    return sorted(page, key=lambda d: (d["attributes"][name], d["customerId"]), reverse=descending)


def _source_where(
    instance_id: str, condition: Condition | None, without: Collection[str], fitting: Fitting | None
) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"instance": instance_id}
    where = "c.instanceId = @instance AND c.kind = 'profile'"
    if without:
        values["without"] = sorted(without)
        where += " AND NOT ARRAY_CONTAINS(@without, c.customerId)"
    return where + (f" AND {render(condition, CosmosDialect(fitting), binder(values))}" if condition else ""), values
