"""The documents of reads of personal data: one for each read, in a partition for each instance and day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from function_app.domain.instant import format_instant
from function_app.domain.reading import KEPT_DAYS, Reading
from function_app.store.documents import Document, sender_document, sender_of
from function_app.store.usage_documents import days


def reading_pk(instance_id: str, at: datetime) -> str:
    return f"{instance_id}|read|{at:%Y-%m-%d}"


def reading_pks(instance_id: str, start: datetime, now: datetime) -> list[str]:
    """Return the partition keys of the days from `start` until now."""
    return [reading_pk(instance_id, day) for day in days(start, now)]


def reading_expiry(at: datetime) -> datetime:
    """Return when a trace expires; in Cosmos DB the container's default TTL has this effect."""
    return at + timedelta(days=KEPT_DAYS)


def reading_document(instance_id: str, reading: Reading) -> Document:
    at = format_instant(reading.at)
    return {
        "id": f"{at}-{uuid4().hex}",
        "pk": reading_pk(instance_id, reading.at),
        "kind": "read",
        "at": at,
        "principal": sender_document(reading.principal),
        "operation": reading.operation,
        "customers": list(reading.customers),
    }


def reading_of(document: Mapping[str, Any]) -> Reading:
    principal = sender_of(document["principal"])
    assert principal is not None  # noqa: S101  # each read has one
    at = datetime.fromisoformat(document["at"])
    return Reading(at, principal, document["operation"], tuple(document["customers"]))


def without_customer(document: Mapping[str, Any], customer_id: str) -> Document:
    """Return a document that no longer names a customer."""
    return {**document, "customers": [other for other in document["customers"] if other != customer_id]}
