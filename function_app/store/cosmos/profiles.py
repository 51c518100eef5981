"""Profiles in Cosmos DB with what shows of them, and the updates of customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from azure.cosmos.exceptions import CosmosResourceNotFoundError

from function_app.domain.fitting import Fitting
from function_app.domain.instant import format_instant
from function_app.domain.profile import Customer, Update
from function_app.domain.projection import Kept, advance, project
from function_app.store import documents, profile_documents
from function_app.store.cosmos.account import Account, batched, placeholders
from function_app.store.documents import PROFILE_ID, PROFILES, Document

_IDS_A_QUERY = 200
_LIVE = "c.kind = 'update' AND c.validUntil > @now"
_BOTH = f"SELECT * FROM c WHERE c.pk = @pk AND (c.kind = 'profile' OR ({_LIVE}))"


class Profiles:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query

    async def read(self, pk: str, fitting: Fitting, now: datetime) -> tuple[Document, Kept] | None:
        """Return a profile's document and what shows at `now`; None if there is none."""
        try:
            found = await self._account.container(PROFILES).read_item(PROFILE_ID, pk)
        except CosmosResourceNotFoundError:
            return None
        return await self.current(found, fitting, now)

    async def current(self, found: Document, fitting: Fitting, now: datetime) -> tuple[Document, Kept] | None:
        """Return what shows at `now` by a profile's document; or by a new one, read with the customer's updates."""
        kept = advance(profile_documents.kept_of(found), fitting, now)
        if kept is not None:
            return found, kept
        whole = await self.read_whole(found["pk"], now)
        return (whole[0], project(whole[1], fitting, now)) if whole else None

    async def read_whole(self, pk: str, now: datetime) -> tuple[Document, Customer] | None:
        """Return a profile's document, and its customer with all live updates; None if there is none."""
        both = await self._query(PROFILES, _BOTH, {"pk": pk, "now": format_instant(now)}, pk)
        updates = [documents.update_of(document) for document in both if document["kind"] == "update"]
        for document in both:
            if document["kind"] == "profile":
                return document, profile_documents.kept_of(document).with_updates(*updates)
        return None

    async def read_many(self, instance_id: str, customer_ids: Collection[str]) -> dict[str, Document]:
        """Return the profiles' documents by CustomerId; those that do not exist are left out."""
        keys = [(PROFILE_ID, documents.customer_pk(instance_id, customer_id)) for customer_id in customer_ids]
        return {document["customerId"]: document for document in await self._account.read_items(PROFILES, keys)}

    async def read_updates(
        self, instance_id: str, customer_ids: Sequence[str], now: datetime
    ) -> Mapping[str, tuple[Update, ...]]:
        """Return the live updates of customers; those without any are left out."""
        found = dict[str, tuple[Update, ...]]()
        for some in batched(customer_ids, _IDS_A_QUERY):
            values = {"now": format_instant(now)}
            keys = placeholders([documents.customer_pk(instance_id, customer_id) for customer_id in some], values)
            for document in await self._query(PROFILES, f"SELECT * FROM c WHERE c.pk IN ({keys}) AND {_LIVE}", values):
                update = documents.update_of(document)
                found[update.customer_id] = (*found.get(update.customer_id, ()), update)
        return found
