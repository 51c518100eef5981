"""Activities: immutable events of one customer, and the mapping of source records to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from function_app.domain.access import Sender
from function_app.domain.addresses import MAX_ID_LENGTH
from function_app.domain.entity import CUSTOMER_ID, ActivityMapping, Attribute, Entity

ACTIVITY_TIME = "ActivityTime"
_TEXT = "Edm.String"
UNIFIED = Entity(
    name="UnifiedActivity",
    entity_type="unifiedActivity",
    keys=(("ActivityId",),),
    timestamp_attribute=ACTIVITY_TIME,
    attributes=(
        Attribute(CUSTOMER_ID, _TEXT, "Customer ID", MAX_ID_LENGTH),
        Attribute("ActivityId", _TEXT, "Activity ID", MAX_ID_LENGTH),
        Attribute(ACTIVITY_TIME, "Edm.DateTimeOffset", "Activity Time"),
        Attribute("ActivityType", _TEXT, "Activity Type", 200),
        Attribute("ActivityTypeDisplay", _TEXT, "Activity Type Display", 200),
        Attribute("ActivityName", _TEXT, "Activity Name", 200),
        Attribute("Title", _TEXT, "Title", 4_000),
        Attribute("Description", _TEXT, "Description", 16_000),
        Attribute("ExternalUrl", _TEXT, "External URL", 4_000),
        Attribute("EntityName", _TEXT, "Entity Name", 200),
        Attribute("ActualActivityId", _TEXT, "Actual Activity ID", 1_000),
        Attribute("ActivityForeignKey", _TEXT, "Activity Foreign Key", MAX_ID_LENGTH),
        Attribute("SemanticData", _TEXT, "Semantic Data"),
        Attribute("RangeIndex", _TEXT, "Range Index", read_only=True),
    ),
)
_BLANK: dict[str, Any] = dict.fromkeys(UNIFIED.by_name)
_CONTENT = ("Title", "Description", "ExternalUrl", "SemanticData")
REQUIRED = (CUSTOMER_ID, ACTIVITY_TIME, "ActivityType")


def required_in(entity: Entity) -> tuple[str, ...]:
    """Return the attributes that a new record of an activity entity must have: its key, its time and its customer."""
    if entity.activity is None:
        return REQUIRED if entity is UNIFIED else ()
    names = (*entity.keys[0], entity.timestamp_attribute or "", entity.activity.customer_attribute)
    return tuple(dict.fromkeys(names))


class SourceKey(NamedTuple):
    """A customer's key in a source entity."""

    entity: str
    key: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity; `attributes` are those of UnifiedActivity.

    `valid_until` is None for an activity loaded by a refresh; `fingerprint` is a digest of the content as it was sent;
    `received_at` is when it was received in real time, None until it is stored. A `withdrawn` one has no content.
    `caller` is what the sender calls itself, `principal` who it was; None for one loaded by a refresh.
    """

    activity_id: str
    time: datetime
    attributes: Mapping[str, Any]
    fingerprint: str
    valid_until: datetime | None
    hidden: bool = False
    received_at: datetime | None = field(default=None, compare=False)
    withdrawn: bool = False
    caller: str | None = field(default=None, compare=False)
    principal: Sender | None = field(default=None, compare=False)

    @property
    def customer_id(self) -> str:
        """The unified customer; empty while parked."""
        return self.attributes[CUSTOMER_ID] or ""

    def is_live(self, now: datetime) -> bool:
        return self.valid_until is None or now < self.valid_until

    def withdraw(self) -> Activity:
        """Return the activity as it is stored once it is withdrawn: without its content, and without an end."""
        attributes = {**self.attributes, **dict.fromkeys(_CONTENT)}
        return replace(self, attributes=attributes, valid_until=None, hidden=True, withdrawn=True)

    def joined(self, customer_id: str) -> Activity:
        """Return the activity as one of this customer, not yet received."""
        return replace(self, attributes={**self.attributes, CUSTOMER_ID: customer_id}, received_at=None)


def activity_of_record(
    record: Mapping[str, Any], fingerprint: str, entity: Entity, mapping: ActivityMapping, valid_until: datetime | None
) -> tuple[Activity, SourceKey]:
    """Return the activity of a valid source record, still without a customer, and the source key of its customer."""
    actual_id = key_text(record[name] for name in entity.keys[0])
    foreign_key = _text(record[mapping.customer_attribute]) or ""
    time = datetime.fromisoformat(record[entity.timestamp_attribute or ""])
    identity = activity_id(entity.qualified_name, actual_id)
    attributes: dict[str, Any] = {
        CUSTOMER_ID: None,
        "ActivityId": identity,
        ACTIVITY_TIME: record[entity.timestamp_attribute or ""],
        "ActivityType": mapping.activity_type,
        "ActivityTypeDisplay": mapping.activity_type_display,
        "ActivityName": entity.name,
        "Title": _text(record.get(mapping.title or "")),
        "Description": _text(record.get(mapping.description or "")),
        "ExternalUrl": _text(record.get(mapping.external_url or "")),
        "EntityName": entity.qualified_name,
        "ActualActivityId": actual_id,
        "ActivityForeignKey": foreign_key,
        "SemanticData": json.dumps(dict(record), ensure_ascii=False),
        "RangeIndex": _range_index(time),
    }
    hidden = not mapping.show_in_timeline
    activity = Activity(identity, time, attributes, fingerprint, valid_until, hidden)
    return activity, SourceKey(mapping.customer_entity, foreign_key)


def activity_of_unified(record: Mapping[str, Any], fingerprint: str, valid_until: datetime | None) -> Activity:
    """Return the activity of a valid record in unified format; a missing ActivityId is derived from the content."""
    identity = record.get("ActivityId") or fingerprint[:32]
    time = datetime.fromisoformat(record[ACTIVITY_TIME])
    attributes = {**_BLANK, **record}
    attributes["ActivityId"] = identity
    attributes["ActivityTypeDisplay"] = record.get("ActivityTypeDisplay") or record["ActivityType"]
    attributes["RangeIndex"] = _range_index(time)
    return Activity(identity, time, attributes, fingerprint, valid_until)


def activity_id(entity_name: str, actual_id: str) -> str:
    """Return the id of a source record's activity; it is the same in every process."""
    return hashlib.sha256(f"{entity_name}\0{actual_id}".encode()).hexdigest()[:32]


def key_text(values: Iterable[Any]) -> str:
    """Return a primary key as one text; the parts of a composite key are joined by `|`."""
    parts = [_text(value) or "" for value in values]
    if len(parts) == 1:
        return parts[0]
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _range_index(time: datetime) -> str:
    return str(int(time.timestamp()))
