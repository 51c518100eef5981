"""Which ids belong to erased persons: their tombstones, until the source itself has left the person out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from function_app import error_codes
from function_app.domain.activity import SourceKey
from function_app.domain.person import Tombstone, digest_of_customer, digest_of_key
from function_app.errors import ServiceError
from function_app.services.cache import Cache
from function_app.services.instances import unknown_customer
from function_app.store.port import Store

MAX_KEPT = 1_000
T = TypeVar("T")


class Erased:
    def __init__(self, store: Store) -> None:
        self._persons = store.persons
        self._secrets = Cache[str, str](MAX_KEPT)

    async def secret(self, instance_id: str, now: datetime) -> str:
        """Return the secret of the hashes of an instance, created if there is none."""
        secret = await self._known_secret(instance_id, now)
        if not secret:
            secret = await self._persons.create_secret(instance_id, secrets.token_hex(32))
            self._secrets.put(instance_id, secret, now)
        return secret

    async def customers(self, instance_id: str, customer_ids: Collection[str], now: datetime) -> Collection[str]:
        """Return those of these CustomerIds that are erased."""
        return await self._filter(instance_id, customer_ids, digest_of_customer, now)

    async def keys(self, instance_id: str, source_keys: Collection[SourceKey], now: datetime) -> Collection[SourceKey]:
        """Return those of these source keys that are erased."""
        return await self._filter(instance_id, source_keys, digest_of_key, now)

    async def absence(self, instance_id: str, customer_id: str, now: datetime) -> ServiceError:
        """Return the error of a write to a customer that the source does not have: erased, or unknown."""
        if await self.customers(instance_id, [customer_id], now):
            return erased_person()
        return unknown_customer(customer_id)

    async def watch(self, instance_id: str, now: datetime) -> Watch:
        """Return what notes which erased persons a snapshot has."""
        secret = await self._known_secret(instance_id, now)
        return Watch(secret, await self._persons.list_tombstones(instance_id) if secret else ())

    async def release(self, instance_id: str, watch: Watch) -> None:
        """Remove the tombstones of those persons that a complete snapshot does not have."""
        absent = watch.absent()
        if absent:
            await self._persons.remove_tombstones(instance_id, absent)

    async def _filter(
        self, instance_id: str, items: Collection[T], digest: Callable[[str, T], str], now: datetime
    ) -> Collection[T]:
        secret = await self._known_secret(instance_id, now) if items else ""
        if not secret:
            return ()
        by_digest = {digest(secret, item): item for item in items}
        return {by_digest[found] for found in await self._persons.filter_erased(instance_id, by_digest)}

    async def _known_secret(self, instance_id: str, now: datetime) -> str:
        """Return the secret of an instance, empty if it has none; at most `CACHE_TTL` old."""
        secret = self._secrets.get(instance_id, now)
        if secret is None:
            secret = await self._persons.read_secret(instance_id) or ""
            self._secrets.put(instance_id, secret, now)
        return secret


class Watch:
    """The tombstones of an instance, and which of their customers a snapshot has."""

    def __init__(self, secret: str, tombstones: Collection[Tombstone]) -> None:
        self._secret, self._tombstones = secret, tombstones
        self._owners = {tombstone.owner for tombstone in tombstones}
        self._seen = set[str]()

    def seeing(self, lists: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """Yield lists of ids of a snapshot, and note them."""
        for ids in lists:
            if self._owners:
                self._seen |= self._owners.intersection(digest_of_customer(self._secret, one) for one in ids)
            yield ids

    def absent(self) -> list[Tombstone]:
        """Return the tombstones of those customers that the snapshot does not have."""
        return [tombstone for tombstone in self._tombstones if tombstone.owner not in self._seen]


def erased_person() -> ServiceError:
    """Return the error of a write to an erased person."""
    message = "This person was erased; writes are refused until the source no longer has it."
    return ServiceError(error_codes.CUSTOMER_ERASED(message))
