"""The instance definition: its mapping from JSON to `Instance`, and the rules for the definition as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from function_app import error_codes
from function_app.domain.entity import CLEAR, CUSTOMER, CUSTOMER_ID, ActivityMapping, Attribute, Entity, Instance
from function_app.domain.instant import format_duration, parse_duration
from function_app.domain.lifetime import is_time_zone
from function_app.domain.names import nearest_hint
from function_app.domain.schema import is_value_of
from function_app.domain.snapshot_rules import snapshot_faults
from function_app.domain.validity import Policy
from function_app.error_codes import ErrorDetail


def instance_of(instance_id: str, definition: Mapping[str, Any]) -> Instance:
    """Return the instance of a definition with members of valid form."""
    refresh = definition.get("refresh") or {}
    return Instance(
        instance_id,
        definition["name"],
        tuple(_entity(entity) for entity in definition["entities"]),
        _policy(definition.get("validity") or {}, definition.get("timeZone") or Policy().time_zone),
        refresh.get("mostRejected", Instance.most_rejected),
        refresh.get("mostRemoved", Instance.most_removed),
        timedelta(days=refresh["graceDays"]) if "graceDays" in refresh else Instance.grace,
        api_key_in_query=bool(definition.get("apiKeyInQuery")),
    )


def _policy(given: Mapping[str, Any], time_zone: str) -> Policy:
    """Return the policy with defaults for missing members; a maximum below a default lowers that default."""
    default = Policy()
    maximum = parse_duration(given.get("maximum") or "") or default.maximum
    return Policy(
        parse_duration(given.get("update") or "") or min(default.update, maximum),
        parse_duration(given.get("activity") or "") or min(default.activity, maximum),
        maximum,
        time_zone,
    )


def _entity(entity: Mapping[str, Any]) -> Entity:
    mapping = entity.get("activity")
    return Entity(
        name=entity["name"],
        data_source=entity.get("dataSourceName"),
        entity_type=entity["entityType"],
        keys=tuple(tuple(key) for key in entity["keys"]),
        attributes=tuple(_attribute(attribute) for attribute in entity["attributes"]),
        timestamp_attribute=entity.get("timestampAttribute"),
        activity=_mapping(mapping) if mapping else None,
        delimiter=entity.get("delimiter"),
        encoding=entity.get("encoding"),
        unknown_columns=entity.get("unknownColumns") or "warn",
    )


def _attribute(attribute: Mapping[str, Any]) -> Attribute:
    return Attribute(
        name=attribute["name"],
        data_type=attribute["dataType"],
        friendly_name=(attribute.get("friendlyName") or "").strip() or attribute["name"],
        max_length=attribute.get("maxLength"),
        allowed_values=tuple(attribute.get("allowedValues") or ()),
        read_only=bool(attribute.get("readOnly") or attribute.get("keyOf")),
        key_of=attribute.get("keyOf"),
        column=attribute.get("column") or attribute["name"],
        format=attribute.get("format"),
    )


def _mapping(mapping: Mapping[str, Any]) -> ActivityMapping:
    return ActivityMapping(
        activity_type=mapping["activityType"],
        activity_type_display=mapping.get("activityTypeDisplay") or mapping["activityType"],
        customer_attribute=mapping["customer"]["attribute"],
        customer_entity=mapping["customer"]["entity"],
        title=mapping.get("title"),
        description=mapping.get("description"),
        external_url=mapping.get("externalUrl"),
        icon=mapping.get("icon"),
        show_in_timeline=mapping.get("showInTimeline") is not False,
    )


def definition_faults(instance: Instance) -> list[ErrorDetail]:
    """Return the violations of the rules for the definition as a whole, each with its JSON pointer."""
    found = [*_validity_faults(instance.validity), *_customer_faults(instance)]
    found += _repeated("/entities", [entity.qualified_name for entity in instance.entities], "name")
    ring = {a.key_of for entity in instance.entities if entity.name == CUSTOMER for a in entity.attributes}
    for index, entity in enumerate(instance.entities):
        found += _entity_faults(entity, f"/entities/{index}", ring - {None})
    return [error_codes.INVALID_DEFINITION(message, target) for target, message in found]


_Found = Iterator[tuple[str, str]]


def _validity_faults(policy: Policy) -> _Found:
    for name, value in (("update", policy.update), ("activity", policy.activity)):
        if value > policy.maximum:
            limit = format_duration(policy.maximum)
            yield f"/validity/{name}", f"{format_duration(value)} is beyond the maximum of {limit}."
    if not is_time_zone(policy.time_zone):
        yield "/timeZone", f"'{policy.time_zone[:64]}' is no time zone; send a name like Europe/Oslo."
    if policy.maximum > timedelta(days=30):
        yield "/validity/maximum", "The maximum may be at most P30D."


def _customer_faults(instance: Instance) -> _Found:
    customer = instance.by_name.get(CUSTOMER)
    if customer is None:
        yield "/entities", "There must be an entity named 'Customer' without a data source."
        return
    at = f"/entities/{instance.entities.index(customer)}"
    if customer.entity_type != "profile":
        yield f"{at}/entityType", "Customer must be of entityType 'profile'."
    if customer.keys != ((CUSTOMER_ID,),):
        yield f"{at}/keys", 'Customer must have the keys [["CustomerId"]].'
    identity = customer.by_name.get(CUSTOMER_ID)
    if identity and identity.data_type not in {"Edm.String", "Edm.Guid"}:
        yield f"{at}/attributes", "CustomerId must be an Edm.String or an Edm.Guid."


def _entity_faults(entity: Entity, at: str, ring: set[str | None]) -> _Found:
    yield from _repeated(f"{at}/attributes", [attribute.name for attribute in entity.attributes], "name")
    for row, key in enumerate(entity.keys):
        for column, name in enumerate(key):
            yield from _known(entity, f"{at}/keys/{row}/{column}", name)
    for index, attribute in enumerate(entity.attributes):
        yield from _attribute_faults(attribute, entity, f"{at}/attributes/{index}")
    yield from snapshot_faults(entity, at)
    if entity.name != CUSTOMER and entity.entity_type == "profile":
        yield f"{at}/entityType", "Only Customer is of entityType 'profile'."
    if entity.qualified_name == "UnifiedActivity":
        yield f"{at}/name", "UnifiedActivity is built in and can't be defined."
    if entity.entity_type == "activity":
        yield from _activity_faults(entity, at, ring)
    elif entity.activity:
        yield f"{at}/activity", "Only an entity of entityType 'activity' has an activity mapping."


def _attribute_faults(attribute: Attribute, entity: Entity, at: str) -> _Found:
    if entity.name == CUSTOMER and attribute.name == CLEAR:
        yield f"{at}/name", f"'{CLEAR}' is the list of fields to clear in a batch; choose another name, with 'column'."
    if attribute.key_of and entity.name != CUSTOMER:
        yield f"{at}/keyOf", "Only attributes of Customer can have keyOf."
    for index, value in enumerate(attribute.allowed_values):
        if not is_value_of(attribute, value):
            yield f"{at}/allowedValues/{index}", f"'{value}' is not a value of {attribute.data_type}."
    if attribute.max_length is not None and attribute.data_type != "Edm.String":
        yield f"{at}/maxLength", "Only an Edm.String has a maxLength."


def _activity_faults(entity: Entity, at: str, ring: set[str | None]) -> _Found:
    if not entity.data_source:
        yield f"{at}/dataSourceName", "An activity entity needs a dataSourceName."
    if len(entity.keys) != 1:
        yield f"{at}/keys", "An activity entity has exactly one primary key, simple or composite."
    stamp = entity.timestamp_attribute
    if stamp is None:
        yield f"{at}/timestampAttribute", "An activity entity needs a timestampAttribute."
    elif stamp not in entity.by_name:
        yield from _known(entity, f"{at}/timestampAttribute", stamp)
    elif entity.by_name[stamp].data_type != "Edm.DateTimeOffset":
        yield f"{at}/timestampAttribute", f"'{stamp}' must be an Edm.DateTimeOffset."
    mapping = entity.activity
    if mapping is None:
        yield f"{at}/activity", "An activity entity needs an activity mapping."
        return
    yield from _known(entity, f"{at}/activity/customer/attribute", mapping.customer_attribute)
    if mapping.customer_entity not in ring:
        where = f"{at}/activity/customer/entity"
        yield where, f"No attribute of Customer has keyOf '{mapping.customer_entity}'."
    for member, name in (
        ("title", mapping.title),
        ("description", mapping.description),
        ("externalUrl", mapping.external_url),
    ):
        if name is not None:
            yield from _known(entity, f"{at}/activity/{member}", name)


def _known(entity: Entity, at: str, name: str) -> _Found:
    if name not in entity.by_name:
        yield at, f"{entity.qualified_name} has no attribute '{name}'{nearest_hint(name, entity.by_name)}."


def _repeated(at: str, names: list[str], member: str) -> _Found:
    for name, times in Counter(name.lower() for name in names).items():
        if times > 1:
            last = max(index for index, other in enumerate(names) if other.lower() == name)
            yield f"{at}/{last}/{member}", f"'{names[last]}' occurs {times} times (names are compared without case)."
