"""Access control: roles, callers, role assignments, API keys, and the record of changes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Literal, NamedTuple

PrincipalType = Literal["user", "group", "app"]
Slot = Literal["primary", "secondary"]
SLOTS: tuple[Slot, ...] = ("primary", "secondary")


RoleName = Literal["Viewer", "Contributor", "Administrator"]


class Role(IntEnum):
    """Roles in ascending order; each includes the permissions of the lower ones."""

    VIEWER = 1
    CONTRIBUTOR = 2
    ADMINISTRATOR = 3

    @property
    def title(self) -> RoleName:
        """The role's name as callers write it, like `Viewer`."""
        return _TITLES[self]


_TITLES: dict[Role, RoleName] = {
    Role.VIEWER: "Viewer",
    Role.CONTRIBUTOR: "Contributor",
    Role.ADMINISTRATOR: "Administrator",
}
ROLES: Mapping[str, Role] = {role.title: role for role in Role}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role of one instance for a user, group or app."""

    principal_id: str
    principal_type: PrincipalType
    role: Role


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One of the two keys of an instance and role: its digest, never the key itself."""

    role: Role
    slot: Slot
    digest: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Grants:
    """Every role assignment (by principal id) and API key of one instance."""

    assignments: Mapping[str, Assignment] = field(default_factory=dict)
    api_keys: tuple[ApiKey, ...] = ()


class Sender(NamedTuple):
    """The principal that sent a write, as it is stored with it; `name` is what its token calls it, None without one."""

    principal_id: str
    principal_type: PrincipalType
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: its id, its role on every instance, its roles by instance, and the identities roles are assigned to.

    With `groups_left_out` the identities lack its groups, because there are too many for a token.
    """

    principal_id: str
    principal_type: PrincipalType
    role: Role | None = None
    instance_roles: Mapping[str, Role] = field(default_factory=dict)
    identities: frozenset[tuple[PrincipalType, str]] = frozenset()
    name: str | None = None
    groups_left_out: bool = False

    @property
    def sender(self) -> Sender:
        """Return what is stored of it with a write."""
        return Sender(self.principal_id, self.principal_type, self.name)

    def role_on(self, instance_id: str, grants: Grants) -> Role | None:
        """Return the highest role the caller has on an instance with these grants."""
        assigned = (
            grants.assignments[principal_id].role
            for kind, principal_id in self.identities
            if principal_id in grants.assignments and grants.assignments[principal_id].principal_type == kind
        )
        held = (self.role, self.instance_roles.get(instance_id), *assigned)
        return max((role for role in held if role is not None), default=None)


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a principal made to the definition, the roles or the keys of an instance."""

    changed_at: datetime
    changed_by: str
    action: str
    subject: str
    detail: str = ""
