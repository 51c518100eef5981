"""The subscriptions of webhooks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from function_app.domain.subscription import Subscription


class Subscriptions(Protocol):
    async def write(self, instance_id: str, subscription: Subscription) -> None:
        """Create or replace a subscription, identified by its id."""

    async def replace(self, instance_id: str, subscription: Subscription) -> Subscription | None:
        """Replace a subscription of the same revision, and return it with the next one.

        None, and nothing is written, if it was written or removed since it was read.
        """

    async def read(self, instance_id: str, subscription_id: str) -> Subscription | None:
        """Return a subscription; None if there is none with this id."""

    async def list(self, instance_id: str) -> Sequence[Subscription]:
        """Return all subscriptions of an instance, ordered by id."""

    async def list_instances(self) -> Collection[str]:
        """Return the ids of the instances that have subscriptions."""

    async def remove(self, instance_id: str, subscription_id: str) -> None:
        """Remove a subscription, if it exists."""
