"""What is held on one person, and its erasure.

A tombstone is a keyed hash of a CustomerId or of a source key of an erased person. It says that the service has erased
this id, without containing it; the key is a random one for each instance.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import NamedTuple

from function_app.domain.activity import Activity, SourceKey
from function_app.domain.profile import Update
from function_app.domain.projection import Kept


@dataclass(frozen=True, slots=True)
class Held:
    """Everything that the store holds on a person, live or not, by kind."""

    profile: Kept | None = None
    updates: Sequence[Update] = ()
    activities: Sequence[Activity] = ()
    parked: Sequence[tuple[SourceKey, Activity]] = ()
    keys: Sequence[SourceKey] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of documents of each kind."""
        lists = {field.name: len(getattr(self, field.name)) for field in fields(self) if field.name != "profile"}
        return {"profiles": int(self.profile is not None), **lists}


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person that is being erased, with its source keys; kept until nothing of it can be written any more."""

    customer_id: str
    source_keys: tuple[SourceKey, ...]
    requested_at: datetime


class Tombstone(NamedTuple):
    """The hash of an erased id, and that of the CustomerId of the same person."""

    digest: str
    owner: str


def digest_of_customer(secret: str, customer_id: str) -> str:
    """Return the keyed hash of a CustomerId."""
    return _digest(secret, f"customer\0{customer_id}")


def digest_of_key(secret: str, source_key: SourceKey) -> str:
    """Return the keyed hash of a source key."""
    return _digest(secret, f"key\0{source_key.entity}\0{source_key.key}")


def tombstones_of(secret: str, erasure: Erasure) -> list[Tombstone]:
    """Return the tombstones of a person: one for its CustomerId, one for each source key."""
    owner = digest_of_customer(secret, erasure.customer_id)
    keys = (digest_of_key(secret, source_key) for source_key in erasure.source_keys)
    return [Tombstone(owner, owner), *(Tombstone(digest, owner) for digest in keys)]


def _digest(secret: str, text: str) -> str:
    return hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hex()
