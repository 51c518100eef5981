"""Create, list and end subscriptions; who did it is recorded in the changes of the instance."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from function_app import error_codes
from function_app.domain.access import Change, Principal, Role
from function_app.domain.subscription import (
    MAX_SUBSCRIPTIONS,
    EventKind,
    Progress,
    Subscription,
    holdings,
    new_secret,
    still_held,
    subscription_id,
)
from function_app.errors import ServiceError
from function_app.services.access import Access
from function_app.services.instances import CompiledInstance
from function_app.services.webhooks.outlet import Outlet
from function_app.services.webhooks.streams import Streams
from function_app.store.port import Store

SERVICE = "service"
"""Who ends a subscription if no caller does."""
_NOT_ASSIGNED = (
    "A subscription ends with its subscriber's role, and a role in the token can not be asked again later; have an "
    "Administrator assign a role on this instance, or subscribe with an API key."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subscription that a caller asks for; `within` is only for updates that will expire."""

    event: EventKind
    callback: str
    within: timedelta | None = None


class Subscriptions:
    def __init__(self, store: Store, access: Access, streams: Streams, outlet: Outlet | None) -> None:
        """Without an outlet no caller can subscribe."""
        self._stored, self._changes = store.subscriptions, store.access
        self._access, self._streams, self._outlet = access, streams, outlet

    async def create(
        self, model: CompiledInstance, wanted: Wanted, principal: Principal, now: datetime
    ) -> Subscription:
        """Store a subscription and return it; one of the same caller, event and callback continues with a new secret.

        ServiceError if the callback may not be called, the caller's role can't be asked again later, or the instance
        has MAX_SUBSCRIPTIONS.
        """
        self.check_callback(wanted.callback)
        instance_id = model.instance.instance_id
        held_by = holdings(principal, instance_id, await self._access.grants(instance_id, now))
        if not held_by:
            raise ServiceError(error_codes.ROLE_NOT_ASSIGNED(_NOT_ASSIGNED))
        identity = subscription_id(wanted.event, wanted.callback, principal.principal_id)
        known = {each.subscription_id: each for each in await self._stored.list(instance_id)}
        if identity not in known and len(known) >= MAX_SUBSCRIPTIONS:
            message = f"The instance has {MAX_SUBSCRIPTIONS} subscriptions, which is the most; end one of them."
            raise ServiceError(error_codes.TOO_MANY_SUBSCRIPTIONS(message))
        subscription = Subscription(
            identity,
            wanted.event,
            wanted.callback,
            new_secret(secrets.token_bytes(32)),
            principal.sender,
            held_by,
            now,
            Progress({}),
            wanted.within,
            revision=secrets.randbits(48),  # who serves the one that it replaces must not take it for that
        )
        before = known.get(identity)
        if before and before.within == wanted.within:
            progress = before.progress.begin_again()
        else:
            progress = Progress(await self._streams.beginning(instance_id, subscription, now))
        subscription = replace(subscription, progress=progress)
        await self._record(instance_id, subscription, "subscribe", principal.principal_id, now)
        await self._stored.write(instance_id, subscription)
        return subscription

    def check_callback(self, callback: str) -> None:
        """Raise ServiceError if a callback may not be called, as far as its text tells."""
        fault = self._outlet.post.fault_of(callback) if self._outlet else "can not be called by this host"
        if fault:
            raise ServiceError(error_codes.INVALID_SUBSCRIPTION(f"The callback {fault}.", "/callbackUrl"))

    async def list(self, instance_id: str) -> Sequence[Subscription]:
        """Return all subscriptions of an instance."""
        return await self._stored.list(instance_id)

    async def remove(self, instance_id: str, identity: str, principal: Principal, now: datetime) -> None:
        """Remove a subscription, if there is one. ServiceError if it is another's and the caller no Administrator."""
        found = await self._stored.read(instance_id, identity)
        if found is None:
            return
        if found.subscriber.principal_id != principal.principal_id:
            await self._access.require(principal, Role.ADMINISTRATOR, instance_id, now)
        await self._record(instance_id, found, "unsubscribe", principal.principal_id, now)
        await self._stored.remove(instance_id, identity)

    async def end(self, instance_id: str, found: Subscription, reason: str, now: datetime) -> None:
        """Remove a subscription for a reason that the service has."""
        await self._record(instance_id, found, "endSubscription", SERVICE, now, reason)
        await self._stored.remove(instance_id, found.subscription_id)

    async def may_go_on(self, instance_id: str, found: Subscription, now: datetime) -> bool:
        """Return whether the subscriber has a role on the instance still."""
        return still_held(found.held_by, await self._access.grants(instance_id, now))

    async def _record(  # noqa: PLR0913, PLR0917  # what is recorded
        self, instance_id: str, found: Subscription, action: str, by: str, now: datetime, reason: str = ""
    ) -> None:
        detail = f"{found.event}: {reason}" if reason else found.event
        await self._changes.record_change(instance_id, Change(now, by, action, found.subscription_id, detail))
