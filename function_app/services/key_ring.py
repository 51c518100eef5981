"""Source keys and their customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from function_app import error_codes
from function_app.domain.activity import SourceKey
from function_app.domain.entity import Instance
from function_app.domain.names import nearest_hint
from function_app.domain.profile import Attributes
from function_app.error_detail import ErrorDetail
from function_app.errors import ServiceError
from function_app.services.cache import Cache
from function_app.services.instances import CompiledInstance
from function_app.store.port import Store

MAX_KEPT = 100_000


class KeyRing:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = Cache[tuple[str, SourceKey], str](MAX_KEPT)

    async def find(
        self, instance_id: str, source_keys: Collection[SourceKey], now: datetime
    ) -> Mapping[SourceKey, str]:
        """Return the CustomerIds of source keys, at most `CACHE_TTL` old; keys without a customer are left out."""
        kept = {source_key: self._kept.get((instance_id, source_key), now) for source_key in source_keys}
        found = {source_key: owner for source_key, owner in kept.items() if owner is not None}
        others = [source_key for source_key in kept if source_key not in found]
        if others:
            fresh = await self._store.keys.find_customers(instance_id, others)
            for source_key, owner in fresh.items():
                self._kept.put((instance_id, source_key), owner, now)
            found |= fresh
        return found

    def drop(self, instance_id: str, source_keys: Collection[SourceKey]) -> None:
        """Remove source keys from the cache of this worker."""
        for source_key in source_keys:
            self._kept.drop((instance_id, source_key))

    async def of_key(
        self, model: CompiledInstance, source_key: SourceKey, now: datetime
    ) -> tuple[str, Mapping[SourceKey, str]]:
        """Return the CustomerId of a source key and all keys of that customer; ServiceError if no customer has it."""
        instance_id = model.instance.instance_id
        customer_id = (await self._store.keys.find_customers(instance_id, [source_key])).get(source_key)
        customers, fitting = self._store.customers, model.fitting
        kept = await customers.read(instance_id, customer_id, fitting, now) if customer_id else None
        if customer_id is None or kept is None:
            raise ServiceError(_not_found(source_key, [entity for _, entity in model.instance.key_ring]))
        return customer_id, keys_of(model.instance, fitting.attributes(kept.source), customer_id)


def _not_found(source_key: SourceKey, known: list[str]) -> ErrorDetail:
    entity = source_key.entity
    if entity not in known:
        message = f"Customers have no keys in '{entity[:100]}'{nearest_hint(entity, known)}."
        return error_codes.KEY_NOT_FOUND(message, "entityName")
    return error_codes.KEY_NOT_FOUND(f"No customer has the key '{source_key.key[:100]}' in {entity}.", "key")


def keys_of(instance: Instance, profile: Attributes, customer_id: str) -> dict[SourceKey, str]:
    """Return the source keys in a profile, each with its customer."""
    return {
        SourceKey(entity, str(profile[name])): customer_id
        for name, entity in instance.key_ring
        if profile.get(name) is not None
    }
