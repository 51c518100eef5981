"""Records of activity entities: validate one, and return its activity or every fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from function_app import error_codes
from function_app.domain import validity
from function_app.domain.activity import (
    UNIFIED,
    Activity,
    SourceKey,
    activity_of_record,
    activity_of_unified,
    key_text,
    required_in,
)
from function_app.domain.addresses import address_fault, source_key_fault
from function_app.domain.entity import Entity
from function_app.domain.names import nearest_hint
from function_app.domain.validity import Validity, future_fault
from function_app.error_detail import ErrorDetail
from function_app.errors import Rejected, ServiceError
from function_app.services.content import canonical, digest
from function_app.services.instances import CompiledInstance
from function_app.services.validation import Checker, pointer

MAX_RECORD_BYTES = 64 * 1024


class Accepted(NamedTuple):
    """The activity of a valid record, and its customer's source key if the record has that in place of CustomerId."""

    activity: Activity
    source_key: SourceKey | None = None


def activity_entity(model: CompiledInstance, name: str) -> Entity:
    """Return the activity entity of this name; ServiceError if there is none."""
    if name in model.records:
        return model.entities[name]
    known = ", ".join([*model.instance.activities, UNIFIED.name])
    problem = f"'{name}' is no activity" if name in model.entities else f"There is no entity '{name[:100]}'"
    hint = nearest_hint(name, model.records)
    message = f"{problem}{hint}. Activities are accepted for: {known}."
    raise ServiceError(error_codes.NOT_AN_ACTIVITY_ENTITY(message, "entityName"))


def accept(
    entity: Entity, checker: Checker, record: Any, decided: Validity | list[ErrorDetail], now: datetime
) -> Accepted | Rejected:
    """Return the activity of a record, or every fault of the record."""
    if not isinstance(record, dict):
        return Rejected((error_codes.NOT_AN_OBJECT("The item must be a JSON object.", ""),))
    mapping, stamp = entity.activity, entity.timestamp_attribute or ""
    checked = checker.check_record(record, required_in(entity))
    faults = [fault for found in (decided, checked) if isinstance(found, list) for fault in found]
    content = b""
    if isinstance(checked, dict):
        checked = {name: value for name, value in checked.items() if value is not None}  # as a refresh reads it
        content = canonical(checked)
        faults += _size_faults(content)
        faults += _rule_faults(checked, entity, stamp, now)
    else:
        faults += _rule_faults(_valid_part(checker, record, checked), entity, stamp, now)
    if entity is UNIFIED:
        faults += [*_id_faults(record), *_derived_faults(record)]
    if faults or isinstance(checked, list) or isinstance(decided, list):
        return Rejected(tuple(faults))
    if mapping:
        return Accepted(*activity_of_record(checked, digest(content), entity, mapping, decided.valid_until))
    return Accepted(activity_of_unified(checked, digest(content), decided.valid_until))


def _size_faults(content: bytes) -> list[ErrorDetail]:
    size = len(content)
    if size <= MAX_RECORD_BYTES:
        return []
    message = f"A record may have at most {MAX_RECORD_BYTES // 1024} KB; received {size // 1024 + 1} KB."
    return [error_codes.RECORD_TOO_LARGE(message, "")]


def _id_faults(record: Mapping[str, Any]) -> list[ErrorDetail]:
    identity = record.get("ActivityId")
    fault = address_fault(identity) if identity and isinstance(identity, str) else None
    return [error_codes.INVALID_ID(f"'ActivityId' {fault}.", "/ActivityId")] if fault else []


def _derived_faults(record: Mapping[str, Any]) -> list[ErrorDetail]:
    if record.get("RangeIndex") is None:
        return []
    return [error_codes.READ_ONLY_ATTRIBUTE("'RangeIndex' is derived from ActivityTime.", "/RangeIndex")]


def _valid_part(checker: Checker, record: Mapping[str, Any], faults: Sequence[ErrorDetail]) -> Mapping[str, Any]:
    """Return the attributes of a record without fault, in canonical form; none if there are very many faults."""
    faulty = {fault.target for fault in faults}
    part = checker.check_record({name: value for name, value in record.items() if pointer(name) not in faulty})
    return {name: value for name, value in part.items() if value is not None} if isinstance(part, dict) else {}


def _rule_faults(record: Mapping[str, Any], entity: Entity, stamp: str, now: datetime) -> list[ErrorDetail]:
    """Return the faults of the time and of the customer's key, where the record has them."""
    faults = _time_faults(record[stamp], stamp, now) if stamp in record else []
    name = entity.activity.customer_attribute if entity.activity else ""
    fault = source_key_fault(key_text([record[name]])) if name in record else None
    return [*faults, error_codes.TOO_LONG(f"'{name}' {fault}.", pointer(name))] if fault else faults


def _time_faults(text: str, name: str, now: datetime) -> list[ErrorDetail]:
    time = datetime.fromisoformat(text)
    return [future_fault(pointer(name), time, now)] if time > now + validity.CLOCK_TOLERANCE else []
