"""The documents of erasures in an instance's partition: open ones, tombstones, and the secret of their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from function_app.domain.activity import SourceKey
from function_app.domain.instant import format_instant
from function_app.domain.person import Erasure, Tombstone
from function_app.store.documents import Document

SECRET_ID = "erasure-secret"  # noqa: S105  # the id of the document


def secret_document(instance_id: str, secret: str) -> Document:
    return {"id": SECRET_ID, "pk": instance_id, "kind": "erasureSecret", "secret": secret}


def erasure_doc_id(owner: str) -> str:
    return f"erasure-{owner}"


def erasure_document(instance_id: str, owner: str, erasure: Erasure) -> Document:
    return {
        "id": erasure_doc_id(owner),
        "pk": instance_id,
        "kind": "erasure",
        "customerId": erasure.customer_id,
        "sourceKeys": [list(source_key) for source_key in erasure.source_keys],
        "requestedAt": format_instant(erasure.requested_at),
    }


def erasure_of(document: Mapping[str, Any]) -> Erasure:
    return Erasure(
        document["customerId"],
        tuple(SourceKey(*source_key) for source_key in document["sourceKeys"]),
        datetime.fromisoformat(document["requestedAt"]),
    )


def tombstone_doc_id(digest: str) -> str:
    return f"tombstone-{digest}"


def tombstone_document(instance_id: str, tombstone: Tombstone) -> Document:
    return {
        "id": tombstone_doc_id(tombstone.digest),
        "pk": instance_id,
        "kind": "tombstone",
        "digest": tombstone.digest,
        "owner": tombstone.owner,
    }


def tombstone_of(document: Mapping[str, Any]) -> Tombstone:
    return Tombstone(document["digest"], document["owner"])
