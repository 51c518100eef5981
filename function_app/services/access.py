"""Access control: the role of a caller on an instance, role assignments, and API keys."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from function_app import error_codes
from function_app.domain.access import ApiKey, Assignment, Change, Grants, Principal, Role, Slot
from function_app.domain.addresses import is_instance_id
from function_app.errors import ServiceError
from function_app.services.cache import Cache
from function_app.store.port import Store

MAX_KEPT = 10_000
_NOTHING = Grants()
_NO_GROUPS = (
    " The token names none of your groups, because you are in too many (over 200), so roles of groups do not count; "
    "let an Administrator assign the role to you yourself."
)


class Access:
    """Roles, assignments and API keys; changes by other workers are visible within `CACHE_TTL`.

    A change is recorded before it is made: a recorded change may have failed, but every change is recorded.
    """

    def __init__(self, store: Store) -> None:
        self._store = store.access
        self._kept = Cache[str, Grants](MAX_KEPT)
        self._without = Cache[str, Grants](MAX_KEPT)  # apart: invented ids must not push out real ones

    async def require(self, principal: Principal, role: Role, instance_id: str | None, now: datetime) -> None:
        """Raise ServiceError if the caller lacks the role: on the instance, or in general if `instance_id` is None.

        The instance need not exist.
        """
        anywhere = principal.role or Role.VIEWER
        held = anywhere if instance_id is None else await self.role_on(principal, instance_id, now)
        if held is None or held < role:
            message = f"This needs the role {role.title}."
            raise ServiceError(error_codes.FORBIDDEN(message + (_NO_GROUPS if principal.groups_left_out else "")))

    async def role_on(self, principal: Principal, instance_id: str, now: datetime) -> Role | None:
        """Return the highest role the caller has on an instance; None if it has none."""
        if principal.role is Role.ADMINISTRATOR:
            return principal.role
        if not principal.identities:  # nothing can be assigned to an API key
            return principal.role_on(instance_id, _NOTHING)
        return principal.role_on(instance_id, await self.grants(instance_id, now))

    async def holder_of(self, key: str, now: datetime) -> Principal | None:
        """Return the principal of an API key; None if the key is unknown."""
        instance_id, _, secret = key.rpartition(".")
        if not secret:
            return None
        digest, found = _digest(key), None
        for known in (await self.grants(instance_id, now)).api_keys:
            if hmac.compare_digest(known.digest, digest):
                found = known
        if found is None:
            return None
        name = f"key:{instance_id}:{found.role.title}:{found.slot}"
        return Principal(name, "app", instance_roles={instance_id: found.role})

    def remembers(self, instance_id: str, now: datetime) -> bool:
        """Return whether the grants of an instance are in memory, so that a decision needs no look-up."""
        return self._remembered(instance_id, now) is not None

    async def assignments(self, instance_id: str) -> Sequence[Assignment]:
        """Return the role assignments of an instance, ordered by principal id."""
        grants = await self._store.read_grants(instance_id)
        return [grants.assignments[principal_id] for principal_id in sorted(grants.assignments)]

    async def assign(self, instance_id: str, assignment: Assignment, by: Principal, now: datetime) -> None:
        """Set the role of a user, group or app on an instance; it replaces an earlier one."""
        detail = f"{assignment.principal_type}: {assignment.role.title}"
        change = Change(now, by.principal_id, "assignRole", assignment.principal_id, detail)
        await self._store.record_change(instance_id, change)
        await self._store.write_assignment(instance_id, assignment)
        self.drop(instance_id)

    async def unassign(self, instance_id: str, principal_id: str, by: Principal, now: datetime) -> None:
        """Remove a principal's role on an instance, if it has one."""
        if principal_id in (await self._store.read_grants(instance_id)).assignments:
            await self._store.record_change(instance_id, Change(now, by.principal_id, "removeRole", principal_id))
            await self._store.delete_assignment(instance_id, principal_id)
            self.drop(instance_id)

    async def api_keys(self, instance_id: str) -> Sequence[ApiKey]:
        """Return the API keys of an instance, ordered by role and slot."""
        return sorted((await self._store.read_grants(instance_id)).api_keys, key=lambda key: (key.role, key.slot))

    async def regenerate(self, instance_id: str, role: Role, slot: Slot, by: Principal, now: datetime) -> str:
        """Replace the key of a role and slot, and return the new one: it can't be read later."""
        key = f"{instance_id}.{secrets.token_urlsafe(32)}"
        change = Change(now, by.principal_id, "regenerateKey", f"{role.title}:{slot}")
        await self._store.record_change(instance_id, change)
        await self._store.write_api_key(instance_id, ApiKey(role, slot, _digest(key), now, by.principal_id))
        self.drop(instance_id)
        return key

    async def revoke(self, instance_id: str, role: Role, slot: Slot, by: Principal, now: datetime) -> None:
        """Revoke a key, if there is one."""
        if any((key.role, key.slot) == (role, slot) for key in await self.api_keys(instance_id)):
            change = Change(now, by.principal_id, "revokeKey", f"{role.title}:{slot}")
            await self._store.record_change(instance_id, change)
            await self._store.delete_api_key(instance_id, role, slot)
            self.drop(instance_id)

    async def changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return the changes of the definition, roles and keys of an instance, newest first."""
        return await self._store.list_changes(instance_id, before, limit)

    def drop(self, instance_id: str) -> None:
        """Remove the grants of an instance from the cache of this worker."""
        self._kept.drop(instance_id)
        self._without.drop(instance_id)

    async def grants(self, instance_id: str, now: datetime) -> Grants:
        """Return the assignments and keys of an instance, at most `CACHE_TTL` old."""
        grants = self._remembered(instance_id, now)
        if grants is None:
            grants = await self._store.read_grants(instance_id)
            (self._without if grants == _NOTHING else self._kept).put(instance_id, grants, now)
        return grants

    def _remembered(self, instance_id: str, now: datetime) -> Grants | None:
        known = self._kept.get(instance_id, now) or self._without.get(instance_id, now)
        return known if known or is_instance_id(instance_id) else _NOTHING


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
