"""Reads of personal data leave a trace of who read, where the instance requires it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over, in_json, profile, put_profiles
from support.entra import issuer, token

from function_app.api.runtime import Runtime
from function_app.bootstrap import OPERATIONS
from function_app.errors import Unavailable
from function_app.services.services import Services
from function_app.store.embedded import EmbeddedStore

AT = f"/instances/{INSTANCE}"
ADA = f"{AT}/data/Customer/ada"
ADMIN = {"Authorization": f"Bearer {token(oid='boss', roles=['Administrator'])}"}
READER = {"Authorization": f"Bearer {token(oid='reader-1', name='Rita Reader', roles=['Viewer'])}"}
NOT_OF_PERSONS = {
    *("GetServiceDocument", "GetMetadata", "CountCustomers", "CountRows", "ListLifetimes", "GetInstanceConnector"),
    *("ListEntities", "GetEntity", "ListActivityEntities", "ListKeyEntities", "GetEntitySchema", "GetEntitySize"),
    *("GetProfileStoreState", "ListInstances", "GetInstance", "ListRefreshes", "GetRefresh", "GetRefreshStatus"),
    "WhenARefreshEnds",
    *("ListRoles", "GetMyRole", "GetUsage", "GetDefinition", "ListRoleAssignments", "ListApiKeys", "ListChanges"),
    *("ListSubscriptions", "ListReads"),
}


@pytest.fixture
async def audited(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    with issuer() as entra:

        def runtime(services: Services, clock: Clock) -> Runtime:
            return Runtime(services, entra.authenticator(services.access), clock)

        async with host_over(EmbeddedStore(tmp_path), clock, runtime) as (client, services):
            await services.instances.define(INSTANCE, definition() | {"auditReads": True}, clock())
            await put_profiles(services.store, INSTANCE, in_json(profile("ada", City="Oslo"), profile("bob")))
            yield client, services


async def reads(client: httpx.AsyncClient, customer_id: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{AT}/data/Customer/{customer_id}/export", headers=ADMIN)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["reads"]
    return [read for read in found if read["operation"] != "ExportCustomer"]


def test_every_read_is_one_of_persons_or_known_to_be_none() -> None:
    read = {operation.id for operation in OPERATIONS if operation.verb == "GET" and operation.role is not None}
    assert read - {operation.id for operation in OPERATIONS if operation.shows_persons} == NOT_OF_PERSONS


async def test_a_read_leaves_who_what_and_when_and_is_exported_with_the_person(
    audited: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, _ = audited
    for path in (ADA, f"{AT}/profile/timeline?customerId=ada", f"{ADA}/card", f"{AT}/data/Customer"):
        assert (await client.get(path, headers=READER)).status_code == 200
        clock.advance(seconds=1)
    rita = {"id": "reader-1", "kind": "user", "name": "Rita Reader"}
    found = await reads(client, "ada")
    assert [read["operation"] for read in found] == [
        "GetCustomer",
        "ListActivities",
        "GetCustomerCard",
        "ListCustomers",
    ]
    assert [read["principal"] for read in found] == [rita] * 4
    assert [read["at"][:19] for read in found] == [f"2026-11-23T12:00:0{second}" for second in range(4)]
    assert [read["operation"] for read in await reads(client, "bob")] == ["ListCustomers"]
    for _ in range(2):  # a list of reads is itself none
        listed = await client.get(f"{ADA}/reads", headers=ADMIN)
        assert [read for read in listed.json()["value"] if read["operation"] != "ExportCustomer"] == found
    assert (await client.get(f"{ADA}/reads", headers=READER)).status_code == 403


async def test_what_is_refused_or_missing_leaves_no_trace_and_writes_are_not_reads(
    audited: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, services = audited
    for headers, path in ((READER, f"{AT}/data/Customer/nobody"), ({}, ADA)):
        assert (await client.get(path, headers=headers)).status_code in {401, 404}
    assert (await client.patch(ADA, json={"City": "Moss"}, headers=ADMIN)).status_code == 204
    assert await reads(client, "ada") == []
    assert await services.store.readings.of_customer(INSTANCE, "nobody", clock()) == []


async def test_a_dry_run_that_shows_the_profile_leaves_a_trace_as_it_is_no_write(
    audited: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, _ = audited
    dry, shown = {"dryRun": "true"}, ADMIN | {"Prefer": "return=representation"}
    assert (await client.patch(ADA, json={"City": "Moss"}, params=dry, headers=ADMIN)).status_code == 204
    assert await reads(client, "ada") == []
    answer = await client.patch(ADA, json={"City": "Moss"}, params=dry, headers=shown)
    assert answer.json()["customer"]["City"] == "Moss"
    clock.advance(seconds=1)
    assert (await client.post(f"{ADA}/revert", params=dry, headers=ADMIN)).json()["customer"]["City"] == "Oslo"
    assert [read["operation"] for read in await reads(client, "ada")] == ["UpdateCustomer", "RevertCustomer"]


async def test_a_write_that_shows_the_profile_leaves_a_trace_even_if_it_changes_nothing(
    audited: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, _ = audited
    repeated = ADMIN | {"Prefer": "return=representation", "Repeatability-Request-ID": "r-1"}
    for _ in range(2):
        answer = await client.patch(ADA, json={"City": "Moss"}, headers=repeated)
        assert answer.json()["customer"]["City"] == "Moss"
        clock.advance(seconds=1)
    for _ in range(2):
        assert (await client.post(f"{ADA}/revert", headers=ADMIN)).json()["customer"]["City"] == "Oslo"
        clock.advance(seconds=1)
    found = [read["operation"] for read in await reads(client, "ada")]
    assert found == ["UpdateCustomer"] * 2 + ["RevertCustomer"] * 2


async def test_an_instance_that_does_not_want_it_keeps_none(
    audited: tuple[httpx.AsyncClient, Services], clock: Clock
) -> None:
    client, services = audited
    await services.instances.define(INSTANCE, definition(), clock())
    await client.get(ADA, headers=READER)
    assert await reads(client, "ada") == []


async def test_no_read_is_answered_if_its_trace_can_not_be_stored(
    audited: tuple[httpx.AsyncClient, Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, services = audited

    async def fail(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(services.store.readings, "write", fail)
    answer = await client.get(ADA, headers=READER)
    assert answer.status_code == 503
    assert "Oslo" not in answer.text


async def test_an_erased_person_is_named_by_no_trace(audited: tuple[httpx.AsyncClient, Services], clock: Clock) -> None:
    client, services = audited
    for path in (ADA, f"{AT}/data/Customer"):
        await client.get(path, headers=READER)
    assert (await client.post(f"{ADA}/erase", headers=ADMIN)).status_code == 200
    assert await services.store.readings.of_customer(INSTANCE, "ada", clock()) == []
    assert [read["operation"] for read in await reads(client, "bob")] == ["ListCustomers"]


async def test_a_table_of_live_updates_in_csv_leaves_a_trace_too(
    audited: tuple[httpx.AsyncClient, Services],
) -> None:
    client, services = audited
    seen: list[str] = []
    write = services.store.readings.write

    async def noted(instance_id: str, reading: Any) -> None:
        seen.append(reading.operation)
        await write(instance_id, reading)

    services.store.readings.write = noted  # type: ignore[method-assign]
    assert (await client.get(f"{AT}/updates", headers=READER | {"Accept": "text/csv"})).status_code == 200
    assert seen == ["ListLiveUpdates"]
