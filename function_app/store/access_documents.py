"""The documents of access control: role assignments, API keys, changes; in the instance's partition of `control`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from function_app.domain.access import ApiKey, Assignment, Change, Grants, Role, Slot
from function_app.domain.instant import format_instant
from function_app.store.documents import Document


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


def api_key_doc_id(role: Role, slot: Slot) -> str:
    return f"api-key-{role.title}-{slot}"


def api_key_document(instance_id: str, key: ApiKey) -> Document:
    return {
        "id": api_key_doc_id(key.role, key.slot),
        "pk": instance_id,
        "kind": "apiKey",
        "role": key.role,
        "slot": key.slot,
        "digest": key.digest,
        "createdAt": format_instant(key.created_at),
        "createdBy": key.created_by,
    }


def grants_of(found: Iterable[Mapping[str, Any]]) -> Grants:
    """Return the grants in the assignment and key documents of an instance."""
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
    """Return an id that sorts by time; without a suffix it sorts before all changes at that instant."""
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
