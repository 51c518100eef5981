"""Access: which role a caller has on an instance, and the assignments and keys that give it one."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from function_app import error_codes
from function_app.domain.access import ApiKey, Assignment, Change, Grants, Principal, Role, Slot
from function_app.errors import ServiceError
from function_app.services.cache import Cache
from function_app.store.port import Store

MAX_KEPT = 10_000
_MAX_INSTANCE_ID_LENGTH = 64


class Access:
    """Roles, as of at most a minute ago for changes made by other workers.

    Changes are recorded before they are made: an entry may stand for a change that failed, never the reverse.
    """

    def __init__(self, store: Store) -> None:
        self._store = store.access
        self._kept = Cache[str, Grants](MAX_KEPT)

    async def require(self, principal: Principal, role: Role, instance_id: str | None, now: datetime) -> None:
        """Return if the caller has the role, on any instance or on none in particular; ServiceError otherwise.

        Whether there is such an instance makes no difference.
        """
        anywhere = principal.role or Role.VIEWER
        held = anywhere if instance_id is None else await self.role_on(principal, instance_id, now)
        if held is None or held < role:
            raise ServiceError(error_codes.FORBIDDEN(f"This needs the role {role.title}."))

    async def role_on(self, principal: Principal, instance_id: str, now: datetime) -> Role | None:
        """Return the highest role the caller has on an instance."""
        if principal.role is Role.ADMINISTRATOR:
            return principal.role
        return principal.role_on(instance_id, await self._grants(instance_id, now))

    async def holder_of(self, key: str, now: datetime) -> Principal | None:
        """Return the principal an API key stands for, None if the key is not known."""
        instance_id, _, secret = key.rpartition(".")
        if not secret or not 0 < len(instance_id) <= _MAX_INSTANCE_ID_LENGTH:
            return None
        digest, found = _digest(key), None
        for known in (await self._grants(instance_id, now)).api_keys:
            if hmac.compare_digest(known.digest, digest):
                found = known
        if found is None:
            return None
        return Principal(f"key:{found.role.title}:{found.slot}", "app", instance_roles={instance_id: found.role})

    async def assignments(self, instance_id: str) -> Sequence[Assignment]:
        """Return the role assignments of an instance, by principal id."""
        grants = await self._store.read_grants(instance_id)
        return [grants.assignments[principal_id] for principal_id in sorted(grants.assignments)]

    async def assign(self, instance_id: str, assignment: Assignment, by: Principal, now: datetime) -> None:
        """Give a user, group or app its one role on an instance."""
        detail = f"{assignment.principal_type}: {assignment.role.title}"
        change = Change(now, by.principal_id, "assignRole", assignment.principal_id, detail)
        await self._store.record_change(instance_id, change)
        await self._store.write_assignment(instance_id, assignment)
        self._kept.drop(instance_id)

    async def unassign(self, instance_id: str, principal_id: str, by: Principal, now: datetime) -> None:
        """Take a principal's role on an instance away, if it has one."""
        if principal_id in (await self._store.read_grants(instance_id)).assignments:
            await self._store.record_change(instance_id, Change(now, by.principal_id, "removeRole", principal_id))
            await self._store.delete_assignment(instance_id, principal_id)
            self._kept.drop(instance_id)

    async def api_keys(self, instance_id: str) -> Sequence[ApiKey]:
        """Return the API keys of an instance, by role and slot."""
        return sorted((await self._store.read_grants(instance_id)).api_keys, key=lambda key: (key.role, key.slot))

    async def regenerate(self, instance_id: str, role: Role, slot: Slot, by: Principal, now: datetime) -> str:
        """Make a new key in place of the one before, and return it: it can't be read again."""
        key = f"{instance_id}.{secrets.token_urlsafe(32)}"
        change = Change(now, by.principal_id, "regenerateKey", f"{role.title}:{slot}")
        await self._store.record_change(instance_id, change)
        await self._store.write_api_key(instance_id, ApiKey(role, slot, _digest(key), now, by.principal_id))
        self._kept.drop(instance_id)
        return key

    async def revoke(self, instance_id: str, role: Role, slot: Slot, by: Principal, now: datetime) -> None:
        """Make a key worthless, if there is one."""
        if any((key.role, key.slot) == (role, slot) for key in await self.api_keys(instance_id)):
            change = Change(now, by.principal_id, "revokeKey", f"{role.title}:{slot}")
            await self._store.record_change(instance_id, change)
            await self._store.delete_api_key(instance_id, role, slot)
            self._kept.drop(instance_id)

    async def changes(self, instance_id: str, before: datetime, limit: int) -> Sequence[Change]:
        """Return who changed the definition, roles and keys of an instance, newest first."""
        return await self._store.list_changes(instance_id, before, limit)

    async def _grants(self, instance_id: str, now: datetime) -> Grants:
        grants = self._kept.get(instance_id, now)
        if grants is None:
            grants = await self._store.read_grants(instance_id)
            self._kept.put(instance_id, grants, now)
        return grants


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
