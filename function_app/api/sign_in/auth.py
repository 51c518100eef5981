"""Authenticators: by Entra token or API key, or without credentials on a local host."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from function_app.domain.access import Principal, Role
from function_app.errors import NotAuthenticated

if TYPE_CHECKING:
    from function_app.api.sign_in.tokens import EntraTokens
    from function_app.services.access import Access

KEY_HEADER, KEY_PARAMETER = "Ocp-Apim-Subscription-Key", "subscription-key"


class Authenticator(Protocol):
    async def __call__(self, headers: Mapping[str, str], now: datetime) -> Principal:
        """Return the caller of these headers (names in any case). Raises NotAuthenticated without valid credentials."""


ANONYMOUS = Principal("anonymous", "app")
_LOCAL = Principal("local", "user", Role.ADMINISTRATOR)


async def authenticate_local(headers: Mapping[str, str], now: datetime) -> Principal:  # noqa: ARG001
    """Return an Administrator for each caller. Use it only for hosts that accept only local connections."""
    return _LOCAL


class TokenOrKey:
    """Authenticates callers by bearer token or, without one, by API key.

    `sign_in_at` is where callers without valid credentials sign in: Power BI and Excel read it from the challenge.
    """

    def __init__(self, tokens: EntraTokens, access: Access, sign_in_at: str | None = None) -> None:
        self._tokens, self._access = tokens, access
        self._where = {"authorization_uri": sign_in_at} if sign_in_at else {}

    async def __call__(self, headers: Mapping[str, str], now: datetime) -> Principal:
        try:
            return await self._principal(headers, now)
        except NotAuthenticated as error:
            error.parts = {**self._where, **error.parts}
            raise

    async def _principal(self, headers: Mapping[str, str], now: datetime) -> Principal:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._tokens.verify(token.strip(), now)
        key = headers.get(KEY_HEADER.lower())
        if not key:
            raise NotAuthenticated(f"Send a bearer token, or an API key in the header {KEY_HEADER}.")
        principal = await self._access.holder_of(key, now)
        if principal is None:
            raise NotAuthenticated("The API key is not valid; it may have been revoked or regenerated.")
        return principal
