"""How BI tools sign in: by the address in the challenge, or by an API key as a query parameter where it is allowed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, put_customers
from support.entra import SIGN_IN_AT, issuer, token

from function_app.api.runtime import Runtime
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"/instances/{INSTANCE}"
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
ANOTHER = "00000000-0000-4000-8000-000000000002"


@pytest.fixture
async def guarded(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """An instance that accepts keys in the query and one that does not, and a Viewer's key of the first."""
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock)

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition() | {"apiKeyInQuery": True}, clock())
            await services.instances.define(ANOTHER, definition(), clock())
            people = [{"CustomerId": name} for name in ("ada", "bob", "eve")]
            await put_customers(services, INSTANCE, people, clock)
            made = await client.post(f"{AT}/apikeys/Administrator/primary", headers=ADMIN)
            yield client, made.json()["key"]


async def test_power_bi_learns_from_the_challenge_where_to_sign_in(guarded: tuple[httpx.AsyncClient, str]) -> None:
    client, _ = guarded
    where = f'Bearer authorization_uri="{SIGN_IN_AT}"'
    answer = await client.get(f"{AT}/data")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, where)
    empty = await client.get(f"{AT}/data", headers={"Authorization": "Bearer"})
    assert empty.headers["WWW-Authenticate"].startswith(f'{where}, error="invalid_token", error_description="')


async def test_a_key_in_the_query_reads_where_the_instance_allows_it(guarded: tuple[httpx.AsyncClient, str]) -> None:
    client, key = guarded
    for path in ("data", "data/$metadata", "data/Customer", "data/Customer/ada", "data/Customer/$count"):
        assert (await client.get(f"{AT}/{path}", params={"subscription-key": key})).status_code == 200
        assert (await client.get(f"{AT}/{path}", params={"subscription-key": key[:-1]})).status_code == 401
    other = await client.post(f"/instances/{ANOTHER}/apikeys/Viewer/primary", headers=ADMIN)
    refused = await client.get(f"/instances/{ANOTHER}/data", params={"subscription-key": other.json()["key"]})
    assert (refused.status_code, "only in the header" in refused.json()["message"]) == (401, True)


async def test_a_key_in_the_query_is_for_reads_below_data_only(guarded: tuple[httpx.AsyncClient, str]) -> None:
    client, key = guarded
    for verb, path in (("GET", "manage/entities"), ("PATCH", "data/Customer/ada"), ("POST", "data/UnifiedActivity")):
        answer = await client.request(verb, f"{AT}/{path}", params={"subscription-key": key}, json={"City": "Oslo"})
        assert answer.status_code == 401


async def test_the_key_is_in_no_link_and_in_no_log(
    guarded: tuple[httpx.AsyncClient, str], caplog: pytest.LogCaptureFixture
) -> None:
    client, key = guarded
    for library in ("httpx", "httpcore"):  # of the test, not of the service
        caplog.set_level(logging.WARNING, library)
    caplog.set_level(logging.DEBUG)  # the last one is that of the handler too
    asked = {"subscription-key": key, "$expand": "UnifiedActivity"}
    answer = await client.get(f"{AT}/data/Customer", params=asked, headers={"Prefer": "odata.maxpagesize=1"})
    page = answer.json()
    assert "@odata.nextLink" in page
    assert key not in answer.text + str(answer.headers) + caplog.text
    following = await client.get(f"{page['@odata.nextLink']}&subscription-key={key}")
    assert [row["CustomerId"] for row in following.json()["value"]] == ["bob"]
    usage = await client.get(f"{AT}/usage", headers=ADMIN, params={"groupBy": "caller"})
    assert key not in usage.text
