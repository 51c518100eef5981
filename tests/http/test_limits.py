from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over
from support.entra import issuer, token

from function_app.api.limits import Limits
from function_app.api.runtime import Runtime
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"instances/{INSTANCE}"


def caller(oid: str, *roles: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(oid=oid, roles=roles)}"}


@pytest.fixture
async def limited(tmp_path: Path, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    """Three requests a minute."""
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock, Limits(3))

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition(), clock())
            yield client


async def test_a_principal_has_a_limit_per_minute_and_gets_the_remaining_number(
    limited: httpx.AsyncClient, clock: Clock
) -> None:
    clock.advance(seconds=15)
    for left in ("2", "1", "0"):
        answer = await limited.get("instances", headers=caller("ada", "Viewer"))
        assert answer.status_code == 200
        assert answer.headers["RateLimit"] == f'"minute";r={left};t=45'
    refused = await limited.get("instances", headers=caller("ada", "Viewer"))
    assert (refused.status_code, refused.json()["errorCode"]) == (429, "TooManyRequests")
    assert refused.headers["Retry-After"] == "45"
    assert (await limited.get("instances", headers=caller("bob", "Viewer"))).status_code == 200
    clock.advance(seconds=45)
    assert (await limited.get("instances", headers=caller("ada", "Viewer"))).status_code == 200


async def test_an_instance_has_a_limit_per_minute_for_all_callers_together(limited: httpx.AsyncClient) -> None:
    statuses = [(await limited.get(AT, headers=caller(f"u{n}", "Viewer"))).status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_a_caller_without_a_role_uses_none_of_the_instances_limit(limited: httpx.AsyncClient) -> None:
    for n in range(4):
        assert (await limited.get(AT, headers=caller(f"u{n}"))).status_code == 403
    assert (await limited.get(AT, headers=caller("ada", "Viewer"))).headers["RateLimit"] == '"minute";r=2;t=60'


async def test_a_failed_request_has_no_limit_headers_and_health_has_none(limited: httpx.AsyncClient) -> None:
    missing = await limited.get(f"{AT}/data/Customer/nobody", headers=caller("ada", "Viewer"))
    assert missing.status_code == 404
    assert "RateLimit" not in missing.headers
    assert "RateLimit" not in (await limited.get("health")).headers


async def test_pages_and_machines_have_separate_limits(limited: httpx.AsyncClient) -> None:
    page = {**caller("ada", "Viewer"), "x-ms-client": "page"}
    looked = [(await limited.get(AT, headers=page)).status_code for _ in range(4)]
    assert looked == [200, 200, 200, 429]
    assert (await limited.get(AT, headers=caller("ada", "Viewer"))).status_code == 200
