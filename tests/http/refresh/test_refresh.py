from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet
from support import INSTANCE, Clock, profile
from support.refreshing import ADA, BOB, JOBS, POSTED, SALE, Write, counted, owner, patch, post, read, refresh, timeline

from function_app.services.refresh import activities as refresh_activities
from function_app.services.refresh import customers as refresh_customers
from function_app.source import reader


async def test_a_first_refresh_brings_profiles_with_key_rings_and_activities(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    write("Customer", BOB, part="part-1.csv")
    write("Shop_Purchases", SALE, SALE | {"PurchaseId": "p2", "ContactId": "stranger"})
    job = await refresh(client)
    assert (job["jobStatus"], job["message"]) == ("successful", None)
    assert counted(job, "rows", "written", "unchanged", "waiting") == [4, 3, 0, 1]
    assert await read(client, "ada") == profile("ada", City="Oslo", Points=7, Crm_Contacts_ContactId="c-ada")
    assert await owner(client, "c-bob") == "bob"
    (sale,) = await timeline(client, "ada")
    assert (sale["Title"], sale["ActualActivityId"]) == ("Bike", "p1")


async def test_what_did_not_change_is_not_written_again(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Customer", ADA, BOB | {"City": "Molde"})
    job = await refresh(client)
    assert counted(job, "rows", "written", "unchanged", "removed") == [3, 1, 2, 0]
    assert (await read(client, "bob"))["City"] == "Molde"


@pytest.mark.parametrize(("at_once", "first", "second"), [(9, 2, 0), (1, 3, 2)])
async def test_of_several_rows_of_one_customer_the_last_counts_every_time(  # noqa: PLR0913, PLR0917  # fixtures and a case
    client: httpx.AsyncClient, write: Write, monkeypatch: pytest.MonkeyPatch, at_once: int, first: int, second: int
) -> None:
    monkeypatch.setattr(reader, "ROWS", at_once)
    write("Customer", ADA, ADA | {"City": "Molde", "Crm_Contacts_ContactId": "c-molde"}, BOB)
    for written in (first, second):
        job = await refresh(client)
        assert counted(job, "rows", "written", "unchanged") == [3, written, 3 - written]
        assert (await read(client, "ada"))["City"] == "Molde"
        assert [await owner(client, key) for key in ("c-ada", "c-molde")] == [None, "ada"]


async def test_what_is_written_in_several_pieces_is_all_there_and_counted_once(
    client: httpx.AsyncClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_customers, "BATCH_SIZE", 1)
    monkeypatch.setattr(refresh_activities, "BATCH_SIZE", 1)
    write("Customer", ADA, BOB, {"CustomerId": ""})
    write("Shop_Purchases", SALE, SALE | {"PurchaseId": "p2"}, SALE | {"PurchaseId": ""})
    job = await refresh(client)
    assert counted(job, "rows", "written", "unchanged", "rejected") == [6, 4, 0, 2]
    assert [await owner(client, key) for key in ("c-ada", "c-bob")] == ["ada", "bob"]
    assert {row["ActualActivityId"] for row in await timeline(client, "ada")} == {"p1", "p2"}


async def test_the_same_content_in_csv_and_parquet_is_the_same(
    client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    stamp = "2026-11-20T10:00:00.000000Z"
    write("Customer", ADA | {"Value": "1.5", "OptIn": "true", "BirthDate": "1990-12-31", "LastVisit": stamp})
    await refresh(client)
    folder = tmp_path / "snapshots" / INSTANCE / "Customer"
    (folder / "part-0.csv").unlink()
    row = ADA | {"Points": 7, "Value": 1.5, "OptIn": True, "LastVisit": datetime.fromisoformat(stamp)}
    row["BirthDate"] = datetime(1990, 12, 31).date()  # noqa: DTZ001  # a date has no zone
    parquet.write_table(pa.table({name: [value] for name, value in row.items()}), folder / "part-0.parquet")
    job = await refresh(client)
    assert counted(job, "written", "unchanged") == [0, 1]


async def test_a_broken_part_fails_the_job_but_not_the_other_parts(
    client: httpx.AsyncClient, write: Write, tmp_path: Path
) -> None:
    write("Customer", ADA)
    await refresh(client)
    folder = tmp_path / "snapshots" / INSTANCE / "Customer"
    (folder / "part-0.csv").unlink()
    table = pa.table({"CustomerId": [str(n) for n in range(20_000)], "City": ["Oslo", "Molde"] * 10_000})
    parquet.write_table(table, folder / "part-0.parquet", compression="none")
    content = bytearray((folder / "part-0.parquet").read_bytes())
    content[4:2_000] = bytes(1_996)
    (folder / "part-0.parquet").write_bytes(content)
    write("Customer", BOB, part="part-1.csv")
    job = await refresh(client)
    assert job["jobStatus"] == "failed"
    assert "part-0.parquet" in job["message"]
    assert await read(client, "bob") is not None
    assert await read(client, "ada") is not None


async def test_the_newest_folder_of_parts_is_the_snapshot(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA | {"City": "old"}, part="2026-11-01/part-0.csv")
    write("Customer", ADA | {"City": "new"}, part="2026-11-02/part-0.csv")
    write("Customer", ADA | {"City": "stray"}, part="_part-0.csv")
    job = await refresh(client)
    assert counted(job, "rows") == [1]
    assert (await read(client, "ada"))["City"] == "new"


async def test_a_source_activity_replaces_its_real_time_twin(
    client: httpx.AsyncClient, write: Write, clock: Clock
) -> None:
    write("Customer", ADA)
    await refresh(client)
    await post(client, Product="Bicycle")
    write("Shop_Purchases", SALE)
    await refresh(client)
    clock.advance(days=60)
    assert [row["Title"] for row in await timeline(client, "ada")] == ["Bike"]
    assert (await post(client)).json()["value"]["outcome"] == "duplicate"


async def test_a_record_with_null_is_the_same_as_one_without_before_and_after_the_source_has_it(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    await refresh(client)
    assert (await post(client, Product=None)).json()["value"]["outcome"] == "created"
    write("Shop_Purchases", SALE | {"Product": ""})
    for _ in range(2):
        without = {name: value for name, value in POSTED.items() if name != "Product"}
        for record in (without, POSTED | {"Product": None}):
            again = await client.post(f"/instances/{INSTANCE}/data/Shop_Purchases", json=record)
            assert (again.status_code, again.json()["value"]["outcome"]) == (201, "duplicate")
        await refresh(client)


async def test_a_parked_activity_joins_when_its_customer_comes(client: httpx.AsyncClient, write: Write) -> None:
    assert (await post(client)).status_code == 202
    write("Customer", ADA)
    job = await refresh(client)
    assert counted(job, "joined") == [1]
    assert len(await timeline(client, "ada")) == 1


async def test_activities_follow_a_key_to_its_new_customer(
    client: httpx.AsyncClient, write: Write, clock: Clock
) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    await post(client, PurchaseId="live")
    write("Customer", ADA | {"Crm_Contacts_ContactId": ""}, BOB | {"Crm_Contacts_ContactId": "c-ada"})
    await refresh(client)
    clock.advance(minutes=2)
    assert await timeline(client, "ada") == []
    assert len(await timeline(client, "bob")) == 2
    write("Customer", BOB | {"CustomerId": "carl", "Crm_Contacts_ContactId": "c-ada"})
    await refresh(client)
    assert len(await timeline(client, "carl")) == 2


async def test_live_updates_survive_and_those_that_landed_in_the_source_are_reported(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    await patch(client, "ada", City="Molde", Points=8)
    await patch(client, "bob", City="Molde")
    write("Customer", ADA | {"City": "Molde", "Points": "8"}, BOB | {"City": "Kautokeino"})
    job = await refresh(client)
    (landed,) = job["landed"]["updates"]
    assert (job["landed"]["count"], landed["customerId"], landed["attributes"]) == (2, "ada", ["City", "Points"])
    assert (job["progress"]["landed"], job["progress"]["contradicted"]) == (2, 1)
    assert (await read(client, "bob"))["City"] == "Molde"


async def test_a_second_refresh_while_one_is_running_is_that_one(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    answers = await asyncio.gather(*(client.post(JOBS) for _ in range(5)))
    assert len({answer.json()["jobId"] for answer in answers}) == 1
    last = await refresh(client)
    listed = (await client.get(JOBS, params={"top": 1})).json()
    assert [job["jobId"] for job in listed] == [last["jobId"]]


async def test_without_snapshots_a_refresh_is_skipped(client: httpx.AsyncClient) -> None:
    assert (await refresh(client))["jobStatus"] == "skipped"
    assert (await client.get(f"/instances/{INSTANCE}/workflows/main/status")).json() == []


async def test_the_status_is_that_of_the_newest_refresh(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    await refresh(client)
    nodes = (await client.get(f"/instances/{INSTANCE}/workflows/main/status")).json()
    assert [(node["name"], node["status"]) for node in nodes] == [
        ("Load Customer", "successful"),
        ("Remove missing customers", "successful"),
        ("Join activities, find landed updates", "successful"),
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"/instances/{INSTANCE}/workflows/other/jobs", "WorkflowNotFound"),
        (f"{JOBS}/77", "JobNotFound"),
        (f"{JOBS}/77/rejected", "JobNotFound"),
        ("/instances/nowhere/workflows/main/jobs", "InstanceNotFound"),
    ],
)
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, path: str, code: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, code)


async def test_the_clients_of_the_original_may_send_its_options_and_body(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    asked = {"operationType": "ingestion", "identifiers": "Customer", "forceRunRequested": "true"}
    answer = await client.post(JOBS, params=asked, json={"jobType": "full"})
    assert answer.status_code == 200
    assert set(answer.json()) >= {"jobId", "jobType", "jobSubmissionKind", "jobStatus", "submittedTimestamp"}
    await refresh(client)


async def test_identifiers_restrict_a_refresh_to_entities(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    job = await refresh(client, identifiers="Customer", operationType="profileStore")
    assert (job["identifiers"], job["operationType"]) == (["Customer"], "profileStore")
    assert [each["entity"] for each in job["snapshots"]] == ["Customer"]
    assert await timeline(client, "ada") == []
    write("Customer", ADA | {"City": "Molde"})
    job = await refresh(client, identifiers="Shop_Purchases")
    assert ((await read(client, "ada"))["City"], len(await timeline(client, "ada"))) == ("Oslo", 1)
    assert counted(job, "rows", "removed") == [1, 0]
    assert (await refresh(client))["identifiers"] == []
    refused = await client.post(JOBS, params={"identifiers": "Customer,Nothing"})
    assert (refused.status_code, refused.json()["target"]) == (400, "identifiers")
    assert "Shop_Purchases" in refused.json()["message"]
