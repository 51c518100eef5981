"""What a refresh says: rejected rows to the last one, and everything odd about the snapshots as a warning."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition
from support.refreshing import ADA, BOB, JOBS, SALE, Write, counted, owner, read, refresh, rejected, timeline

from function_app.services.services import Services

FILE = f"{INSTANCE}/Customer/part-0.csv"


async def test_a_rejected_row_keeps_its_customer_and_is_listed_with_line_and_column(
    client: httpx.AsyncClient, write: Write
) -> None:
    people = [ADA | {"CustomerId": f"c{n}", "Crm_Contacts_ContactId": f"k{n}"} for n in range(200)]
    write("Customer", ADA, *people)
    await refresh(client)
    write("Customer", *people[:2], ADA | {"Points": "many"}, *people[2:], more="too,short\n")
    job = await refresh(client)
    assert counted(job, "rejected", "removed", "unchanged") == [2, 0, 200]
    assert (await read(client, "ada"))["Points"] == 7
    answer = await client.get(f"{JOBS}/{job['jobId']}/rejected")
    assert "attachment" in answer.headers["content-disposition"]
    many = "'Points' must be a whole number or null; received 'many'."
    short = "The row has 2 columns; the header has 4."
    assert answer.json() == {
        "jobId": job["jobId"],
        "count": 2,
        "value": [
            {"file": FILE, "row": 3, "rows": 1, "line": 4, "column": "Points", "reason": many},
            {"file": FILE, "row": 202, "rows": 1, "line": 203, "column": None, "reason": short},
        ],
    }


async def test_every_rejected_row_of_every_file_is_listed_page_by_page(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", *({"CustomerId": f"a{n}", "Points": "many"} for n in range(1_450)))
    write("Customer", *({"CustomerId": f"b{n}", "Points": "many"} for n in range(1_050)), part="part-1.csv")
    job = await refresh(client)
    assert counted(job, "rejected") == [2_500]
    found = await rejected(client, job)
    assert [(row["file"][-5:], row["row"]) for row in found] == [
        *(("0.csv", number) for number in range(1, 1_451)),
        *(("1.csv", number) for number in range(1, 1_051)),
    ]


@pytest.mark.parametrize(("after", "words"), [(1, "The line after it"), (2, "The 2 lines after it")])
async def test_the_listed_rows_add_up_to_the_count_where_a_quote_never_ends(
    client: httpx.AsyncClient, write: Write, after: int, words: str
) -> None:
    write("Customer", ADA, more='b,"Bo\n' + "c,Cy\n" * after)
    job = await refresh(client)
    page = (await client.get(f"{JOBS}/{job['jobId']}/rejected")).json()
    (row,) = page["value"]
    assert (row["row"], row["rows"], page["count"]) == (2, 1 + after, 1 + after)
    assert f"{words} can not be separated from it." in row["reason"]


async def test_a_page_of_rejected_rows_of_another_job_is_refused(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", *({"CustomerId": f"a{n}", "Points": "many"} for n in range(1_001)))
    first, second = await refresh(client), await refresh(client)
    link = (await client.get(f"{JOBS}/{first['jobId']}/rejected")).json()["@odata.nextLink"]
    assert len((await client.get(link)).json()["value"]) == 1
    other = await client.get(link.replace(f"jobs/{first['jobId']}", f"jobs/{second['jobId']}"))
    assert (other.status_code, other.json()["errorCode"]) == (400, "InvalidSkiptoken")


async def test_the_faults_of_a_row_are_cut_to_what_a_list_can_hold(client: httpx.AsyncClient, write: Write) -> None:
    names = (
        "FullName",
        "City",
        "Tier",
        "Points",
        "Value",
        "OptIn",
        "BirthDate",
        "LastVisit",
        "Token",
        "Opens",
        "Score",
    )
    write("Customer", {"CustomerId": "a", **dict.fromkeys(names, "x" * 5_000)})
    (row,) = await rejected(client, await refresh(client))
    assert (len(row["reason"]), row["reason"][-1]) == (1_001, "…")


async def test_a_job_names_the_folder_that_it_loaded_of_each_entity(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, part="2026-9-30/c.csv")
    write("Customer", BOB, part="2026-10-1/c.csv")
    write("Shop_Purchases", SALE)
    job = await refresh(client)
    assert job["snapshots"] == [
        {"entity": "Customer", "folder": f"{INSTANCE}/Customer/2026-10-1"},
        {"entity": "Shop_Purchases", "folder": f"{INSTANCE}/Shop_Purchases"},
    ]
    assert await read(client, "ada") is None


async def test_rows_that_repeat_an_id_are_a_warning_across_files_too(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB, ADA | {"City": "Molde"})
    write("Customer", BOB | {"City": "Hamar"}, part="part-1.csv")
    job = await refresh(client)
    doubled = "Rows that repeat the CustomerId of another row: 2, like 'ada', 'bob'. The last row of each counts."
    assert job["warnings"] == [doubled]
    assert ((await read(client, "ada"))["City"], (await read(client, "bob"))["City"]) == ("Molde", "Hamar")
    assert (await refresh(client))["warnings"] == [doubled]


async def test_activities_that_repeat_a_key_are_a_warning(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    write("Shop_Purchases", SALE, SALE | {"Product": "Car"})
    job = await refresh(client)
    file = f"{INSTANCE}/Shop_Purchases/part-0.csv"
    assert job["warnings"] == [f"Rows of {file} that repeat the key of another row: 1. The last row of each counts."]
    assert [row["Title"] for row in await timeline(client, "ada")] == ["Car"]


async def test_a_source_key_that_two_customers_hold_is_a_warning(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA, BOB | {"Crm_Contacts_ContactId": "c-ada"})
    job = await refresh(client)
    held = "Source keys that two customers hold: 1, like 'c-ada' of Crm_Contacts by 'ada' and 'bob'"
    assert job["warnings"] == [f"{held}. Only one of the two has the activities."]


async def test_a_source_key_that_two_customers_in_two_files_hold_is_a_warning(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    write("Customer", BOB | {"Crm_Contacts_ContactId": "c-ada"}, part="part-1.csv")
    (warning,) = (await refresh(client))["warnings"]
    assert "'c-ada' of Crm_Contacts by 'ada' and 'bob'" in warning


@pytest.mark.parametrize("in_one_file", [True, False])
async def test_source_keys_that_change_customers_are_no_warning(
    client: httpx.AsyncClient, write: Write, *, in_one_file: bool
) -> None:
    for of_ada, of_bob in (("c-ada", "c-bob"), ("c-bob", "c-ada")):
        ada, bob = ADA | {"Crm_Contacts_ContactId": of_ada}, BOB | {"Crm_Contacts_ContactId": of_bob}
        if in_one_file:
            write("Customer", ada, bob)
        else:
            write("Customer", ada)
            write("Customer", bob, part="part-1.csv")
        assert (await refresh(client))["warnings"] == []
    assert [await owner(client, key) for key in ("c-ada", "c-bob")] == ["bob", "ada"]


@pytest.mark.parametrize("name", ["c.txt", "c.zip", "c.xlsx", "notes"])
async def test_files_that_are_not_read_are_named(client: httpx.AsyncClient, write: Write, name: str) -> None:
    write("Customer", ADA, part=name)
    job = await refresh(client)
    assert job["jobStatus"] == "skipped"
    assert job["message"] == f"There is no snapshot of any entity in {INSTANCE}/."
    assert [warning.split(" is ")[0] for warning in job["warnings"]] == [f"{INSTANCE}/Customer/{name}"]
    write("Customer", BOB)
    job = await refresh(client)
    assert (job["jobStatus"], len(job["warnings"])) == ("successful", 1)


async def test_a_folder_of_no_entity_is_named(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA)
    write("Purchases", SALE)
    job = await refresh(client)
    assert job["warnings"] == [f"{INSTANCE}/Purchases is not loaded: there is no activity entity 'Purchases'."]


async def test_of_more_warnings_than_a_job_can_hold_the_rest_is_counted(
    client: httpx.AsyncClient, write: Write
) -> None:
    for number in range(60):
        write(f"Nothing{number:02}", ADA)
    write("Customer", ADA)
    warnings = (await refresh(client))["warnings"]
    assert (len(warnings), len(set(warnings))) == (51, 51)
    assert warnings[-1] == "There are 10 more warnings like these."


async def test_a_column_of_no_attribute_is_a_warning(client: httpx.AsyncClient, write: Write) -> None:
    write("Customer", ADA | {"Colour": "red"})
    job = await refresh(client)
    assert job["jobStatus"] == "successful"
    assert job["warnings"] == [f"{FILE} has columns of no attribute: 'Colour'; they are ignored."]
    assert (await read(client, "ada"))["City"] == "Oslo"


async def test_a_column_of_no_attribute_fails_its_file_where_the_entity_says_so(
    client: httpx.AsyncClient, services: Services, write: Write, clock: Clock
) -> None:
    defined = definition()
    defined["entities"][0]["unknownColumns"] = "error"
    await services.instances.define(INSTANCE, defined, clock())
    write("Customer", ADA | {"Colour": "red"})
    write("Customer", BOB, part="part-1.csv")
    job = await refresh(client)
    assert (job["jobStatus"], job["message"]) == ("failed", f"{FILE} has columns of no attribute: 'Colour'.")
    assert await read(client, "ada") is None
    assert await read(client, "bob") is not None


async def test_customers_keep_the_values_of_a_column_that_is_missing_and_the_job_warns_each_time(
    client: httpx.AsyncClient, write: Write
) -> None:
    def without_city(row: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in row.items() if name != "City"}

    write("Customer", ADA, BOB)
    await refresh(client)
    write("Customer", without_city(ADA) | {"Points": "8"}, without_city(BOB))
    for changed in (2, 0):
        job = await refresh(client)
        assert counted(job, "written") == [changed]
        assert job["warnings"] == [f"{FILE} has no column 'City'; customers keep the values that they have."]
        ada = await read(client, "ada")
        assert (ada["City"], ada["Points"]) == ("Oslo", 8)
    write("Customer", ADA | {"City": ""}, BOB)
    assert (await refresh(client))["warnings"] == []
    assert (await read(client, "ada"))["City"] is None


async def test_customers_keep_their_source_keys_where_the_column_is_missing(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", ADA)
    write("Shop_Purchases", SALE)
    await refresh(client)
    write("Customer", {"CustomerId": "ada", "City": "Molde"})
    await refresh(client)
    assert (await read(client, "ada"))["Crm_Contacts_ContactId"] == "c-ada"
    assert len(await timeline(client, "ada")) == 1


async def test_an_attribute_that_no_customer_ever_had_may_have_no_column(
    client: httpx.AsyncClient, write: Write
) -> None:
    write("Customer", {"CustomerId": "ada", "City": "Oslo"})
    assert (await refresh(client))["warnings"] == []
    assert (await refresh(client))["warnings"] == []


@pytest.mark.parametrize("part", ["part-0.csv", "part-9.csv"])
async def test_a_file_that_can_not_be_loaded_fails_alone(
    client: httpx.AsyncClient, write: Write, tmp_path: Path, part: str
) -> None:
    write("Customer", BOB, part="part-1.csv")
    write("Customer", {"City": "Oslo", "Points": "1"}, part=part)
    write("Shop_Purchases", SALE | {"ContactId": "c-bob"})
    job = await refresh(client)
    assert (job["jobStatus"], job["message"]) == ("failed", f"{INSTANCE}/Customer/{part} has no column 'CustomerId'.")
    assert job["warnings"][0].startswith("No customer was removed: ")
    assert len(await timeline(client, "bob")) == 1
    (tmp_path / "snapshots" / INSTANCE / "Customer" / part).unlink()
    assert (await refresh(client))["jobStatus"] == "successful"
