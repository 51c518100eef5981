"""Instances: read, define, list; definitions are kept compiled for a minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from function_app import error_codes as mistakes
from function_app.domain.access import Change
from function_app.domain.activity import UNIFIED
from function_app.domain.definition import definition_faults, instance_of
from function_app.domain.entity import Entity, Instance
from function_app.domain.names import nearest_hint
from function_app.errors import ServiceError
from function_app.services.validation import Checker
from function_app.store.port import Store

KEPT = timedelta(seconds=60)


@dataclass(frozen=True)
class Model:
    """An instance with what is made of its definition once: the value checkers."""

    instance: Instance

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
        """Return an entity by its qualified name; ServiceError with the nearest names if there is none."""
        entity = self.entities.get(name)
        if entity is None:
            hint = nearest_hint(name, self.entities)
            raise ServiceError(mistakes.ENTITY_NOT_FOUND(f"There is no entity '{name[:100]}'{hint}.", "entityName"))
        return entity


class Instances:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._models: dict[str, tuple[datetime, Model]] = {}

    async def get(self, instance_id: str, now: datetime) -> Model:
        """Return the instance's model, at most a minute old; ServiceError if there is no such instance."""
        kept = self._models.get(instance_id)
        if kept and kept[0] <= now < kept[0] + KEPT:
            return kept[1]
        definition = await self._store.control.read_instance(instance_id)
        if definition is None:
            self._models.pop(instance_id, None)
            raise ServiceError(mistakes.INSTANCE_NOT_FOUND(f"There is no instance '{instance_id[:64]}'.", "instanceId"))
        return self._keep(instance_id, instance_of(instance_id, definition), now)

    async def define(
        self, instance_id: str, definition: Mapping[str, Any], now: datetime, by: str = "operator"
    ) -> bool:
        """Write a definition, validated whole, and who did it; return whether the instance is new."""
        instance = instance_of(instance_id, definition)
        faults = definition_faults(instance)
        if faults:
            raise ServiceError(*faults)
        change = Change(now, by, "defineInstance", "definition", f"{len(instance.entities)} entities")
        await self._store.access.record_change(instance_id, change)
        created = await self._store.control.write_instance(instance_id, definition)
        self._keep(instance_id, instance, now)
        return created

    async def all(self) -> list[Instance]:
        """Return every instance, by id."""
        definitions = await self._store.control.list_instances()
        return [instance_of(instance_id, definitions[instance_id]) for instance_id in sorted(definitions)]

    def _keep(self, instance_id: str, instance: Instance, now: datetime) -> Model:
        model = Model(instance)
        self._models[instance_id] = (now, model)
        return model


def unknown_customer(customer_id: str) -> ServiceError:
    """Say that the source has no such customer."""
    return ServiceError(mistakes.CUSTOMER_NOT_FOUND(f"There is no customer '{customer_id[:100]}'.", "customerId"))
