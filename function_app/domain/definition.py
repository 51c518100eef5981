"""The instance definition: its mapping from JSON to `Instance`. definition_rules has the rules for it as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any

from function_app.domain.entity import ActivityMapping, Attribute, Entity, Instance
from function_app.domain.instant import parse_duration
from function_app.domain.validity import Policy

_STAND_IN = "?"  # begins no valid name


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
        audit_reads=bool(definition.get("auditReads")),
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


def without(definition: Mapping[str, Any], faulty: Collection[str]) -> dict[str, Any]:
    """Return a definition without its faulty places (JSON pointers), with stand-ins for what it must have."""
    rest = deepcopy(dict(definition))
    for place in faulty:
        _remove(rest, [part.replace("~1", "/").replace("~0", "~") for part in place.split("/")[1:]])
    entities = rest.get("entities") or []
    filled = [_filled(entity or {}, _stand_in(index)) for index, entity in enumerate(entities)]
    return {"name": "", **rest, "entities": filled}


def _remove(within: Any, path: list[str]) -> None:
    """Remove a member; an item of an array becomes None, so that the others keep their places."""
    *parents, last = path
    for part in parents:
        if within is not None:
            within = within[int(part)] if isinstance(within, list) else within.get(part)
    if isinstance(within, list):
        within[int(last)] = None
    elif within is not None:
        within.pop(last, None)


def _filled(entity: Mapping[str, Any], name: str) -> dict[str, Any]:
    mapping, attributes = entity.get("activity"), entity.get("attributes") or []
    return {
        "name": name,
        "entityType": "source",
        **entity,
        "keys": [[each or "" for each in key or ()] for key in entity.get("keys") or ()],
        "attributes": [
            {"name": _stand_in(index), "dataType": "Edm.String", **(attribute or {})}
            for index, attribute in enumerate(attributes)
        ],
        "activity": None
        if mapping is None
        else {
            "activityType": "",
            **mapping,
            "customer": {"attribute": "", "entity": "", **(mapping.get("customer") or {})},
        },
    }


def _stand_in(index: int) -> str:
    return f"{_STAND_IN}{index}"


def is_stand_in(name: str) -> bool:
    """Return whether a name only stands in for a faulty one."""
    return name.startswith(_STAND_IN)
