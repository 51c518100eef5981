"""The stored documents: containers, ids, partition keys, TTL, and the mapping from and to the domain.

Both adapters use it. Cosmos DB adds its system members, which start with `_`.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from function_app.domain.access import Sender
from function_app.domain.activity import ACTIVITY_TIME, Activity, SourceKey
from function_app.domain.deletion import Deletion
from function_app.domain.feed import FEED_RETENTION, end_returned_at
from function_app.domain.instant import format_instant
from function_app.domain.profile import End, Update

Document = dict[str, Any]

PROFILES, ACTIVITIES, KEYS, CONTROL, USAGE = "profiles", "activities", "keys", "control", "usage"
CONTAINERS = (PROFILES, ACTIVITIES, KEYS, CONTROL, USAGE)
RECEIVED, ENDED, CREATED = "receivedSort", "endedSort", "createdSort"
PROFILE_ID = "profile"
INSTANCE_ID, KEY_ID, DELETION_ID = "instance", "key", "deletion"
_KEPT_S = int(FEED_RETENTION.total_seconds())


def customer_pk(instance_id: str, customer_id: str) -> str:
    return f"{instance_id}|{customer_id}"


def instance_range(instance_id: str) -> tuple[str, str]:
    """Return the exclusive bounds of the partition keys of an instance."""
    return f"{instance_id}|", f"{instance_id}}}"


def source_key_pk(instance_id: str, source_key: SourceKey) -> str:
    return f"{instance_id}|{source_key.entity}|{source_key.key}"


def parked_pk(instance_id: str, source_key: SourceKey) -> str:
    return f"{instance_id}|~{source_key.entity}|{source_key.key}"


def update_doc_id(update_id: str) -> str:
    return "u-" + _encoded(update_id)


def activity_doc_id(activity_id: str) -> str:
    return "a-" + _encoded(activity_id)


def _encoded(text: str) -> str:
    """Return a text as a document id: in ids Cosmos DB forbids slashes, question marks and hashes."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def ttl(valid_until: datetime, now: datetime) -> int:
    """Return the TTL in seconds of a document written at `now`: until its end, at least 1, plus `FEED_RETENTION`."""
    return max(1, math.ceil((valid_until - now).total_seconds())) + _KEPT_S


def _position(instant: str, document_id: str, customer_id: str) -> str:
    """Return the unique sort key of an event in the feed."""
    return f"{instant}|{document_id}|{customer_id}"


def sender_document(sender: Sender | None) -> Document | None:
    return {"id": sender.principal_id, "kind": sender.principal_type, "name": sender.name} if sender else None


def sender_of(document: Mapping[str, Any] | None) -> Sender | None:
    return Sender(document["id"], document["kind"], document["name"]) if document else None


def update_document(instance_id: str, update: Update, now: datetime) -> Document:
    document_id, received = update_doc_id(update.update_id), format_instant(update.received_at)
    occurred = received if update.occurred_at is update.received_at else format_instant(update.occurred_at)
    ends, returned_at = format_instant(update.valid_until), end_returned_at(update)
    returned = ends if returned_at is update.valid_until else format_instant(returned_at)
    return {
        "id": document_id,
        "pk": customer_pk(instance_id, update.customer_id),
        "kind": "update",
        "instanceId": instance_id,
        "customerId": update.customer_id,
        "updateId": update.update_id,
        "changes": update.attributes,
        "occurredAt": occurred,
        "receivedAt": received,
        "validUntil": ends,
        RECEIVED: _position(received, document_id, update.customer_id),
        ENDED: _position(returned, document_id, update.customer_id),
        "caller": update.caller,
        "principal": sender_document(update.principal),
        "before": update.before,
        "untilRefresh": update.until_refresh,
        "ends": {name: _end_document(end) for name, end in update.ends.items()},
        "fingerprint": update.fingerprint,
        "ttl": ttl(update.valid_until, now),
    }


def _end_document(end: End) -> Document:
    return {"at": format_instant(end.at), "landed": end.landed, "by": sender_document(end.by)}


def _end_of(document: Mapping[str, Any]) -> End:
    return End(datetime.fromisoformat(document["at"]), document["landed"], sender_of(document["by"]))


