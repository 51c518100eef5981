"""The signing keys of Entra: fetched when needed, and cached while the endpoint is not available."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from function_app import error_codes
from function_app.errors import Unavailable

if TYPE_CHECKING:
    from jwt import PyJWK

FRESH = timedelta(hours=24)
PAUSE = timedelta(seconds=10)
_TIMEOUT_S = 5
_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


class SigningKeys:
    """The JWKS at an address.

    It is fetched for an unknown key id and, in the background, once a day; at most once in PAUSE.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: Mapping[str, PyJWK] = {}
        self._fetched_at = self._tried_at = _NEVER
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str, now: datetime) -> PyJWK | None:
        """Return the key with an id, None if there is none. Raises Unavailable if no keys were fetched yet."""
        known = self._keys.get(key_id)
        if (known is None or now - self._fetched_at > FRESH) and now - self._tried_at >= PAUSE:
            self._tried_at = now
            self._fetching = asyncio.create_task(self._fetch(now))
        if known is None and self._fetching:
            await asyncio.shield(self._fetching)
            known = self._keys.get(key_id)
        if not self._keys:
            raise Unavailable(
                PAUSE.total_seconds(), error_codes.SIGN_IN_UNAVAILABLE("Tokens can not be verified at the moment.")
            )
        return known

    async def _fetch(self, now: datetime) -> None:
        import aiohttp  # noqa: PLC0415  # only needed with tokens

        try:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S)
            async with (
                aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as session,
                session.get(self._url, allow_redirects=False) as response,
            ):
                self._keys = _signing_keys(await response.json(content_type=None))
            self._fetched_at = now
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            _log.warning(
                "The signing keys could not be fetched: %s; the cached keys stay in use.", type(error).__name__
            )


def _signing_keys(document: Any) -> dict[str, PyJWK]:
    from jwt import PyJWK, PyJWTError  # noqa: PLC0415  # 50 ms that a cold start saves

    found: dict[str, PyJWK] = {}
    try:
        for described in document["keys"]:
            if described["kty"] == "RSA" and described.get("use", "sig") == "sig":
                found[described["kid"]] = PyJWK(described, "RS256")
    except (LookupError, TypeError, AttributeError, PyJWTError) as error:
        raise ValueError from error
    if not found:
        raise ValueError
    return found
