"""What removes all that is held: of a person, or of an instance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from function_app.domain.activity import SourceKey
from function_app.domain.deletion import Deletion
from function_app.domain.person import Erasure, Held, Tombstone


class Persons(Protocol):
    """All that is held on one person, live or not, and the erasures of an instance.

    `source_keys` are keys that no other customer has.
    """

    async def read(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> Held:
        """Return everything under a CustomerId and these source keys, with all keys that it has; may be empty."""

    async def remove(self, instance_id: str, customer_id: str, source_keys: Collection[SourceKey]) -> None:
        """Remove everything under a CustomerId and its source keys, the profile first."""

    async def create_secret(self, instance_id: str, secret: str) -> str:
        """Store the secret of the hashes of an instance; return the stored one if there is one."""

    async def read_secret(self, instance_id: str) -> str | None:
        """Return the secret of the hashes of an instance; None if there is none."""

    async def begin(self, instance_id: str, erasure: Erasure, tombstones: Sequence[Tombstone]) -> None:
        """Write an open erasure and its tombstones, the one of the CustomerId first, new or again.

        If only a part is written, that is the erasure.
        """

    async def list_open(self) -> Sequence[tuple[str, Erasure]]:
        """Return the open erasures of all instances, each with the instance id."""

    async def end(self, instance_id: str, owner: str) -> None:
        """Remove an open erasure by the hash of its CustomerId, if it exists; its tombstones stay."""

    async def filter_erased(self, instance_id: str, digests: Collection[str]) -> Collection[str]:
        """Return those of these hashes that have a tombstone."""

    async def list_tombstones(self, instance_id: str) -> Sequence[Tombstone]:
        """Return all tombstones of an instance."""

    async def remove_tombstones(self, instance_id: str, tombstones: Collection[Tombstone]) -> None:
        """Remove tombstones; ignore what does not exist."""


class Deletions(Protocol):
    """Instances that are being deleted."""

    async def write(self, instance_id: str, deletion: Deletion) -> None:
        """Write a deletion, new or replaced, then remove the definition of the instance, if it is there."""

    async def read(self, instance_id: str) -> Deletion | None:
        """Return the deletion of an instance; None if it is not being deleted."""

    async def list(self) -> Sequence[tuple[str, Deletion]]:
        """Return the deletions of all instances, each with the instance id."""

    async def remove_some(self, instance_id: str, limit: int) -> int:
        """Remove up to `limit` documents of each table of an instance; return how many, 0 if nothing is left.

        Its changes and its deletion stay.
        """

    async def end(self, instance_id: str) -> None:
        """Remove a deletion, if it exists."""