def update_of(document: Mapping[str, Any]) -> Update:
    return Update(
        update_id=document["updateId"],
        customer_id=document["customerId"],
        attributes=document["changes"],
        occurred_at=datetime.fromisoformat(document["occurredAt"]),
        received_at=datetime.fromisoformat(document["receivedAt"]),
        valid_until=datetime.fromisoformat(document["validUntil"]),
        fingerprint=document["fingerprint"],
        caller=document["caller"],
        principal=sender_of(document["principal"]),
        before=document["before"],
        until_refresh=document["untilRefresh"],
        ends={name: _end_of(end) for name, end in document["ends"].items()},
    )


def activity_document(instance_id: str, activity: Activity, now: datetime) -> Document:
    """Return the document of a customer's activity; an activity that came only from a refresh is not in the feed."""
    document_id = activity_doc_id(activity.activity_id)
    document = {
        "id": document_id,
        "pk": customer_pk(instance_id, activity.customer_id),
        "kind": "activity",
        "instanceId": instance_id,
        "activityId": activity.activity_id,
        "sort": f"{activity.attributes[ACTIVITY_TIME]}|{document_id}|{activity.customer_id}",
        "hidden": activity.hidden,
        "attributes": activity.attributes,
        "fingerprint": activity.fingerprint,
        "validUntil": None,
    }
    if activity.withdrawn:
        document["withdrawn"] = True
    if activity.valid_until or activity.received_at:
        document[CREATED] = _position(format_instant(activity.received_at or now), document_id, activity.customer_id)
        document |= {"caller": activity.caller, "principal": sender_document(activity.principal)}
    if activity.valid_until:
        document["validUntil"] = format_instant(activity.valid_until)
        document["ttl"] = ttl(activity.valid_until, now)
    return document


def parked_document(instance_id: str, source_key: SourceKey, activity: Activity, now: datetime) -> Document:
    return {
        **activity_document(instance_id, activity, now),
        "pk": parked_pk(instance_id, source_key),
        "kind": "parked",
        "entity": source_key.entity,
        "key": source_key.key,
    }


def parked_of(document: Mapping[str, Any]) -> tuple[SourceKey, Activity]:
    return SourceKey(document["entity"], document["key"]), activity_of(document)


def activity_of(document: Mapping[str, Any]) -> Activity:
    until = document["validUntil"]
    return Activity(
        activity_id=document["activityId"],
        time=datetime.fromisoformat(document["attributes"][ACTIVITY_TIME]),
        attributes=document["attributes"],
        fingerprint=document["fingerprint"],
        valid_until=datetime.fromisoformat(until) if until else None,
        hidden=document["hidden"],
        received_at=datetime.fromisoformat(document[CREATED].split("|", 1)[0]) if CREATED in document else None,
        withdrawn=document.get("withdrawn", False),
        caller=document.get("caller"),
        principal=sender_of(document.get("principal")),
    )


def key_document(instance_id: str, source_key: SourceKey, customer_id: str) -> Document:
    return {
        "id": KEY_ID,
        "pk": source_key_pk(instance_id, source_key),
        "kind": "key",
        "instanceId": instance_id,
        "customerId": customer_id,
    }


def source_key_of(document: Mapping[str, Any]) -> SourceKey:
    """Return the source key of a key's document."""
    _, entity, key = document["pk"].split("|", 2)
    return SourceKey(entity, key)


def instance_document(instance_id: str, definition: Mapping[str, Any]) -> Document:
    return {
        "id": INSTANCE_ID,
        "pk": instance_id,
        "kind": "instance",
        "instanceId": instance_id,
        "definition": definition,
    }


def health_document() -> Document:
    """Return the document that health writes; no instance can have its partition key."""
    return {"id": "health", "pk": "-health", "kind": "health"}


def deletion_document(instance_id: str, deletion: Deletion) -> Document:
    return {
        "id": DELETION_ID,
        "pk": instance_id,
        "kind": "deletion",
        "requestedAt": format_instant(deletion.requested_at),
        "requestedBy": deletion.requested_by,
        "removed": deletion.removed,
    }


def deletion_of(document: Mapping[str, Any]) -> Deletion:
    requested_at = datetime.fromisoformat(document["requestedAt"])
    return Deletion(requested_at, document["requestedBy"], document["removed"])
