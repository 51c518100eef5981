"""The documents: containers, ids, partition keys, TTL, and the mapping to the domain and back.

Both adapters use it. A Cosmos DB document is what stands here, plus the service's own `_` members.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.instant import format_instant
from function_app.domain.profile import Attributes, Customer, Update

Document = dict[str, Any]
Kind = Literal["profile", "update", "retired", "instance", "assignment", "key", "change", "usage"]

PROFILES, CONTROL, USAGE = "profiles", "control", "usage"
CONTAINERS = (PROFILES, CONTROL, USAGE)
PROFILE_ID = "profile"
INSTANCE_ID = "instance"


def customer_pk(instance_id: str, customer_id: str) -> str:
    return f"{instance_id}|{customer_id}"


def update_doc_id(update_id: str) -> str:
    """Make a document id of any text: Cosmos DB takes no slashes, question marks or hashes in ids."""
    return "u-" + base64.urlsafe_b64encode(update_id.encode()).decode().rstrip("=")


def ttl(valid_until: datetime, now: datetime) -> int:
    """Return the seconds a document must be kept, at least 1, from a write at `now`."""
    return max(1, math.ceil((valid_until - now).total_seconds()))


def profile_document(instance_id: str, customer_id: str, attributes: Attributes) -> Document:
    return {
        "id": PROFILE_ID,
        "pk": customer_pk(instance_id, customer_id),
        "kind": "profile",
        "instanceId": instance_id,
        "customerId": customer_id,
        "attributes": attributes,
    }


def customer_of(document: Mapping[str, Any], updates: tuple[Update, ...] = ()) -> Customer:
    return Customer(document["customerId"], document["attributes"], updates)


def update_document(instance_id: str, update: Update, now: datetime, kind: Kind = "update") -> Document:
    return {
        "id": update_doc_id(update.update_id),
        "pk": customer_pk(instance_id, update.customer_id),
        "kind": kind,
        "instanceId": instance_id,
        "customerId": update.customer_id,
        "updateId": update.update_id,
        "names": sorted(update.attributes),
        "attributes": update.attributes,
        "occurredAt": format_instant(update.occurred_at),
        "receivedAt": format_instant(update.received_at),
        "validUntil": format_instant(update.valid_until),
        "caller": update.caller,
        "fingerprint": update.fingerprint,
        "ttl": ttl(update.valid_until, now),
    }


def update_of(document: Mapping[str, Any]) -> Update:
    return Update(
        update_id=document["updateId"],
        customer_id=document["customerId"],
        attributes=document["attributes"],
        occurred_at=datetime.fromisoformat(document["occurredAt"]),
        received_at=datetime.fromisoformat(document["receivedAt"]),
        valid_until=datetime.fromisoformat(document["validUntil"]),
        fingerprint=document["fingerprint"],
        caller=document["caller"],
    )


def instance_document(instance_id: str, definition: Mapping[str, Any]) -> Document:
    return {
        "id": INSTANCE_ID,
        "pk": instance_id,
        "kind": "instance",
        "instanceId": instance_id,
        "definition": definition,
    }


def assignment_doc_id(principal_id: str) -> str:
    return f"assignment-{principal_id}"


def assignment_document(instance_id: str, assignment: Assignment) -> Document:
    return {
        "id": assignment_doc_id(assignment.principal_id),
        "pk": instance_id,
        "kind": "assignment",
        "principalId": assignment.principal_id,
        "principalType": assignment.principal_type,
        "role": assignment.role,
    }


def key_doc_id(role: Role, slot: Slot) -> str:
    return f"key-{role.title}-{slot}"


def key_document(instance_id: str, key: ApiKey) -> Document:
    return {
        "id": key_doc_id(key.role, key.slot),
        "pk": instance_id,
        "kind": "key",
        "role": key.role,
        "slot": key.slot,
        "digest": key.digest,
        "createdAt": format_instant(key.created_at),
        "createdBy": key.created_by,
    }


def grants_of(found: Iterable[Mapping[str, Any]]) -> Grants:
    """Return the grants that stand in the assignment and key documents of an instance."""
    assignments, keys = dict[str, Assignment](), list[ApiKey]()
    for document in found:
        role = Role(document["role"])
        if document["kind"] == "assignment":
            principal_id = document["principalId"]
            assignments[principal_id] = Assignment(principal_id, document["principalType"], role)
        else:
            created_at = datetime.fromisoformat(document["createdAt"])
            keys.append(ApiKey(role, document["slot"], document["digest"], created_at, document["createdBy"]))
    return Grants(assignments, tuple(keys))


def change_doc_id(changed_at: datetime, suffix: str = "") -> str:
    """Return an id that sorts by time; without a suffix it sorts before every change of the instant."""
    return f"change-{format_instant(changed_at)}{suffix}"


def change_document(instance_id: str, change: Change) -> Document:
    return {
        "id": change_doc_id(change.changed_at, f"-{uuid4().hex}"),
        "pk": instance_id,
        "kind": "change",
        "changedAt": format_instant(change.changed_at),
        "changedBy": change.changed_by,
        "action": change.action,
        "subject": change.subject,
        "detail": change.detail,
    }


def change_of(document: Mapping[str, Any]) -> Change:
    return Change(
        changed_at=datetime.fromisoformat(document["changedAt"]),
        changed_by=document["changedBy"],
        action=document["action"],
        subject=document["subject"],
        detail=document["detail"],
    )
