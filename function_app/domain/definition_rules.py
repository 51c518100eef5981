"""The rules for an instance definition as a whole.

A rule yields a JSON pointer, a message, and the pointers of the other places that it relies on: where one of all these
is faulty, the rule can not be checked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from itertools import accumulate
from typing import Any

from function_app import error_codes
from function_app.domain.definition import instance_of, is_stand_in, without
from function_app.domain.entity import CLEAR, CUSTOMER, CUSTOMER_ID, Attribute, Entity, Instance
from function_app.domain.instant import format_duration
from function_app.domain.lifetime import is_time_zone
from function_app.domain.names import nearest_hint
from function_app.domain.schema import is_value_of
from function_app.domain.snapshot_rules import snapshot_faults
from function_app.domain.validity import Policy
from function_app.error_detail import ErrorDetail

LONGEST = timedelta(days=30)
_Found = Iterator[tuple[str, ...]]


def definition_faults(instance: Instance) -> list[ErrorDetail]:
    """Return the violations of the rules, each with its JSON pointer."""
    return [error_codes.INVALID_DEFINITION(message, at) for at, message, *_ in _found(instance)]


def faults_of_rest(definition: Mapping[str, Any], faulty: Collection[str]) -> list[ErrorDetail]:
    """Return the violations of the rules that can be found in a definition with faulty places (JSON pointers)."""
    rest, known = instance_of("", without(definition, faulty)), frozenset(faulty)
    return [
        error_codes.INVALID_DEFINITION(message, at)
        for at, message, *relied_on in _found(rest)
        if known.isdisjoint(step for place in (at, *relied_on) for step in _steps(place))
    ]


def _steps(pointer: str) -> Iterator[str]:
    """Return a JSON pointer and those of what it is within."""
    return accumulate(f"/{part}" for part in pointer.split("/")[1:])


def _found(instance: Instance) -> _Found:
    yield from _validity_faults(instance.validity)
    yield from _customer_faults(instance)
    qualified = [entity.qualified_name for entity in instance.entities]
    yield from _repeated("/entities", qualified, *_names_of(instance))
    for index, entity in enumerate(instance.entities):
        yield from _entity_faults(entity, f"/entities/{index}", instance)


def _validity_faults(policy: Policy) -> _Found:
    limit = min(policy.maximum, LONGEST)
    for name, value in (("update", policy.update), ("activity", policy.activity)):
        if value > limit:
            yield f"/validity/{name}", f"{format_duration(value)} is beyond the maximum of {format_duration(limit)}."
    if not is_time_zone(policy.time_zone):
        yield "/timeZone", f"'{policy.time_zone[:64]}' is no time zone; send a name like Europe/Oslo."
    if policy.maximum > LONGEST:
        yield "/validity/maximum", f"The maximum may be at most {format_duration(LONGEST)}."


def _customer_faults(instance: Instance) -> _Found:
    customer = instance.by_name.get(CUSTOMER)
    if customer is None:
        yield "/entities", "There must be an entity named 'Customer' without a data source.", *_names_of(instance)
        return
    at = f"/entities/{instance.entities.index(customer)}"
    if customer.entity_type != "profile":
        yield f"{at}/entityType", "Customer must be of entityType 'profile'."
    if customer.keys != ((CUSTOMER_ID,),):
        yield f"{at}/keys", 'Customer must have the keys [["CustomerId"]].'
    for index, attribute in enumerate(customer.attributes):
        if attribute.name == CUSTOMER_ID and attribute.data_type not in {"Edm.String", "Edm.Guid"}:
            message = "CustomerId must be an Edm.String or an Edm.Guid."
            yield f"{at}/attributes", message, f"{at}/attributes/{index}/dataType"


def _names_of(instance: Instance) -> Iterator[str]:
    for index in range(len(instance.entities)):
        yield from (f"/entities/{index}/name", f"/entities/{index}/dataSourceName")


def _entity_faults(entity: Entity, at: str, instance: Instance) -> _Found:
    yield from _repeated(f"{at}/attributes", [attribute.name for attribute in entity.attributes])
    for row, key in enumerate(entity.keys):
        for column, name in enumerate(key):
            yield from _known(entity, at, f"keys/{row}/{column}", name)
    for index, attribute in enumerate(entity.attributes):
        yield from _attribute_faults(attribute, entity, at, f"{at}/attributes/{index}")
    yield from snapshot_faults(entity, at)
    if entity.name != CUSTOMER and entity.entity_type == "profile":
        yield f"{at}/entityType", "Only Customer is of entityType 'profile'.", f"{at}/name"
    if entity.qualified_name == "UnifiedActivity":
        yield f"{at}/name", "UnifiedActivity is built in and can't be defined.", f"{at}/dataSourceName"
    if entity.entity_type == "activity":
        yield from _activity_faults(entity, at, instance)
    elif entity.activity:
        message = "Only an entity of entityType 'activity' has an activity mapping."
        yield f"{at}/activity", message, f"{at}/entityType"


def _attribute_faults(attribute: Attribute, entity: Entity, of_entity: str, at: str) -> _Found:
    if entity.name == CUSTOMER and attribute.name == CLEAR:
        yield f"{at}/name", f"'{CLEAR}' is the list of fields to clear in a batch; choose another name, with 'column'."
    if attribute.key_of and entity.name != CUSTOMER:
        yield f"{at}/keyOf", "Only attributes of Customer can have keyOf.", f"{of_entity}/name"
    for index, value in enumerate(attribute.allowed_values):
        if not is_value_of(attribute, value):
            message = f"'{value}' is not a value of {attribute.data_type}."
            yield f"{at}/allowedValues/{index}", message, f"{at}/dataType"
    if attribute.max_length is not None and attribute.data_type != "Edm.String":
        yield f"{at}/maxLength", "Only an Edm.String has a maxLength.", f"{at}/dataType"


def _activity_faults(entity: Entity, at: str, instance: Instance) -> _Found:
    if not entity.data_source:
        yield f"{at}/dataSourceName", "An activity entity needs a dataSourceName."
    if len(entity.keys) != 1:
        yield f"{at}/keys", "An activity entity has exactly one primary key, simple or composite."
    stamp = entity.timestamp_attribute
    if stamp is None:
        yield f"{at}/timestampAttribute", "An activity entity needs a timestampAttribute."
    elif stamp not in entity.by_name:
        yield from _known(entity, at, "timestampAttribute", stamp)
    elif entity.by_name[stamp].data_type != "Edm.DateTimeOffset":
        typed = f"{at}/attributes/{entity.attributes.index(entity.by_name[stamp])}/dataType"
        yield f"{at}/timestampAttribute", f"'{stamp}' must be an Edm.DateTimeOffset.", typed
    mapping = entity.activity
    if mapping is None:
        yield f"{at}/activity", "An activity entity needs an activity mapping."
        return
    yield from _known(entity, at, "activity/customer/attribute", mapping.customer_attribute)
    yield from _on_key_ring(instance, f"{at}/activity/customer/entity", mapping.customer_entity)
    for member, name in (
        ("title", mapping.title),
        ("description", mapping.description),
        ("externalUrl", mapping.external_url),
    ):
        if name is not None:
            yield from _known(entity, at, f"activity/{member}", name)


def _on_key_ring(instance: Instance, at: str, source: str) -> _Found:
    """Yield a fault if no attribute of Customer holds the key of a source entity."""
    customers = [(index, entity) for index, entity in enumerate(instance.entities) if entity.name == CUSTOMER]
    ring = [attribute.key_of for _, entity in customers for attribute in entity.attributes if attribute.key_of]
    if source not in ring:
        places = [place for index, one in customers for place in _attributes_at(one, f"/entities/{index}", "keyOf")]
        message = f"No attribute of Customer has keyOf '{source}'{nearest_hint(source, ring)}."
        yield at, message, *places, *_names_of(instance)


def _known(entity: Entity, at: str, member: str, name: str) -> _Found:
    """Yield a fault if an entity at `at` does not have the attribute that one of its members names."""
    if name not in entity.by_name:
        title = "The entity" if is_stand_in(entity.name) else entity.qualified_name
        message = f"{title} has no attribute '{name}'{nearest_hint(name, entity.by_name)}."
        yield f"{at}/{member}", message, *_attributes_at(entity, at, "name")


def _attributes_at(entity: Entity, at: str, member: str) -> list[str]:
    """Return where an entity at `at` has its attributes, and one member of each."""
    return [f"{at}/attributes", *(f"{at}/attributes/{row}/{member}" for row in range(len(entity.attributes)))]


def _repeated(at: str, names: list[str], *relied_on: str) -> _Found:
    for name, times in Counter(name.lower() for name in names).items():
        if times > 1:
            last = max(index for index, other in enumerate(names) if other.lower() == name)
            message = f"'{names[last]}' occurs {times} times (names are compared without case)."
            yield f"{at}/{last}/name", message, *relied_on
