"""The documents: containers, ids, partition keys, TTL, and the mapping to the domain and back.

Both adapters use it. A Cosmos DB document is what stands here, plus the service's own `_` members.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from function_app.domain.instant import format_instant
from function_app.domain.profile import Attributes, Customer, Update

Document = dict[str, Any]
Kind = Literal["profile", "update", "retired", "instance"]

PROFILES, CONTROL = "profiles", "control"
CONTAINERS = (PROFILES, CONTROL)
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
