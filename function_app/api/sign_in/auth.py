"""Authenticators: by Entra token or API key, or without credentials on a local host."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from function_app import error_codes
from function_app.domain.access import Principal, Role
from function_app.errors import NotAuthenticated, ServiceError

if TYPE_CHECKING:
    from function_app.api.sign_in.tokens import EntraTokens
    from function_app.services.access import Access

KEY_HEADER, KEY_PARAMETER = "Ocp-Apim-Subscription-Key", "subscription-key"


class Authenticator(Protocol):
    async def __call__(self, headers: Mapping[str, str], now: datetime) -> Principal:
        """Return the caller of these headers (names in any case). Raises NotAuthenticated without valid credentials."""


ANONYMOUS = Principal("anonymous", "app")
_OWN_SITES = frozenset(("none", "same-origin"))
_LOCAL = Principal("local", "user", Role.ADMINISTRATOR)


async def authenticate_local(headers: Mapping[str, str], now: datetime) -> Principal:  # noqa: ARG001  # of the protocol
    """Return an Administrator for each caller, but no page of another site. Use it only for hosts on loopback."""
    origin, host = headers.get("origin"), headers.get("host")
    if headers.get("sec-fetch-site", "none") not in _OWN_SITES or (origin and urlsplit(origin).netloc != host):
        message = "A page of another site sent this request; without sign-in only this service's own pages may."
        raise ServiceError(error_codes.FOREIGN_PAGE(message))
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
