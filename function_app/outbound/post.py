"""Send one message of a webhook to its callback."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from function_app.domain.subscription import Outcome
from function_app.version import VERSION

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from function_app.outbound.addresses import Look

TIMEOUT_S = 10
_USER_AGENT = f"realtime-customer-profiles/{VERSION}"
_LONGEST_CALLBACK = 2_000
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")  # libraries read other texts in different ways
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class HttpPost:
    """Posts to https callbacks with public addresses; with `loopback` also to this machine, by http too.

    Each message has its own connection, to an address that was checked for it. Redirects are not followed, and
    no more is read of an answer than its head.
    """

    def __init__(self, *, loopback: bool = False, look: Look | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._loopback, self._look, self._timeout_s = loopback, look, timeout_s
        self._session: ClientSession | None = None

    def fault_of(self, callback: str) -> str | None:
        """Return why nothing is sent to a callback, as far as its text tells; None if it may be."""
        try:
            parts = urlsplit(callback)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            return "must be a URL"
        if not callback.isascii() or not callback.isprintable() or " " in callback or not _HOST.fullmatch(host):
            return "must be a URL with the name of a host"
        if len(callback) > _LONGEST_CALLBACK:
            return f"may have at most {_LONGEST_CALLBACK} characters"
        if parts.username is not None or parts.fragment:
            return "must have no user name and no fragment"
        if parts.scheme != "https" and not (self._loopback and parts.scheme == "http" and _is_local(host)):
            return "must begin with https://"
        return None if self._may_name(host) else "must have a public address"

    async def __call__(self, callback: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        from aiohttp import ClientError  # noqa: PLC0415  # if used

        if self.fault_of(callback):
            return Outcome(0, "its address is not public")
        sent = {"Content-Type": "application/json; charset=utf-8", "User-Agent": _USER_AGENT, **headers}
        try:
            async with self._opened().post(callback, data=body, headers=sent, allow_redirects=False) as answer:
                return _outcome(answer.status, answer.headers.get("Retry-After", ""))
        except TimeoutError:
            return Outcome(0, f"no answer within {self._timeout_s:g} seconds")
        except (ClientError, OSError, ValueError) as error:
            return Outcome(0, _failure(error))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _may_name(self, host: str) -> bool:
        from function_app.outbound.addresses import may_send_to  # noqa: PLC0415

        try:
            ip_address(host)
        except ValueError:
            if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
                return False  # some read it as an IPv4 address, like 127.1
            return self._loopback or not _is_local(host)
        return may_send_to(host, loopback=self._loopback)

    def _opened(self) -> ClientSession:
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector  # noqa: PLC0415

        from function_app.outbound.addresses import CheckedResolver  # noqa: PLC0415

        if self._session is None:
            resolver = CheckedResolver(loopback=self._loopback, look=self._look)
            connector = TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True, limit=0)
            timeout = ClientTimeout(total=self._timeout_s)
            self._session = ClientSession(connector=connector, timeout=timeout, cookie_jar=DummyCookieJar())
        return self._session


def _outcome(status: int, retry_after: str) -> Outcome:
    if 200 <= status < 300:  # noqa: PLR2004  # the successes of HTTP
        return Outcome(status)
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 7 else None  # noqa: PLR2004
    return Outcome(status, f"it answered {status}", wait)


def _failure(error: Exception) -> str:
    from aiohttp import ClientConnectorCertificateError, ClientSSLError  # noqa: PLC0415

    from function_app.outbound.addresses import RefusedAddressError  # noqa: PLC0415

    causes = (error, error.__cause__, getattr(error, "os_error", None))
    if any(isinstance(cause, RefusedAddressError) for cause in causes):
        return "its address is not public"
    if isinstance(error, ClientConnectorCertificateError):
        return "its certificate is not valid"
    return "no secure connection (TLS)" if isinstance(error, ClientSSLError) else "no connection, or no HTTP answer"


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".").rpartition(".")[2] == "localhost"
