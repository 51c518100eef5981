"""Customers in Cosmos DB: what shows of each, and updates."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from random import random
from time import monotonic
from typing import Any
from weakref import WeakValueDictionary

import orjson
from azure.cosmos.exceptions import CosmosBatchOperationError, CosmosResourceNotFoundError

from function_app.domain.ending import remember
from function_app.domain.feed import LOOK_UP_WITHIN_S, WRITE_WITHIN_S
from function_app.domain.fitting import Fitting
from function_app.domain.instant import format_instant
from function_app.domain.profile import Attributes, Customer, Update
from function_app.domain.projection import Kept, add, project
from function_app.domain.query import ProfileQuery
from function_app.errors import TooManyDue
from function_app.store import documents, profile_documents
from function_app.store.cosmos.account import Account, gather_bounded, if_unchanged, in_time, lost_race, won
from function_app.store.cosmos.listing import DUE, OF_INSTANCE, Listing
from function_app.store.cosmos.profiles import Profiles
from function_app.store.documents import PROFILE_ID, PROFILES, Document
from function_app.store.port.customers import MAX_DUE, Added, Changed, ChangeUpdates, Found

_CONFLICT = 409
MAX_TRIES = 5
MAX_CHANGED, MAX_CHANGED_BYTES = 90, 500_000  # a batch has up to 100 operations and 2 MB
LOST_RACE_S = 0.02
"""The longest wait before a lost race is tried again: another worker's write may not be readable yet."""


