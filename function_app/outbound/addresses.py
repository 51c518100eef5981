"""Which addresses the service may send to: none inside a network, whatever a name resolves to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

_threads = ThreadPoolExecutor(4, "dns")  # not those of requests and the store: name servers of callbacks may hang
Look = Callable[[str, int], Sequence[str]]
_CARRIES_IPV4 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))


class RefusedAddressError(OSError):
    """The name resolves to an address that the service does not send to."""


def may_send_to(text: str, *, loopback: bool) -> bool:
    """Return whether an address is public, or on this machine where that is allowed."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return may_send_to(str(address.ipv4_mapped), loopback=loopback)
        if address.is_loopback:
            return loopback
        if address.sixtofour or address.teredo or any(address in network for network in _CARRIES_IPV4):
            return False  # a gateway would send it on to an IPv4 address
    if address.is_loopback:
        return loopback
    return address.is_global and not (address.is_multicast or address.is_reserved)


class CheckedResolver(AbstractResolver):
    """Resolves names for aiohttp, which connects to just these addresses. RefusedAddressError if any is not allowed."""

    def __init__(self, *, loopback: bool, look: Look | None = None) -> None:
        self._loopback, self._look = loopback, look or look_up

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002  # both families are wanted
    ) -> list[ResolveResult]:
        found = await asyncio.get_running_loop().run_in_executor(_threads, self._look, host, port)
        if not found or not all(may_send_to(address, loopback=self._loopback) for address in found):
            raise RefusedAddressError
        return [_result(host, address, port) for address in found]

    async def close(self) -> None:
        """Nothing is kept open."""


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a name."""
    found: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST)
