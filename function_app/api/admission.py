"""Admission: who calls, whether it may, and whether there is room for it.

Nothing that a request says is counted, kept or looked up before its caller is admitted, except here: the grants of the
instance that it names, and counts of failures, both bounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import azure.functions as func

from function_app.api.operation import METADATA, Operation
from function_app.api.runtime import Runtime
from function_app.api.sign_in.auth import ANONYMOUS, KEY_HEADER, KEY_PARAMETER
from function_app.domain.access import Principal, Role
from function_app.domain.addresses import is_instance_id
from function_app.errors import NotAuthenticated, ServiceError

FORWARDED = "x-forwarded-for"
CLIENT, PAGE = "x-ms-client", "page"
"""The header with which the pages mark their requests, and its value."""
_FAILURES = frozenset((401, 403))
_NONE: Mapping[str, str] = {}


class Admission:
    """The admission of one request; until `admit` returns, it has no `principal`.

    `instance_id` is the instance in the path, as text of the caller's; `headers` say what is left of the limits.
    `admitted` is the caller of the request that this one is a part of: only its role is checked again.
    `client` is `page` for a request of a page: these have separate limits, so that people who look do not throttle
    machines that write.
    """

    def __init__(
        self,
        runtime: Runtime,
        operation: Operation,
        req: func.HttpRequest,
        now: datetime,
        admitted: Principal | None = None,
    ) -> None:
        self._runtime, self._operation, self._now, self._admitted = runtime, operation, now, admitted
        self._url, self._headers, self._params = req.url, req.headers, req.params
        self.instance_id = req.route_params.get("instanceId")
        self.client = PAGE if req.headers.get(CLIENT) == PAGE else None
        self.principal: Principal | None = None
        self.headers: Mapping[str, str] = _NONE

    async def admit(self) -> Principal:
        """Authenticate the caller, check its role, and take one request from its limit and from the instance's.

        Raises ServiceError for callers who are not admitted: 401 or 403, and 429 after many of them.
        """
        role = self._operation.role
        if role is None:
            return ANONYMOUS
        if self._admitted is not None:
            self.principal = self._admitted
            await self._runtime.services.access.require(self._admitted, role, self.instance_id, self._now)
            return self._admitted
        try:
            self.principal = principal = await self._authorized(role)
        except ServiceError as error:
            if error.faults[0].status in _FAILURES:
                self._count_failure()
            if isinstance(error, NotAuthenticated) and self._operation.agentic:
                error.parts["resource_metadata"] = f"{self._address_of_this()}/{METADATA}"
            raise
        limits, now, whose = self._runtime.limits, self._now, "page of " if self.client else ""
        left = limits.take(f"{whose}principal {principal.principal_id}", now)
        if self.instance_id:
            left = min(left, limits.take(f"{whose}instance {self.instance_id}", now))
        self.headers = limits.headers(left, now)
        return principal

    async def _authorized(self, role: Role) -> Principal:
        """Return the caller, who has the role."""
        key = self._key_in_query()
        headers = self._headers if key is None else {KEY_HEADER.lower(): key}
        self._check_failures(headers)
        principal = await self._runtime.authenticate(headers, self._now)
        await self._runtime.services.access.require(principal, role, self.instance_id, self._now)
        if key is not None:
            model = await self._runtime.services.instances.get(self.instance_id or "", self._now)
            if not model.instance.api_key_in_query:
                raise NotAuthenticated(f"This instance accepts an API key only in the header {KEY_HEADER}.")
        return principal

    def _address_of_this(self) -> str:
        """Return the address of the request without its query, in the characters that a header can have."""
        return quote(self._url.partition("?")[0].rstrip("/"), safe=":/%[]")

    def _count_failure(self) -> None:
        """Count a failure for its address where there is one, and for the instance that the request names.

        Raises Throttled for the first that has had too many: one address can not use up what the instance has.
        """
        named, address = self._named(self._headers), _address(self._headers)
        if address:
            self._runtime.failures.take(f"address {address}", self._now)
        if is_instance_id(named):
            self._runtime.failures.take(f"instance {named}", self._now)

    def _check_failures(self, headers: Mapping[str, str]) -> None:
        """Refuse an address with too many failures, unless no look-up is needed: valid callers may share it."""
        address, failures = _address(self._headers), self._runtime.failures
        if not address or not failures.is_spent(f"address {address}", self._now):
            return
        if not self._runtime.services.access.remembers(self._named(headers), self._now):
            failures.take(f"address {address}", self._now)

    def _named(self, headers: Mapping[str, str]) -> str:
        """Return the instance whose grants decide: that of the API key, or else of the address."""
        key = headers.get(KEY_HEADER.lower(), "") if "authorization" not in headers else ""
        return key.rpartition(".")[0] or self.instance_id or ""

    def _key_in_query(self) -> str | None:
        """Return the API key of a read below `data` that has it in its query, and nothing in its headers."""
        key = self._params.get(KEY_PARAMETER)
        if not key or not self._operation.is_odata or self._operation.verb != "GET":
            return None
        return None if {"authorization", KEY_HEADER.lower()} & self._headers.keys() else key


def _address(headers: Mapping[str, str]) -> str:
    """Return the address that Azure's front end saw, without its port; empty if there is none."""
    last = headers.get(FORWARDED, "").rpartition(",")[2].strip()
    return last.rpartition(":")[0] if last.count(":") == 1 or "]:" in last else last
