"""Situations from public reports, each as a refresh with the right result; the numbers are those of the findings.

Their neighbours are beside them: the same kind of fault in another form.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet
from support import INSTANCE, Clock
from support.refreshing import JOBS, counted, read, refresh, rejected

from function_app.services.services import Services

OTHER = "33333333-3333-4333-8333-333333333333"
TYPES = {
    **dict.fromkeys(("CustomerId", "FullName", "City", "Notes"), "Edm.String"),
    "Points": "Edm.Int32",
    "BigNo": "Edm.Int64",
    "Spend": "Edm.Decimal",
    "OptIn": "Edm.Boolean",
    "Born": "Edm.Date",
    "SeenAt": "Edm.DateTimeOffset",
}
Put = Callable[..., None]


def defined() -> dict[str, Any]:
    attributes = [{"name": name, "dataType": data_type} for name, data_type in TYPES.items()]
    customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]], "attributes": attributes}
    return {"name": "Trials", "entities": [customer], "refresh": {"mostRemoved": 1, "mostRejected": 1}}


@pytest.fixture(autouse=True)
async def trials(services: Services, clock: Clock) -> None:
    for instance_id in (INSTANCE, OTHER):
        await services.instances.define(instance_id, defined(), clock())


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def put(content: str | bytes, name: str = "c.csv", instance_id: str = INSTANCE) -> None:
        place = tmp_path / "snapshots" / instance_id / "Customer" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())

    return put


def people(count: int, **changed: str) -> str:
    """Return rows with City by id; `changed` are other rows, whole."""
    rows = (changed.get(f"A{number}", f"A{number},Oslo {number}") for number in range(count))
    return "CustomerId,City\n" + "".join(f"{row}\n" for row in rows)


def in_parquet(columns: dict[str, Any], **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table(columns), sink, **options)
    content: bytes = sink.getvalue().to_pybytes()
    return content


async def value(client: httpx.AsyncClient, customer_id: str, name: str) -> Any:
    found = await read(client, customer_id)
    return found and found[name]


async def reasons(client: httpx.AsyncClient, job: dict[str, Any]) -> list[str]:
    page = (await client.get(f"{JOBS}/{job['jobId']}/rejected")).json()
    return [row["reason"] for row in page["value"]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CustomerId,City\rA1,Oslo\rA2,Rome\r", id="1-cr"),
        pytest.param("CustomerId,City\r\nA1,Oslo\r\nA2,Rome\r\n", id="1-crlf"),
        pytest.param("CustomerId,City\rA1,Oslo\r\nA2,Rome\n", id="23-mixed"),
        pytest.param('\ufeff"CustomerId","City"\n"A1","Oslo"\nA2,Rome\n', id="23-mark-and-quotes"),
        pytest.param("\nCustomerId,City\nA1,Oslo\nA2,Rome\n", id="41-blank-first-line"),
        pytest.param("CustomerId,City\n\nA1,Oslo\n\n\nA2,Rome\n\n", id="41-blank-lines"),
        pytest.param("CustomerId;City\nA1;Oslo\nA2;Rome\n", id="21-semicolons"),
        pytest.param("CustomerId\tCity\nA1\tOslo\nA2\tRome\n", id="21-tabs"),
        pytest.param("CustomerId|City\nA1|Oslo\nA2|Rome\n", id="21-bars"),
        pytest.param("sep=;\nCustomerId;City\nA1;Oslo\nA2;Rome\n", id="21-sep"),
    ],
)
async def test_what_other_programs_write_is_loaded(client: httpx.AsyncClient, put: Put, text: str) -> None:
    put(text)
    job = await refresh(client)
    assert (job["jobStatus"], job["message"], job["warnings"]) == ("successful", None, [])
    assert [await value(client, key, "City") for key in ("A1", "A2")] == ["Oslo", "Rome"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("c.CSV", b"CustomerId\nA1\n", id="17-case"),
        pytest.param("c.csv.gz", gzip.compress(b"CustomerId\nA1\n"), id="17-packed"),
        pytest.param("C.CSV.GZ", gzip.compress(b"CustomerId\nA1\n"), id="17-packed-case"),
        pytest.param("c.tsv", b"CustomerId\tCity\nA1\tOslo\n", id="17-tsv"),
        pytest.param("c.PARQUET", in_parquet({"CustomerId": ["A1"]}), id="17-parquet-case"),
    ],
)
async def test_an_ending_in_any_case_is_loaded(client: httpx.AsyncClient, put: Put, name: str, content: bytes) -> None:
    put(content, name)
    assert (await refresh(client))["jobStatus"] == "successful"
    assert await read(client, "A1")


@pytest.mark.parametrize("name", ["c.txt", "c.xlsx", "c.csv.zip", "c"])
async def test_17_a_file_that_is_not_read_is_named(client: httpx.AsyncClient, put: Put, name: str) -> None:
    put("CustomerId\nA1\n", name)
    job = await refresh(client)
    assert job["jobStatus"] == "skipped"
    assert f"Customer/{name} is " in job["warnings"][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('CustomerId,"FullName\n' + "A1,Anna\n" * 20_000, "a quote in its header breaks the rules", id="3"),
        pytest.param('CustomerId,"Full"Name\nA1,Anna\n', "a quote in its header breaks the rules", id="3-after-quote"),
        pytest.param("", "it is empty", id="3-empty"),
        pytest.param("\0" * 300, "it begins with bytes of zero instead of a header", id="3-zeros"),
        pytest.param("CustomerNo,City\nA1,Oslo\n", "has no column 'CustomerId'", id="41-other-id"),
        pytest.param("CustomerId,City,City\nA1,Oslo,Rome\n", "has the column 'City' twice", id="41-twice"),
    ],
)
async def test_4_a_file_that_can_not_be_read_ends_its_job_and_stops_no_other_instance(
    client: httpx.AsyncClient, put: Put, text: str, message: str
) -> None:
    put(text)
    put(people(3), instance_id=OTHER)
    job = await refresh(client)
    assert job["jobStatus"] == "failed"
    assert message in job["message"]
    jobs = f"/instances/{OTHER}/workflows/main/jobs"
    other = (await client.post(jobs)).json()
    while other["endTimestamp"] is None:
        await asyncio.sleep(0.01)
        other = (await client.get(f"{jobs}/{other['jobId']}")).json()
    assert other["jobStatus"] == "successful"
    put(people(3))
    assert (await refresh(client))["jobStatus"] == "successful"


async def test_3_a_value_of_more_than_128_kib_is_loaded(client: httpx.AsyncClient, put: Put) -> None:
    put(f"CustomerId,Notes\nA1,{'x' * 200_000}\n")
    assert (await refresh(client))["jobStatus"] == "successful"
    assert await value(client, "A1", "Notes") == "x" * 200_000


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param('A2,"Name 2', "A quoted value never ends", id="5-never-ends"),
        pytest.param('A2,"Name 2"x', "Text follows the closing quote", id="10-after-quote"),
        pytest.param('"A2"x,Anna', "Text follows the closing quote", id="10-id"),
        pytest.param('A2,"Anna \\"Ann\\" Berg"', "has a backslash before it", id="10-backslash"),
        pytest.param('A2,"Cy""', "A quoted value never ends", id="10-doubled"),
        pytest.param('A2,Cy"', "in a value without quotes", id="10-unquoted"),
        pytest.param('A2, "Cy"', "before the opening quote of a value", id="10-space"),
        pytest.param("A2,Oslo, NO", "The row has 3 columns; the header has 2.", id="7-wide"),
        pytest.param("A2", "The row has 1 columns; the header has 2.", id="7-narrow"),
        pytest.param(b"A2,Zo\xeb M\xfcller", "in Windows-1252 its bytes read 'Zoë Müller'", id="20"),
        pytest.param("A2,ab\0cd", "must be without the character U+0000", id="29"),
    ],
)
async def test_a_broken_row_is_rejected_and_removes_and_changes_no_customer(
    client: httpx.AsyncClient, put: Put, row: str | bytes, reason: str
) -> None:
    put(people(8))
    await refresh(client)
    content = row if isinstance(row, bytes) else row.encode()
    put(people(8).encode().replace(b"A2,Oslo 2", content))
    job = await refresh(client)
    assert counted(job, "removed", "written") == [0, 0]
    assert reason in (await reasons(client, job))[0]
    assert [await value(client, f"A{number}", "City") for number in range(8)] == [f"Oslo {n}" for n in range(8)]
    assert await read(client, "A2x") is None


@pytest.mark.parametrize("count", [0, 1, 2_060])
async def test_9_wide_rows_at_the_end_are_all_counted_and_listed(
    client: httpx.AsyncClient, put: Put, count: int
) -> None:
    wide = [f"B{number},Oslo,{'x' * 300_000}" for number in range(14)]
    put(people(count) + "".join(f"B{number},Oslo\n" for number in range(14)))
    await refresh(client)
    put(people(count) + "".join(f"{row}\n" for row in wide))
    job = await refresh(client)
    assert counted(job, "rows", "rejected", "removed") == [count + 14, 14, 0]
    assert [row["row"] for row in await rejected(client, job)] == [count + number + 1 for number in range(14)]


@pytest.mark.parametrize("padding", range(-2, 3))
@pytest.mark.parametrize("block", [1 << 20, 2 << 20])
async def test_11_a_line_break_in_quotes_is_the_same_wherever_a_block_ends(
    client: httpx.AsyncClient, put: Put, padding: int, block: int
) -> None:
    start = "CustomerId,Notes\r\n" + "".join(f"C{number:06},{'z' * 2_000}\r\n" for number in range(block // 2_020))
    notes = "p" * (block - 1 + padding - len(start) - len('Z1,"')) + "\r\nSecond line"
    put(f'{start}Z1,"{notes}"\r\n')
    await refresh(client)
    assert await value(client, "Z1", "Notes") == notes


async def test_12_instants_as_int96_are_read_right(client: httpx.AsyncClient, put: Put) -> None:
    instants = [datetime(year, 12, 31, 2, tzinfo=UTC).replace(tzinfo=None) for year in (9999, 2021, 1000)]
    columns = {"CustomerId": ["A1", "A2", "A3"], "SeenAt": pa.array(instants, pa.timestamp("us"))}
    put(in_parquet(columns, use_deprecated_int96_timestamps=True), "c.parquet")
    await refresh(client)
    seen = [await value(client, key, "SeenAt") for key in ("A1", "A2", "A3")]
    assert seen == [f"{year}-12-31T02:00:00.000000Z" for year in (9999, 2021, 1000)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        pytest.param("SeenAt", pa.array([1767322800123, 253402300800000], pa.timestamp("ms")), id="13-instant"),
        pytest.param("SeenAt", pa.array([0, 2**60], pa.timestamp("ms")), id="14-instant"),
        pytest.param("SeenAt", pa.array([0, -(2**60)], pa.timestamp("ms")), id="14-before"),
        pytest.param("Born", pa.array([0, 2932897], pa.int32()).cast(pa.date32()), id="14-date"),
        pytest.param("Born", pa.array([0, -719_529], pa.int32()).cast(pa.date32()), id="14-date-before"),
    ],
)
async def test_an_instant_that_no_calendar_has_rejects_its_row_only(
    client: httpx.AsyncClient, put: Put, name: str, values: pa.Array
) -> None:
    put(in_parquet({"CustomerId": ["A1", "A2"], name: values}), "c.parquet")
    job = await refresh(client)
    assert (job["jobStatus"], counted(job, "written", "rejected")) == ("successful", [1, 1])
    (row,) = await rejected(client, job)
    assert (row["file"], row["row"], row["column"]) == (f"{INSTANCE}/Customer/c.parquet", 2, name)


@pytest.mark.parametrize("key", ["Country", "City"])
async def test_15_partitions_are_read_together(client: httpx.AsyncClient, put: Put, key: str) -> None:
    put("CustomerId,Notes\nA1,x\nA2,y\nA3,z\n")
    await refresh(client)
    put("CustomerId,Notes\n", "c.csv")
    for country, number in (("NO", 1), ("PE", 2), ("DE", 3)):
        put(f"CustomerId,Notes\nA{number},{country}\n", f"{key}={country}/part-0.csv")
    job = await refresh(client)
    assert counted(job, "removed", "written") == [0, 3]
    assert [await value(client, f"A{number}", "Notes") for number in (1, 2, 3)] == ["NO", "PE", "DE"]
    assert await value(client, "A1", "City") == ("NO" if key == "City" else None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2026-9-30", "2026-10-1"),
        ("year=2026/month=9", "year=2026/month=10"),
        ("v9", "v10"),
        ("ds=2026-09-30", "ds=2026-10-01"),
        ("20260930", "20261001"),
    ],
)
async def test_16_the_later_date_is_loaded_and_named(client: httpx.AsyncClient, put: Put, old: str, new: str) -> None:
    put("CustomerId\nOLD\n", f"{old}/c.csv")
    put("CustomerId\nNEW\n", f"{new}/c.csv")
    job = await refresh(client)
    assert [each["folder"] for each in job["snapshots"]] == [f"{INSTANCE}/Customer/{new}"]
    assert await read(client, "NEW")
    assert await read(client, "OLD") is None


@pytest.mark.parametrize(
    ("name", "cell", "right"),
    [
        pytest.param("Points", "1200.0", 1200, id="18"),
        pytest.param("BigNo", "1200.0", 1200, id="18-long"),
        pytest.param("Points", "1200.5", None, id="18-not-whole"),
        pytest.param("Points", "1_000", None, id="39"),
        pytest.param("Spend", "1_000", None, id="39-decimal"),
        pytest.param("Points", "１２", None, id="39-wide-digits"),
        pytest.param("Points", "+5", None, id="39-plus"),
        pytest.param("Points", "007", None, id="39-zeros"),
        pytest.param("Points", "1e3", 1000, id="39-exponent"),
        pytest.param("Points", " 5", None, id="39-space"),
        pytest.param("Points", "2147483648", None, id="39-range"),
        pytest.param("Spend", "12345678901234567.89", None, id="28"),
        pytest.param("BigNo", "9007199254740993.0", None, id="28-long"),
        pytest.param("Spend", "12345678901234.5", 12345678901234.5, id="28-fits"),
        pytest.param("Spend", "1234,50", None, id="21-decimal-comma"),
    ],
)
async def test_a_number_in_a_csv_is_what_the_same_number_in_a_body_is(
    client: httpx.AsyncClient, put: Put, name: str, cell: str, right: float | None
) -> None:
    put(f'CustomerId,{name}\nA1,"{cell}"\n')
    job = await refresh(client)
    assert counted(job, "rejected") == [int(right is None)]
    assert await value(client, "A1", name) == right
    if right is None and cell == cell.strip():
        put("CustomerId\nA1\n")
        await refresh(client)
        sent = f'{{"{name}": {cell}}}'.encode()
        answer = await client.patch(f"/instances/{INSTANCE}/data/Customer/A1", content=sent, headers=_JSON)
        assert answer.status_code == 400


_JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("name", "values", "right"),
    [
        pytest.param("Points", pa.array([1200.0, None]), [1200, None], id="18-double"),
        pytest.param("Points", pa.array([1200.5, 7.0]), ["rejected", 7], id="18-not-whole"),
        pytest.param("Born", pa.array([datetime(2026, 1, 2), None], pa.timestamp("ns")), ["2026-01-02", None], id="19"),  # noqa: DTZ001
        pytest.param("Born", pa.array([datetime(2026, 1, 2, 5), None]), ["rejected", None], id="19-noon"),  # noqa: DTZ001
        pytest.param("Born", pa.array([date(2026, 1, 2), None]), ["2026-01-02", None], id="24-date"),
        pytest.param("Notes", pa.array([12, None], pa.int64()), ["12", None], id="19-text"),
        pytest.param("Spend", pa.array([Decimal("12345678901234567.89"), None]), ["rejected", None], id="28"),
        pytest.param("Spend", pa.array([Decimal("12.50"), None]), [12.5, None], id="28-fits"),
        pytest.param("BigNo", pa.array([2**63 + 1, 5], pa.uint64()), ["rejected", 5], id="24-unsigned"),
        pytest.param("Notes", pa.array(["x", None]).dictionary_encode(), ["x", None], id="24-dictionary"),
        pytest.param("Notes", pa.array(["x", None], pa.large_string()), ["x", None], id="24-large"),
        pytest.param("Notes", pa.array(["a\0b", "x"]), ["rejected", "x"], id="29"),
    ],
)
async def test_a_value_of_parquet_is_loaded_if_nothing_is_lost(
    client: httpx.AsyncClient, put: Put, name: str, values: pa.Array, right: Sequence[Any]
) -> None:
    put(in_parquet({"CustomerId": pa.array([1, 2], pa.int64()), name: values}), "c.parquet")
    job = await refresh(client)
    assert job["jobStatus"] == "successful"
    found = [await read(client, key) for key in ("1", "2")]
    assert [row[name] if row else "rejected" for row in found] == right


@pytest.mark.parametrize("packing", ["snappy", "gzip", "zstd", "brotli", "lz4"])
async def test_24_a_parquet_file_is_loaded_whole_and_a_cut_one_not_at_all(
    client: httpx.AsyncClient, put: Put, packing: str
) -> None:
    content = in_parquet({"CustomerId": ["A1"], "City": ["Oslo"]}, compression=packing)
    put(content, "c.parquet")
    assert (await refresh(client))["jobStatus"] == "successful"
    put(content[:-9], "c.parquet")
    job = await refresh(client)
    assert job["jobStatus"] == "failed"
    assert "its end is missing" in job["message"]
    assert await value(client, "A1", "City") == "Oslo"


@pytest.mark.parametrize("name", ["c.csv", "c.parquet"])
async def test_22_a_row_of_3_mb_is_rejected_alone(client: httpx.AsyncClient, put: Put, name: str) -> None:
    notes = ["x", "y" * 3_000_000, "z" * 1_500_000]
    rows = "".join(f"A{number},{text}\n" for number, text in enumerate(notes))
    columns = {"CustomerId": ["A0", "A1", "A2"], "Notes": notes}
    put(in_parquet(columns) if name == "c.parquet" else f"CustomerId,Notes\n{rows}", name)
    job = await refresh(client)
    assert await reasons(client, job) == ["The row is larger than 2 MB."]
    assert [len(await value(client, key, "Notes") or "") for key in ("A0", "A1", "A2")] == [1, 0, 1_500_000]


@pytest.mark.parametrize("apart", [0, 300])
async def test_41_a_customer_that_is_there_twice_is_reported(client: httpx.AsyncClient, put: Put, apart: int) -> None:
    put(people(apart) + "Z1,Oslo\n" + people(apart).partition("\n")[2].replace("A", "B") + "Z1,Paris\n")
    job = await refresh(client)
    assert [warning for warning in job["warnings"] if "'Z1'" in warning]
    assert await value(client, "Z1", "City") == "Paris"


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param(",CustomerId,City", "0,A1,Oslo", id="41-index"),
        pytest.param("CustomerId,City,", "A1,Oslo,", id="41-empty-last"),
        pytest.param("CustomerId,City,Colour", "A1,Oslo,red", id="41-unknown"),
    ],
)
async def test_a_column_that_no_attribute_has_is_reported_and_ignored(
    client: httpx.AsyncClient, put: Put, header: str, row: str
) -> None:
    put(f"{header}\n{row}\n")
    job = await refresh(client)
    assert job["jobStatus"] == "successful"
    assert [warning for warning in job["warnings"] if "columns of no attribute" in warning]
    assert await value(client, "A1", "City") == "Oslo"


async def test_29_a_zero_character_is_refused_on_both_ways_in(client: httpx.AsyncClient, put: Put) -> None:
    put("CustomerId,City\nA1,ab\0cd\nA2,Oslo\n")
    job = await refresh(client)
    assert (counted(job, "rejected"), await read(client, "A1")) == ([1], None)
    answer = await client.patch(f"/instances/{INSTANCE}/data/Customer/A2", json={"City": "ab\0cd"})
    assert answer.status_code == 400
