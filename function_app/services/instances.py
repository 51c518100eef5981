"""Instances: read, define, list; compiled definitions are cached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from function_app import error_codes
from function_app.domain.access import Change
from function_app.domain.activity import UNIFIED
from function_app.domain.definition import instance_of
from function_app.domain.definition_rules import definition_faults
from function_app.domain.entity import CUSTOMER, Entity, Instance
from function_app.domain.fitting import Fitting
from function_app.domain.names import nearest_hint, nearest_hints
from function_app.errors import ServiceError
from function_app.services.cache import Cache
from function_app.services.validation import Checker
from function_app.store.port import Store

MAX_KEPT, MAX_FAULTS = 1_000, 100


@dataclass(frozen=True)
class CompiledInstance:
    """An instance with what is compiled from its definition: the value checkers, and the types of stored values."""

    instance: Instance

    @cached_property
    def fitting(self) -> Fitting:
        return Fitting(self.instance.customer)

    @cached_property
    def customers(self) -> Checker:
        return Checker(self.instance.customer)

    @cached_property
    def records(self) -> Mapping[str, Checker]:
        """The checkers of the activity entities and of UnifiedActivity, by qualified name."""
        entities = [entity for entity in self.instance.entities if entity.activity]
        return {entity.qualified_name: Checker(entity) for entity in [*entities, UNIFIED]}

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """Every entity by qualified name, the built-in one last."""
        return {**self.instance.by_name, UNIFIED.name: UNIFIED}

    def entity(self, name: str) -> Entity:
        """Return an entity by its qualified name; ServiceError with similar names if there is none."""
        entity = self.entities.get(name)
        if entity is None:
            hint = nearest_hint(name, self.entities)
            raise ServiceError(error_codes.ENTITY_NOT_FOUND(f"There is no entity '{name[:100]}'{hint}.", "entityName"))
        return entity

    def check_names(self, names: Iterable[str], target: str) -> None:
        """Raise ServiceError with similar names if Customer does not have all attributes that a parameter names."""
        customer = self.instance.customer
        unknown = [name for name in dict.fromkeys(names) if name not in customer.by_name][:MAX_FAULTS]
        if unknown:
            raise ServiceError(
                *(
                    error_codes.UNKNOWN_ATTRIBUTE(f"{customer.name} has no attribute '{name[:64]}'{hint}.", target)
                    for name, hint in nearest_hints(unknown, customer.by_name)
                )
            )

    def check_loaded(self, names: Iterable[str], target: str) -> None:
        """Raise ServiceError with similar names if a refresh does not load all entities that a parameter names."""
        known = (CUSTOMER, *self.instance.activities)
        unknown = [name for name in dict.fromkeys(names) if name not in known][:MAX_FAULTS]
        if unknown:
            rest = f"; a refresh loads {', '.join(known)}"
            raise ServiceError(
                *(
                    error_codes.INVALID_PARAMETER(f"'{target}' names '{name[:100]}'{hint or rest}.", target)
                    for name, hint in nearest_hints(unknown, known)
                )
            )


class Instances:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = Cache[str, CompiledInstance](MAX_KEPT)

    async def get(self, instance_id: str, now: datetime) -> CompiledInstance:
        """Return the compiled instance, at most `CACHE_TTL` old; ServiceError if there is no such instance."""
        kept = self._kept.get(instance_id, now)
        if kept is not None:
            return kept
        return self._keep(instance_id, instance_of(instance_id, await self.definition(instance_id)), now)

    def remembered(self, instance_id: str, now: datetime) -> CompiledInstance | None:
        """Return the compiled instance if it is in memory; None else."""
        return self._kept.get(instance_id, now)

    async def definition(self, instance_id: str) -> Mapping[str, Any]:
        """Return the definition of an instance as it was sent; ServiceError if there is no such instance."""
        definition = await self._store.control.read_instance(instance_id)
        if definition is None:
            self._kept.drop(instance_id)
            raise ServiceError(
                error_codes.INSTANCE_NOT_FOUND(f"There is no instance '{instance_id[:64]}'.", "instanceId")
            )
        return definition

    async def define(
        self, instance_id: str, definition: Mapping[str, Any], now: datetime, by: str = "operator"
    ) -> bool:
        """Validate, record and write a definition; return whether the instance is new; ServiceError with all faults."""
        instance = instance_of(instance_id, definition)
        check_definition(instance)
        if await self._store.deletions.read(instance_id):
            message = "The instance with this id is being deleted; wait some minutes, or use another id."
            raise ServiceError(error_codes.INSTANCE_BEING_DELETED(message, "instanceId"))
        change = Change(now, by, "defineInstance", "definition", f"{len(instance.entities)} entities")
        await self._store.access.record_change(instance_id, change)
        created = await self._store.control.write_instance(instance_id, definition)
        self._keep(instance_id, instance, now)
        return created

    async def all(self) -> list[Instance]:
        """Return every instance, ordered by id."""
        definitions = await self._store.control.list_instances()
        return [instance_of(instance_id, definitions[instance_id]) for instance_id in sorted(definitions)]

    def drop(self, instance_id: str) -> None:
        """Remove an instance from the cache of this worker."""
        self._kept.drop(instance_id)

    def _keep(self, instance_id: str, instance: Instance, now: datetime) -> CompiledInstance:
        model = CompiledInstance(instance)
        self._kept.put(instance_id, model, now)
        return model


def check_definition(instance: Instance) -> None:
    """Raise ServiceError with all faults of a definition as a whole, if it has any."""
    faults = definition_faults(instance)
    if faults:
        raise ServiceError(*faults)


def unknown_customer(customer_id: str) -> ServiceError:
    """Return the error for a customer that the source does not have."""
    return ServiceError(error_codes.CUSTOMER_NOT_FOUND(f"There is no customer '{customer_id[:100]}'.", "customerId"))
