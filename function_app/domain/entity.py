"""Entities and their attributes: the metadata that values are checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

from function_app.domain.validity import Policy

CUSTOMER = "Customer"
CUSTOMER_ID = "CustomerId"
CLEAR = "clear"
"""The member of an item in a batch that lists attributes to clear."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; `key_of` is the source entity if the value is the customer's key in that entity.

    `column` is its column in snapshots, by default its name; texts in that column are in
    `format` (see `formats`) or in the standard form.
    """

    name: str
    data_type: str
    friendly_name: str
    max_length: int | None = None
    allowed_values: tuple[Any, ...] = ()
    read_only: bool = False
    key_of: str | None = None
    column: str = ""
    format: str | None = None

    def __post_init__(self) -> None:
        """Set the default column."""
        if not self.column:
            object.__setattr__(self, "column", self.name)


@dataclass(frozen=True, slots=True)
class ActivityMapping:
    """The mapping of an activity entity to unified activities; values are names of that entity's attributes."""

    activity_type: str
    activity_type_display: str
    customer_attribute: str
    customer_entity: str
    title: str | None = None
    description: str | None = None
    external_url: str | None = None
    icon: str | None = None
    show_in_timeline: bool = True


@dataclass(frozen=True)
class Entity:
    """One entity; `keys` are alternatives, each a composite of attribute names.

    `delimiter` and `encoding` are those of its CSV files; if None they are detected in each file.
    """

    name: str
    entity_type: str
    keys: tuple[tuple[str, ...], ...]
    attributes: tuple[Attribute, ...]
    data_source: str | None = None
    timestamp_attribute: str | None = None
    activity: ActivityMapping | None = None
    delimiter: str | None = None
    encoding: str | None = None
    unknown_columns: Literal["warn", "error"] = "warn"

    @cached_property
    def qualified_name(self) -> str:
        return f"{self.data_source}_{self.name}" if self.data_source else self.name

    @cached_property
    def by_name(self) -> Mapping[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def by_folded_name(self) -> Mapping[str, Attribute]:
        """The attributes by name in lower case; no two names differ by case only."""
        return {attribute.name.lower(): attribute for attribute in self.attributes}

    @cached_property
    def key_names(self) -> frozenset[str]:
        return frozenset(name for key in self.keys for name in key)


@dataclass(frozen=True)
class Instance:
    """One environment: its name, validity policy and entities, from its definition.

    A refresh that rejects more than the share `most_rejected` of the rows of Customer, or would remove more than the
    share `most_removed` of the customers, removes none. Updates and activities of a removed customer are kept for
    `grace`. By `api_key_in_query`, OData reads accept an API key as a query parameter; by `audit_reads`, reads of
    personal data leave a trace.
    """

    instance_id: str
    name: str
    entities: tuple[Entity, ...]
    validity: Policy = field(default_factory=Policy)
    most_rejected: float = 0.01
    most_removed: float = 0.1
    grace: timedelta = timedelta(days=7)
    api_key_in_query: bool = False
    audit_reads: bool = False

    @cached_property
    def by_name(self) -> Mapping[str, Entity]:
        return {entity.qualified_name: entity for entity in self.entities}

    @cached_property
    def activities(self) -> tuple[str, ...]:
        return tuple(entity.qualified_name for entity in self.entities if entity.activity)

    @cached_property
    def key_ring(self) -> tuple[tuple[str, str], ...]:
        """The attributes of Customer that hold source keys, each with the source entity."""
        return tuple((attribute.name, attribute.key_of) for attribute in self.customer.attributes if attribute.key_of)

    @cached_property
    def customer(self) -> Entity:
        return self.by_name[CUSTOMER]
