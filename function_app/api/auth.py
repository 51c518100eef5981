"""Who is asking, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from function_app import errors
from function_app.errors import ServiceError


class Role(IntEnum):
    """Roles in rising order; each may do what the ones below it may."""

    VIEWER = 1
    CONTRIBUTOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: its id, and the role it has on every instance."""

    principal_id: str
    role: Role


class Authenticator(Protocol):
    async def __call__(self, headers: Mapping[str, str]) -> Principal:
        """Return who sent these headers (looked up without case)."""


_LOCAL = Principal("local", Role.ADMINISTRATOR)


async def authenticate_local(headers: Mapping[str, str]) -> Principal:  # noqa: ARG001
    """Take everyone for an Administrator: for hosts that only their own machine can reach."""
    return _LOCAL


def authorize(principal: Principal, role: Role) -> None:
    """Return if the principal has the role; ServiceError naming it otherwise."""
    if principal.role < role:
        raise ServiceError(errors.FORBIDDEN(f"This needs the role {role.name.capitalize()}."))
