"""The stored documents of what shows of customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from function_app.domain.instant import format_instant
from function_app.domain.projection import Kept, Winner
from function_app.store.documents import PROFILE_ID, Document, customer_pk, sender_document, sender_of


def profile_document(instance_id: str, kept: Kept) -> Document:
    """Return the document of what shows of a customer: `live` and `covered` are empty if nothing is live."""
    changes_at = kept.changes_at
    return {
        "id": PROFILE_ID,
        "pk": customer_pk(instance_id, kept.customer_id),
        "kind": "profile",
        "instanceId": instance_id,
        "customerId": kept.customer_id,
        "changesAt": format_instant(changes_at) if changes_at else None,
        "form": kept.form,
        "loaded": kept.loaded,
        "digest": kept.digest,
        "attributes": kept.attributes,
        **beneath_document(kept),
    }


def kept_of(document: Mapping[str, Any]) -> Kept:
    kept = Kept(
        document["customerId"],
        document["attributes"],
        form=document["form"],
        loaded=document["loaded"],
        digest=document["digest"],
    )
    return with_beneath(kept, document)


def with_beneath(kept: Kept, document: Mapping[str, Any]) -> Kept:
    """Return what shows with the members that say why."""
    live = {name: _winner_of(winner) for name, winner in document["live"].items()}
    unfit_until = document["unfitUntil"]
    return kept._replace(
        live=live,
        covered=document["covered"],
        unfit_until=datetime.fromisoformat(unfit_until) if unfit_until else None,
    )


def beneath_document(kept: Kept) -> Document:
    """Return the members of a profile's document that say why it shows what it shows."""
    live = {
        name: {
            "updateId": winner.update_id,
            "occurredAt": format_instant(winner.occurred_at),
            "receivedAt": format_instant(winner.received_at),
            "validUntil": format_instant(winner.valid_until),
            "caller": winner.caller,
            "beneath": winner.beneath,
            "principal": sender_document(winner.principal),
            "before": winner.before,
            "untilRefresh": winner.until_refresh,
        }
        for name, winner in kept.live.items()
    }
    unfit_until = format_instant(kept.unfit_until) if kept.unfit_until else None
    return {"live": live, "covered": kept.covered, "unfitUntil": unfit_until}


def _winner_of(document: Mapping[str, Any]) -> Winner:
    return Winner(
        document["updateId"],
        datetime.fromisoformat(document["occurredAt"]),
        datetime.fromisoformat(document["receivedAt"]),
        datetime.fromisoformat(document["validUntil"]),
        document["caller"],
        document["beneath"],
        sender_of(document.get("principal")),
        tuple(document.get("before", ())),
        document.get("untilRefresh", False),
    )
