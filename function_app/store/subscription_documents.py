"""The documents of the subscriptions of webhooks, in the instance's partition of `control`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.instant import format_instant
from function_app.domain.subscription import Hold, Progress, Subscription
from function_app.store.documents import Document, sender_document, sender_of


def subscription_doc_id(subscription_id: str) -> str:
    return f"subscription-{subscription_id}"


def subscription_document(instance_id: str, subscription: Subscription) -> Document:
    return {
        "id": subscription_doc_id(subscription.subscription_id),
        "pk": instance_id,
        "kind": "subscription",
        "subscriptionId": subscription.subscription_id,
        "event": subscription.event,
        "callback": subscription.callback,
        "secret": subscription.secret,
        "subscriber": sender_document(subscription.subscriber),
        "heldBy": subscription.held_by,
        "createdAt": format_instant(subscription.created_at),
        "progress": _progress_document(subscription.progress),
        "withinSeconds": subscription.within.total_seconds() if subscription.within else None,
        "worker": subscription.worker,
        "leasedUntil": format_instant(subscription.leased_until),
        "revision": subscription.revision,
    }


def subscription_of(document: Mapping[str, Any]) -> Subscription:
    sender, within = sender_of(document["subscriber"]), document["withinSeconds"]
    if sender is None:
        raise LookupError(document["id"])
    return Subscription(
        document["subscriptionId"],
        document["event"],
        document["callback"],
        document["secret"],
        sender,
        tuple(document["heldBy"]),
        datetime.fromisoformat(document["createdAt"]),
        _progress_of(document["progress"]),
        timedelta(seconds=within) if within else None,
        document["worker"],
        datetime.fromisoformat(document["leasedUntil"]),
        document["revision"],
    )


def _progress_document(progress: Progress) -> Document:
    return {
        "cursors": progress.cursors,
        "done": sorted(progress.done),
        "holds": {
            customer: [hold.attempts, format_instant(hold.retry_at)] for customer, hold in progress.holds.items()
        },
        "lookedAt": format_instant(progress.looked_at),
        "sweptAt": format_instant(progress.swept_at),
        "deliveredAt": _text(progress.delivered_at),
        "failingSince": _text(progress.failing_since),
        "failedAt": _text(progress.failed_at),
        "failure": progress.failure,
    }


def _progress_of(document: Mapping[str, Any]) -> Progress:
    holds = {
        customer: Hold(attempts, datetime.fromisoformat(at)) for customer, (attempts, at) in document["holds"].items()
    }
    return Progress(
        document["cursors"],
        frozenset(document["done"]),
        holds,
        datetime.fromisoformat(document["lookedAt"]),
        datetime.fromisoformat(document["sweptAt"]),
        _instant(document["deliveredAt"]),
        _instant(document["failingSince"]),
        _instant(document["failedAt"]),
        document["failure"],
    )


def _text(instant: datetime | None) -> str | None:
    return format_instant(instant) if instant else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
