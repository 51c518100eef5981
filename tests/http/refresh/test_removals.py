"""Customers missing from a snapshot: which ones are removed, and which of their data are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import INSTANCE, Clock, definition, profile
from support.refreshing import ADA, BOB, SALE, Write, counted, owner, patch, post, read, refresh, timeline

from function_app.services.refresh import removal
from function_app.services.services import Services

PEOPLE = [{"CustomerId": f"c{number}", "City": "Oslo"} for number in range(40)]


@pytest.fixture
async def by_default(services: Services, clock: Clock) -> None:
    """Define the instance without settings of removals."""
    await services.instances.define(INSTANCE, definition(), clock())


async def test_customers_missing_from_a_complete_snapshot_are_removed_with_their_keys(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    write("Customer", BOB)
    job = await refresh(client)
    assert counted(job, "removed") == [1]
    assert job["warnings"] == []
    assert await read(client, "ada") is None
    assert await owner(client, "c-ada") is None


async def test_a_removed_customer_that_returns_shows_its_live_update_and_all_activities_again(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    await patch(client, "ada", City="Molde")
    assert (await post(client, PurchaseId="live")).status_code == 201
    write("Customer", BOB)
    await refresh(client)
    assert await read(client, "ada") is None
    write("Customer", BOB, ADA)
    await refresh(client)
    assert (await read(client, "ada"))["City"] == "Molde"
    assert {row["ActualActivityId"] for row in await timeline(client, "ada")} == {"p1", "live"}


async def test_data_of_a_removed_customer_end_at_their_end_or_after_the_days_of_grace(
    client: httpx.AsyncClient, services: Services, write: Write, clock: Clock
) -> None:
    defined = definition() | {"refresh": {"mostRemoved": 1, "graceDays": 3}}
    await services.instances.define(INSTANCE, defined, clock())
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    await patch(client, "ada", City="Molde")
    await post(client, PurchaseId="live")
    write("Customer", BOB)
    write("Shop_Purchases", SALE | {"ContactId": "c-bob", "PurchaseId": "p2"})
    await refresh(client)
    clock.advance(days=3)
    write("Customer", BOB, ADA)
    await refresh(client)
    assert (await read(client, "ada"))["City"] == "Oslo"
    assert [row["ActualActivityId"] for row in await timeline(client, "ada")] == ["live"]


async def test_without_days_of_grace_source_activities_are_removed_immediately(
    client: httpx.AsyncClient, services: Services, write: Write, clock: Clock
) -> None:
    await services.instances.define(INSTANCE, definition() | {"refresh": {"mostRemoved": 1, "graceDays": 0}}, clock())
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Customer", BOB)
    await refresh(client)
    assert list(await services.store.activities.read_of_customer(INSTANCE, "ada", clock())) == []


async def test_a_source_activity_of_a_customer_that_returns_has_no_end_again(
    client: httpx.AsyncClient, write: Write, clock: Clock
) -> None:
    write("Customer", ADA, BOB)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Customer", BOB)
    await refresh(client)
    write("Customer", BOB, ADA)
    await refresh(client)
    clock.advance(days=60)
    assert [row["ActualActivityId"] for row in await timeline(client, "ada")] == ["p1"]


@pytest.mark.usefixtures("by_default")
@pytest.mark.parametrize(("missing", "removed"), [(4, 4), (5, 0)])
async def test_more_than_a_tenth_of_the_customers_are_not_removed_by_default(
    client: httpx.AsyncClient, write: Write, missing: int, removed: int
) -> None:
    write("Customer", *PEOPLE)
    await refresh(client)
    write("Customer", *PEOPLE[missing:-1], PEOPLE[-1] | {"City": "Molde"})
    job = await refresh(client)
    assert (job["jobStatus"], *counted(job, "removed", "written")) == ("successful", removed, 1)
    share = f"{missing} of 40 customers are missing from the snapshot, more than 10%"
    cure = "If the snapshot is right, start a refresh with acceptRemovals=true."
    assert job["warnings"] == ([] if removed else [f"No customer was removed: {share}. {cure}"])
    assert (await read(client, "c0") is None) == bool(removed)


@pytest.mark.usefixtures("by_default")
async def test_removals_that_are_accepted_happen_however_many_they_are(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", *PEOPLE)
    await refresh(client)
    write("Customer", *PEOPLE[:1])
    job = await refresh(client, acceptRemovals="true")
    assert job["acceptRemovals"] is True
    assert counted(job, "removed") == [39]
    assert job["warnings"] == []


@pytest.mark.usefixtures("by_default")
async def test_accepting_removals_does_not_make_a_broken_file_whole(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", *PEOPLE)
    await refresh(client)
    write("Customer", *PEOPLE[:1], more='c2,"Rome\n')
    job = await refresh(client, acceptRemovals="true")
    assert counted(job, "removed") == [0]
    assert job["warnings"][0].startswith("No customer was removed: ")


async def test_a_repeated_row_does_not_hide_that_a_customer_is_missing(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    write("Customer", BOB, BOB)
    assert counted(await refresh(client), "rows", "removed") == [2, 1]
    assert await read(client, "ada") is None


async def test_more_customers_than_fit_into_memory_are_compared_in_batches(
    client: httpx.AsyncClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "IDS_IN_MEMORY", 7)
    people = [{"CustomerId": f"c{n}"} for n in range(40)]
    write("Customer", *people)
    await refresh(client)
    write("Customer", *people[::2])
    assert counted(await refresh(client), "rows", "removed", "unchanged") == [20, 20, 20]
    assert await read(client, "c38") == profile("c38")


@pytest.mark.parametrize(
    ("rows", "part", "reason"),
    [
        ([BOB], "part-0-of-2.csv", "part 1 of 2 is missing"),
        ([BOB], "part-2.csv", "part 1 of 2 is missing"),
        ([BOB, ADA | {"CustomerId": "x", "Points": "many"}], "part-0.csv", "1 of 2 rows were rejected, more than 1.0%"),
        ([], "part-0.csv", "it has no rows"),
    ],
)
async def test_an_incomplete_snapshot_removes_no_customer_and_says_why(  # noqa: PLR0913, PLR0917  # fixtures and a case
    client: httpx.AsyncClient, write: Write, tmp_path: Path, rows: Sequence[Any], part: str, reason: str
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    (tmp_path / "snapshots" / INSTANCE / "Customer" / "part-0.csv").unlink()
    write("Customer", *rows, part=part)
    job = await refresh(client)
    assert (job["jobStatus"], job["message"]) == ("successful", None)
    assert f"No customer was removed: {reason}." in job["warnings"]
    assert await read(client, "ada") is not None


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        ("cyd,Rome", "its last line has no line break, so it may be cut off; the id of row 2 in line 3 is not sure"),
        ('cyd,"Rome\n', "the id of row 2 in line 3 is not sure"),
        ('"cyd"x,Rome,,\n', "the id of row 2 in line 3 is not sure"),
        (",Rome,,\n", "row 2 has no id that can be read"),
    ],
)
async def test_a_file_that_may_lack_rows_removes_no_customer(
    client: httpx.AsyncClient, write: Write, more: str, doubt: str
) -> None:
    write("Customer", ADA, BOB)
    await refresh(client)
    write("Customer", BOB, more=more)
    job = await refresh(client)
    assert counted(job, "removed") == [0]
    assert any(doubt in warning and "No customer was removed" in warning for warning in job["warnings"])


async def test_a_refresh_does_not_bring_a_withdrawn_activity_back(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    write("Shop_Purchases", SALE)
    await refresh(client)
    withdraw = f"/instances/{INSTANCE}/data/Shop_Purchases/p1/withdraw"
    assert (await client.post(withdraw)).status_code == 204
    for _ in range(2):
        job = await refresh(client)
        assert counted(job, "written") == [0]
        assert await timeline(client, "ada") == []
