"""All that is held on one person in Cosmos DB, and erasures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from azure.cosmos.exceptions import CosmosResourceExistsError, CosmosResourceNotFoundError

from function_app.domain.activity import SourceKey
from function_app.domain.person import Erasure, Held, Tombstone
from function_app.store import documents, profile_documents
from function_app.store import erasure_documents as erasures
from function_app.store.cosmos.account import Account, gather_bounded, translated
from function_app.store.cosmos.keys import CosmosKeys
from function_app.store.documents import ACTIVITIES, CONTROL, KEYS, PROFILE_ID, PROFILES

_OF_PARTITION = "SELECT * FROM c WHERE c.pk = @pk"
_OF_KIND = "SELECT * FROM c WHERE c.pk = @pk AND c.kind = @kind"


class CosmosPersons:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._query = account.query
        self._keys = CosmosKeys(account)

    async def read(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> Held:
        pk = documents.customer_pk(instance_id, customer_id)
        own = await self._query(PROFILES, _OF_PARTITION, {"pk": pk}, pk)
        activities = await self._query(ACTIVITIES, _OF_PARTITION, {"pk": pk}, pk)
        of_person = "SELECT c.pk FROM c WHERE c.customerId = @customer AND c.instanceId = @instance AND c.kind = 'key'"
        keys = await self._query(KEYS, of_person, {"customer": customer_id, "instance": instance_id})
        return Held(
            next((profile_documents.kept_of(found) for found in own if found["kind"] == "profile"), None),
            [documents.update_of(found) for found in own if found["kind"] == "update"],
            [documents.activity_of(found) for found in activities],
            [documents.parked_of(found) for found in await self._parked(instance_id, source_keys)],
            [documents.source_key_of(found) for found in keys],
        )

    async def remove(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> None:
        pk = documents.customer_pk(instance_id, customer_id)
        await self._delete(PROFILES, (PROFILE_ID, pk))  # first: without it no update is accepted
        for container in (PROFILES, ACTIVITIES):
            found = await self._query(container, "SELECT c.id FROM c WHERE c.pk = @pk", {"pk": pk}, pk)
            await self._delete(container, *((one["id"], pk) for one in found))
        parked = await self._parked(instance_id, source_keys)
        await self._delete(ACTIVITIES, *((one["id"], one["pk"]) for one in parked))
        await self._keys.remove(instance_id, dict.fromkeys(source_keys, customer_id))

    async def create_secret(self, instance_id: str, secret: str) -> str:
        with translated():
            try:
                document = erasures.secret_document(instance_id, secret)
                await self._account.container(CONTROL).create_item(document, no_response=True)
            except CosmosResourceExistsError:
                return await self.read_secret(instance_id) or secret
        return secret

    async def read_secret(self, instance_id: str) -> str | None:
        found = await self._query(CONTROL, _OF_KIND, {"pk": instance_id, "kind": "erasureSecret"}, instance_id)
        return found[0]["secret"] if found else None

    async def begin(self, instance_id: str, erasure: Erasure, tombstones: Sequence[Tombstone]) -> None:
        """Write the open erasure first: it is repeated, with its tombstones, if the process ends here."""
        put = partial(self._account.put, CONTROL)
        await gather_bounded(put, [erasures.erasure_document(instance_id, tombstones[0].owner, erasure)])
        await gather_bounded(put, [erasures.tombstone_document(instance_id, tombstone) for tombstone in tombstones])

    async def list_open(self) -> Sequence[tuple[str, Erasure]]:
        found = await self._query(CONTROL, "SELECT * FROM c WHERE c.kind = 'erasure'", {})
        return [(document["pk"], erasures.erasure_of(document)) for document in found]

    async def end(self, instance_id: str, owner: str) -> None:
        await self._delete(CONTROL, (erasures.erasure_doc_id(owner), instance_id))

    async def filter_erased(self, instance_id: str, digests: Collection[str]) -> Collection[str]:
        keys = [(erasures.tombstone_doc_id(digest), instance_id) for digest in digests]
        return {document["digest"] for document in await self._account.read_items(CONTROL, keys)}

    async def list_tombstones(self, instance_id: str) -> Sequence[Tombstone]:
        found = await self._query(CONTROL, _OF_KIND, {"pk": instance_id, "kind": "tombstone"}, instance_id)
        return [erasures.tombstone_of(document) for document in found]

    async def remove_tombstones(self, instance_id: str, tombstones: Collection[Tombstone]) -> None:
        ids = [(erasures.tombstone_doc_id(tombstone.digest), instance_id) for tombstone in tombstones]
        await self._delete(CONTROL, *ids)

    async def _parked(self, instance_id: str, source_keys: Collection[SourceKey]) -> list[Any]:
        pks = [documents.parked_pk(instance_id, source_key) for source_key in source_keys]
        return await self._account.query_keys(ACTIVITIES, "SELECT * FROM c", pks, " AND c.kind = 'parked'")

    async def _delete(self, container: str, *ids: tuple[str, str]) -> None:
        async def delete(one: tuple[str, str]) -> None:
            with suppress(CosmosResourceNotFoundError):
                await self._account.container(container).delete_item(*one)

        await gather_bounded(delete, ids)