class CosmosCustomers:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query
        self._profiles = Profiles(account)
        self._turns = WeakValueDictionary[str, asyncio.Lock]()

    async def read_json(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> bytes | None:
        kept = await self.read(instance_id, customer_id, fitting, now)
        return orjson.dumps(kept.attributes) if kept else None

    async def read(self, instance_id: str, customer_id: str, fitting: Fitting, now: datetime) -> Kept | None:
        async with in_time(LOOK_UP_WITHIN_S):
            found = await self._profiles.read(documents.customer_pk(instance_id, customer_id), fitting, now)
            return found[1] if found else None

    async def filter_existing(self, instance_id: str, customer_ids: Collection[str]) -> Collection[str]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in customer_ids]
        select = "SELECT VALUE c.customerId FROM c"
        return set(await self._account.query_keys(PROFILES, select, pks, " AND c.kind = 'profile'"))

    async def add_update(self, instance_id: str, update: Update, fitting: Fitting, now: datetime) -> Added | None:
        pk = documents.customer_pk(instance_id, update.customer_id)
        turn, begun = self._turns.setdefault(pk, asyncio.Lock()), monotonic()
        async with in_time(WRITE_WITHIN_S), turn:  # writers of this process would only lose races to each other
            # Kept is what shows when it is written, not when this was received: lists rely on it (see `find`).
            while found := await self._profiles.read(pk, fitting, at := now + timedelta(seconds=monotonic() - begun)):
                document, kept = found
                remembered = remember(update, kept)
                after = add(kept, remembered, fitting) if update.is_live(at) else kept
                written = await self._write(document, remembered, after, now)
                if isinstance(written, Update):
                    return Added(kept, written)
                if written:
                    return Added(after)
                await asyncio.sleep(random() * LOST_RACE_S)  # noqa: S311  # a wait, no secret
        return None

    async def _write(self, found: Document, update: Update, after: Kept, now: datetime) -> Update | bool:
        """Create an update and keep what shows with it, both or none; also where it shows nowhere.

        Otherwise an end of the updates that cover it, made meanwhile, would not see it.

        Return the live update that has its id, else whether it was written: not if someone else wrote the profile.
        """
        pk, container = found["pk"], self._account.container(PROFILES)
        document = documents.update_document(found["instanceId"], update, now)
        create: tuple[Any, ...] = ("create", (document,))
        while True:
            try:
                await container.execute_item_batch([create, _replacing(found, after)], pk)
            except CosmosBatchOperationError as error:
                if error.status_code == _CONFLICT:
                    known = await container.read_item(document["id"], pk)
                    if known["validUntil"] > format_instant(now):  # or this update, by an attempt that lost its answer
                        return documents.update_of(known) if known["fingerprint"] else True
                    create = ("replace", (document["id"], document), {"if_match_etag": known["_etag"]})
                elif lost_race(error):
                    return False
                else:
                    raise
            else:
                return True

    async def change_updates(
        self, instance_id: str, customer_id: str, change: ChangeUpdates, fitting: Fitting, now: datetime
    ) -> Changed | None:
        pk, container = documents.customer_pk(instance_id, customer_id), self._account.container(PROFILES)
        turn, done = self._turns.setdefault(pk, asyncio.Lock()), dict[str, Update]()
        async with in_time(WRITE_WITHIN_S), turn:
            while found := await self._profiles.read_whole(pk, now):
                document, customer = found
                kept = project(customer, fitting, now)
                changed = _first(change(kept, sorted(customer.updates, key=lambda update: update.order)))
                if not changed:
                    return Changed(kept, list(done.values()))
                now_changed = {update.update_id: update for update in changed}
                updates = [now_changed.get(update.update_id, update) for update in customer.updates]
                after = project(replace(customer, updates=tuple(updates)), fitting, now)
                writes = [documents.update_document(instance_id, update, now) for update in changed]
                batch = [("replace", (write["id"], write)) for write in writes]
                try:
                    await container.execute_item_batch([*batch, _replacing(document, after)], pk)
                except CosmosBatchOperationError as error:
                    if not lost_race(error):
                        raise
                    await asyncio.sleep(random() * LOST_RACE_S)  # noqa: S311  # a wait, no secret
                else:
                    done |= now_changed
        return None

    async def read_updates(self, instance_id: str, customer_id: str, after: datetime) -> Sequence[Update]:
        return (await self._profiles.read_updates(instance_id, [customer_id], after)).get(customer_id, ())

    async def find(self, instance_id: str, query: ProfileQuery, limit: int, now: datetime) -> Found:
        """Query again if other customers are due afterwards: those would be missed, or counted twice.

        A customer can become due meanwhile only by a write that took long, as what is written shows at that moment.
        """
        listing, fitting = Listing(self._account, instance_id, query, now), query.fitting
        due = await self._due(instance_id, fitting, now, MAX_DUE + 1)
        for _ in range(MAX_TRIES):
            if len(due) > MAX_DUE:
                raise TooManyDue
            current = await gather_bounded(lambda found: self._profiles.current(found, fitting, now), due)
            page, count = await listing.page(limit), await listing.count() if query.count else None
            before, due = {one["pk"] for one in due}, await self._due(instance_id, fitting, now, MAX_DUE + 1)
            after = {one["pk"] for one in due}
            if after == before or (after < before and not query.count):
                there = {document["customerId"] for document in page}
                beside = [one[1].attributes for one in current if one and one[1].customer_id not in there]
                return Found([_shown(document, fitting) for document in page], beside, count)
        raise TooManyDue

    async def _due(self, instance_id: str, fitting: Fitting, now: datetime, limit: int) -> list[Document]:
        values = {"instance": instance_id, "now": format_instant(now), "form": fitting.form}
        return await self._query(PROFILES, f"SELECT TOP {limit:d} * FROM c WHERE {DUE}", values)

    async def settle(self, instance_id: str, fitting: Fitting, now: datetime, limit: int) -> int:
        due = await self._due(instance_id, fitting, now, limit)
        container = self._account.container(PROFILES)

        async def settle(one: Document) -> None:
            current = await self._profiles.current(one, fitting, now)
            if current:
                found, kept = current
                document = profile_documents.profile_document(instance_id, kept.at_rest())
                await won(container.replace_item(PROFILE_ID, document, no_response=True, **if_unchanged(found)))

        await gather_bounded(settle, due)
        return len(due)

    async def count(self, instance_id: str) -> int:
        sql = f"SELECT VALUE COUNT(1) FROM c WHERE {OF_INSTANCE}"
        return sum(await self._query(PROFILES, sql, {"instance": instance_id}))

    async def read_sources(self, instance_id: str, customer_ids: Collection[str]) -> Mapping[str, Attributes]:
        found = await self._profiles.read_many(instance_id, customer_ids)
        return {customer_id: profile_documents.kept_of(document).source for customer_id, document in found.items()}

    async def write_sources(
        self,
        instance_id: str,
        profiles: Mapping[str, bytes],
        fitting: Fitting,
        now: datetime,
        digests: Mapping[str, str] | None = None,
    ) -> None:
        known, left = digests or {}, set(profiles)

        async def write(customer_id: str) -> None:
            digest = known.get(customer_id, "")
            customer = Customer(
                customer_id,
                orjson.loads(profiles[customer_id]),
                above.get(customer_id, ()),
                fitting.form if digest else "",
                digest,
            )
            document = profile_documents.profile_document(instance_id, project(customer, fitting, now).at_rest())
            if await won(self._put(document, there.get(customer_id))):
                left.discard(customer_id)

        while left:  # those that someone else wrote meanwhile, once more
            there = await self._profiles.read_many(instance_id, left)
            live = [one for one in left if one not in there or there[one]["changesAt"]]
            above = await self._profiles.read_updates(instance_id, live, now)
            await gather_bounded(write, list(left))

    async def _put(self, document: Document, found: Document | None) -> None:
        container = self._account.container(PROFILES)
        if found is None:
            await container.create_item(document, no_response=True)
        else:
            await container.replace_item(PROFILE_ID, document, no_response=True, **if_unchanged(found))

    async def find_changed(self, instance_id: str, digests: Mapping[str, str]) -> Mapping[str, Attributes | None]:
        pks = [documents.customer_pk(instance_id, customer_id) for customer_id in digests]
        select = "SELECT c.customerId, c.digest FROM c"
        rows = await self._account.query_keys(PROFILES, select, pks, " AND c.kind = 'profile'")
        known = {row["customerId"]: row["digest"] for row in rows}
        changed = [key for key, digest in digests.items() if known.get(key) != digest]
        old = await self.read_sources(instance_id, [key for key in changed if key in known])
        return {key: old.get(key) for key in changed}

    async def find_ids(self, instance_id: str, after: str, limit: int) -> Sequence[str]:
        sql = f"SELECT TOP {limit:d} VALUE c.customerId FROM c WHERE {OF_INSTANCE} AND c.customerId > @after"
        values = {"instance": instance_id, "after": after}
        return await self._query(PROFILES, f"{sql} ORDER BY c.customerId", values)

    async def find_updated(self, instance_id: str, after: str, limit: int, now: datetime) -> Sequence[Customer]:
        where = f"{OF_INSTANCE} AND IS_STRING(c.changesAt) AND c.customerId > @after"
        sql = f"SELECT TOP {limit:d} * FROM c WHERE {where} ORDER BY c.customerId"
        found = await self._query(PROFILES, sql, {"instance": instance_id, "after": after})
        kept = [profile_documents.kept_of(document) for document in found]
        updates = await self._profiles.read_updates(instance_id, [one.customer_id for one in kept], now)
        return [one.with_updates(*updates.get(one.customer_id, ())) for one in kept]

    async def remove(self, instance_id: str, customer_ids: Collection[str]) -> None:
        container = self._account.container(PROFILES)

        async def remove(customer_id: str) -> None:
            with suppress(CosmosResourceNotFoundError):
                await container.delete_item(PROFILE_ID, documents.customer_pk(instance_id, customer_id))

        await gather_bounded(remove, customer_ids)


def _first(changed: Sequence[Update]) -> Sequence[Update]:
    """Return those of the changed updates, from the first, that one batch can write."""
    held = size = 0
    for update in changed[:MAX_CHANGED]:
        size += len(orjson.dumps(update.attributes)) + len(orjson.dumps(update.before))
        if held and size > MAX_CHANGED_BYTES:
            break
        held += 1
    return changed[:held]


def _replacing(found: Document, kept: Kept) -> tuple[Any, ...]:
    """Return the operation of a batch that replaces a profile if no other writer has."""
    document = profile_documents.profile_document(found["instanceId"], kept.at_rest())
    return ("replace", (PROFILE_ID, document), {"if_match_etag": found["_etag"]})


def _shown(document: Document, fitting: Fitting) -> Attributes:
    attributes: Attributes = document["attributes"]
    return attributes if document["form"] == fitting.form else fitting.attributes(attributes)
