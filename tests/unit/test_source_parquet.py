from __future__ import annotations

import math
import re
import struct
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT
from support.source_parts import check, head, ids, in_parquet, read

from function_app.source import parquet_part, pieces
from function_app.source.files import PartUnreadableError

DAY_MS = 86_400_000
LAST_MS = 253_402_300_799_999
INT96_OF_2021 = struct.pack("<qi", 0, 2_459_216)


def column(name: str, values: pa.Array) -> bytes:
    return in_parquet({"CustomerId": [f"A{number}" for number in range(len(values))], name: values})


def values_of(name: str, values: pa.Array) -> list[Any]:
    """Return the values of a column of an attribute; "rejected" for a rejected row."""
    found = read(column(name, values), "c.parquet")
    assert found.rejections + len(found.records) == len(values)
    assert found.doubts == []
    assert all(row.column == name and "Error" not in row.reason for row in found.rejected)
    by_id = found.by_id
    rejected = {row.number - 1 for row in found.rejected}
    return ["rejected" if n in rejected else by_id[f"A{n}"].get(name) for n in range(len(values))]


@pytest.mark.parametrize(
    ("name", "values", "taken"),
    [
        (
            "Points",
            pa.array([1200.0, None, -0.0, 1.5, math.nan, math.inf, 2.0**31]),
            [1200, None, 0, *["rejected"] * 4],
        ),
        ("Points", pa.array([Decimal("1200.00"), Decimal("0.50"), None]), [1200, "rejected", None]),
        ("Points", pa.array([2**63, 7, None], pa.uint64()), ["rejected", 7, None]),
        ("Points", pa.array([5, -5], pa.int8()), [5, -5]),
        ("Points", pa.array([2.0, 0.1], pa.float32()), [2, "rejected"]),
        ("Value", pa.array([Decimal("12345678901234567.89"), Decimal("0.10"), Decimal(-7)]), ["rejected", 0.1, -7.0]),
        ("Value", pa.array([2**53, 2**53 + 1, -(2**53) - 1, None]), [2.0**53, "rejected", "rejected", None]),
        ("Value", pa.array([math.nan, math.inf, 1e300, None]), ["rejected", "rejected", 1e300, None]),
        ("Value", pa.array([True, False]).cast(pa.string()), ["rejected", "rejected"]),
        ("City", pa.array([12, None, -3], pa.int64()), ["12", None, "-3"]),
        ("City", pa.array([Decimal(10**30), Decimal(-1)]), [str(10**30), "-1"]),
        ("City", pa.array(["a", "b\0c", None]), ["a", "rejected", None]),
        ("City", pa.array([b"a", b"\xff", None], pa.binary()), ["a", "rejected", None]),
        ("City", pa.array(["a", None], pa.large_string()), ["a", None]),
        ("City", pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        ("Tier", pa.array(["Gold", "Lead"]).dictionary_encode(), ["Gold", "rejected"]),
        ("OptIn", pa.array([True, None, False]), [True, None, False]),
        ("BirthDate", pa.array([date(2024, 2, 29), None]), ["2024-02-29", None]),
        (
            "BirthDate",
            pa.array([0, -719_162, -719_163, 2_932_896, 2_932_897, 2**31 - 1, -(2**31)], pa.int32()).cast(pa.date32()),
            ["1970-01-01", "0001-01-01", "rejected", "9999-12-31", *["rejected"] * 3],
        ),
        ("BirthDate", pa.array([DAY_MS, 2**62], pa.int64()).cast(pa.date64()), ["1970-01-02", "rejected"]),
        (
            "BirthDate",
            pa.array([datetime(2021, 1, 1), datetime(2021, 1, 1, 0, 0, 1), None], pa.timestamp("ns")),  # noqa: DTZ001
            ["2021-01-01", "rejected", None],
        ),
        (
            "BirthDate",
            pa.array(
                [datetime(2021, 1, 1, 23, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)], pa.timestamp("us", "+01:00")
            ),
            ["2021-01-02", "rejected"],
        ),
        ("BirthDate", pa.array([0], pa.timestamp("us", "Nowhere/Land")), ["rejected"]),
        (
            "LastVisit",
            pa.array(
                [0, 2**60, LAST_MS, LAST_MS + 1, -62_135_596_800_000, -62_135_596_800_001, None], pa.timestamp("ms")
            ),
            [
                "1970-01-01T00:00:00.000000Z",
                "rejected",
                "9999-12-31T23:59:59.999000Z",
                "rejected",
                "0001-01-01T00:00:00.000000Z",
                "rejected",
                None,
            ],
        ),
        ("LastVisit", pa.array([2**63 - 1, -(2**63)], pa.timestamp("us")), ["rejected", "rejected"]),
        ("LastVisit", pa.array([2**50, -(2**50)], pa.timestamp("s")), ["rejected", "rejected"]),
        (
            "LastVisit",
            pa.array([-1, 1_999, 2**63 - 1], pa.timestamp("ns")),
            ["1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00.000001Z", "2262-04-11T23:47:16.854775Z"],
        ),
        ("Opens", pa.array([time(9, 30), None]), ["09:30:00.000000", None]),
        ("Opens", pa.array([86_400_000_000, -1], pa.int64()).cast(pa.time64("us")), ["rejected", "rejected"]),
        ("Token", pa.array(["6F9619FF-8B86-4D11-B42D-00C04FC964FF"]), ["6f9619ff-8b86-4d11-b42d-00c04fc964ff"]),
        ("FullName", pa.nulls(2), [None, None]),
    ],
)
def test_values_are_accepted_where_nothing_is_lost_and_rejected_by_row(
    name: str, values: pa.Array, taken: Sequence[Any]
) -> None:
    assert values_of(name, values) == taken


@pytest.mark.parametrize(
    ("instants", "taken"),
    [
        (
            [datetime(9999, 12, 31, 2), datetime(2021, 1, 1), datetime(1000, 1, 1)],  # noqa: DTZ001
            ["9999-12-31T02:00:00.000000Z", "2021-01-01T00:00:00.000000Z", "1000-01-01T00:00:00.000000Z"],
        ),
        ([None, datetime(1, 1, 1)], [None, "0001-01-01T00:00:00.000000Z"]),  # noqa: DTZ001
    ],
)
def test_old_instants_of_spark_are_read_right(instants: Sequence[datetime | None], taken: Sequence[str | None]) -> None:
    columns = {"CustomerId": [f"A{n}" for n in range(len(taken))], "LastVisit": pa.array(instants, pa.timestamp("us"))}
    found = read(in_parquet(columns, use_deprecated_int96_timestamps=True), "c.parquet")
    assert [record.get("LastVisit") for record in found.records] == taken


@pytest.mark.parametrize(
    ("name", "values", "received"),
    [
        ("BirthDate", pa.array([2_932_897], pa.int32()).cast(pa.date32()), "2932897 days since 1970-01-01"),
        ("BirthDate", pa.array([datetime(2021, 1, 1, 0, 0, 1)], pa.timestamp("ns")), "2021-01-01T00:00:01.000000Z"),  # noqa: DTZ001
        (
            "BirthDate",
            pa.array([0], pa.timestamp("us", "Nowhere/Land")),
            "1970-01-01T00:00:00.000000Z (the time zone of its column is Nowhere/Land)",
        ),
        ("LastVisit", pa.array([2**60], pa.timestamp("ms")), f"{2**60} milliseconds since 1970-01-01T00:00:00Z"),
        ("LastVisit", pa.array([-(2**62)], pa.timestamp("us")), f"{-(2**62)} microseconds since 1970-01-01T00:00:00Z"),
        ("Opens", pa.array([-1], pa.int64()).cast(pa.time64("us")), "-1 microseconds"),
        ("Opens", pa.array([86_400_000], pa.int32()).cast(pa.time32("ms")), "86400000 milliseconds"),
        ("Value", pa.array([Decimal("12345678901234567.89")]), "12345678901234567.89"),
        ("Points", pa.array([2**63], pa.uint64()), str(2**63)),
        ("City", pa.array([b"K\xf6ln"], pa.binary()), "its bytes read 'Köln'"),
    ],
)
def test_the_reason_has_the_value_that_was_received(name: str, values: pa.Array, received: str) -> None:
    assert received in read(column(name, values), "c.parquet").reasons[1]


@pytest.mark.parametrize("day", [2**31 - 1, 1_721_425, 5_373_485, 214_000_000, -1, -(2**31)])
def test_an_old_instant_beyond_all_years_does_not_wrap_into_one(day: int) -> None:
    columns = {"CustomerId": ["A1", "A2"], "LastVisit": pa.array([datetime(2021, 1, 1), None], pa.timestamp("us"))}  # noqa: DTZ001
    content = in_parquet(columns, use_deprecated_int96_timestamps=True, compression="none", use_dictionary=False)
    assert content.count(INT96_OF_2021) == 1
    found = read(content.replace(INT96_OF_2021, struct.pack("<qi", 0, day)), "c.parquet")
    assert [record["CustomerId"] for record in found.records] == ["A2"]
    assert found.rejected[0].column == "LastVisit"
    assert re.search(r"received -?\d+ microseconds since 1970-01-01T00:00:00Z", found.rejected[0].reason)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("City", [["Oslo"]], "has lists in the column 'City'"),
        ("City", [{"a": 1}], "has structures in the column 'City'"),
        ("City", [1.0], "has floating-point numbers in the column 'City', which can't hold Edm.String"),
        ("City", [True], "has true and false in the column 'City'"),
        ("City", [Decimal("1.5")], "has decimal numbers in the column 'City'"),
        ("OptIn", [1], "has whole numbers in the column 'OptIn', which can't hold Edm.Boolean"),
        ("LastVisit", [date(2020, 1, 1)], "has dates in the column 'LastVisit'"),
        ("Opens", [datetime(2020, 1, 1)], "has instants in the column 'Opens'"),  # noqa: DTZ001
    ],
)
def test_a_column_of_another_kind_is_reported_in_words(name: str, values: list[Any], words: str) -> None:
    (fault,) = head(in_parquet({"CustomerId": ["A1"], name: values}), "c.parquet").faults
    assert words in fault.message


def test_a_key_of_whole_numbers_is_a_text() -> None:
    content = in_parquet({"CustomerId": pa.array([7, 8], pa.int64()), "City": ["Oslo", "x" * 81]})
    assert not head(content, "c.parquet").faults
    assert read(content, "C.PARQUET").records == [{"CustomerId": "7", "City": "Oslo"}]
    assert ids(content, "c.parquet") == ["7", "8"]


TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()]


@pytest.mark.parametrize("kind", TEXTS, ids=str)
def test_a_text_of_each_type_of_texts_is_the_same_text(kind: pa.DataType) -> None:
    keys = pa.array(["A 1", "A 2", "A 3"]).cast(kind)
    notes = pa.array(["Å", "x" * 2_100_000, None]).cast(kind)
    content = in_parquet({"CustomerId": keys, "Notes": notes})
    found = read(content, "c.parquet")
    assert found.records == [{"CustomerId": "A 1", "Notes": "Å"}, {"CustomerId": "A 3"}]
    assert found.reasons == {2: "The row is larger than 2 MB."}
    assert ids(content, "c.parquet") == ["A 1", "A 2", "A 3"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"CustomerId\nA1\n", in_parquet({"CustomerId": ["A1"]})[:-9]])
def test_a_file_that_is_not_parquet_is_reported(content: bytes) -> None:
    (fault,) = head(content, "c.parquet").faults
    assert fault.message == "c.parquet can't be read: it is not a Parquet file, or its end is missing or damaged."


def test_a_file_without_the_id_is_reported_in_words_of_parquet() -> None:
    assert [fault.message for fault in head(in_parquet({"Customerid": ["A1"]}), "c.parquet").faults] == [
        "c.parquet has no column 'CustomerId'; nearest: 'Customerid'."
    ]
    (fault,) = head(in_parquet({}), "c.parquet").faults
    assert fault.message == "c.parquet has no column 'CustomerId'."
    assert read(in_parquet({"CustomerId": ["CustomerId"]}), "c.parquet").reasons == {
        1: "'CustomerId' holds the name of its column."
    }


def test_a_column_name_that_is_not_utf_8_is_reported() -> None:
    options: dict[str, Any] = {"compression": "none", "store_schema": False}
    content = in_parquet({"CustomerId": ["A1"], "City": ["Oslo"]}, **options)
    (fault,) = head(content.replace(b"City", b"C\xfftz"), "c.parquet").faults
    assert fault.message == "c.parquet can't be read: its footer is damaged: it has a name that is not UTF-8."


_FUZZ = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from random import Random
from support.damaged_parquet import mutations
from support.source_parts import head, ids, read
from function_app.source.files import PartUnreadableError
ends = dict.fromkeys(("fault", "unreadable", "read"), 0)
for content in mutations(Random({seed}), {count}):
    try:
        if head(content, "c.parquet").faults:
            ends["fault"] += 1
            continue
        read(content, "c.parquet")
        ids(content, "c.parquet")
        ends["read"] += 1
    except PartUnreadableError:
        ends["unreadable"] += 1
print(*ends.values())
"""


@pytest.mark.parametrize("seed", range(3))
def test_no_damage_to_a_file_ends_the_process_or_is_another_error(seed: int) -> None:
    code = _FUZZ.format(tests=str(ROOT / "tests"), root=str(ROOT), seed=seed, count=600)
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2_000:]
    counts = [int(count) for count in done.stdout.split()]
    assert sum(counts) == 600
    assert min(counts) > 0


def test_a_part_that_is_damaged_within_reports_from_where_on() -> None:
    content = bytearray(in_parquet({"CustomerId": [str(n) for n in range(20_000)]}, compression="none"))
    content[4:2_000] = bytes(1_996)
    with pytest.raises(PartUnreadableError, match=r"a page header of the column .CustomerId. is damaged"):
        read(bytes(content), "c.parquet")


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_page_that_does_not_have_its_checksum_is_damaged(version: str) -> None:
    columns = {"CustomerId": ["A0", "A1"], "City": ["Oslo", "Rome"]}
    options = {"use_dictionary": False, "write_statistics": False, "compression": "none"}
    content = in_parquet(columns, write_page_checksum=True, data_page_version=version, **options)
    assert read(content, "c.parquet").by_id["A1"]["City"] == "Rome"
    with pytest.raises(PartUnreadableError, match="its content is damaged"):
        read(content.replace(b"Rome", b"Bern"), "c.parquet")


def test_a_page_that_pyarrow_would_skip_shifts_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_part, "MAX_ROWS", 8)
    columns = {"CustomerId": [f"A{n}" for n in range(40)], "City": [f"City {n}" for n in range(40)]}
    options = {"use_dictionary": False, "write_statistics": False, "compression": "none", "data_page_size": 64}
    content = in_parquet(columns, write_batch_size=8, **options)
    assert read(content, "c.parquet").by_id["A30"]["City"] == "City 30"
    header = b"\x15\x00\x15"  # type 0, a data page
    places = [match.start() for match in re.finditer(header, content)]
    found = 0
    for place in places:
        damaged = content[: place + 1] + b"\x08" + content[place + 2 :]
        try:
            records = read(damaged, "c.parquet").records
        except PartUnreadableError:
            found += 1
        else:
            assert [(record["CustomerId"], record["City"]) for record in records] == list(
                zip(*columns.values(), strict=True)
            )
    assert found >= 10


def test_a_text_over_the_limit_is_rejected_by_row_in_a_dictionary_or_not() -> None:
    texts = ["x" * 10, "x" * 2_100_000, None, "y" * 1_000_000]
    for options in ({}, {"use_dictionary": False}):
        columns = {"CustomerId": ["A0", "A1", "A2", "A3"], "Notes": texts}
        content = in_parquet(columns, **options)
        found = read(content, "c.parquet")
        assert [record["CustomerId"] for record in found.records] == ["A0", "A2", "A3"]
        assert found.reasons == {2: "The row is larger than 2 MB."}
        assert found.doubts == []
        assert sorted(ids(content, "c.parquet")) == ["A0", "A1", "A2", "A3"]


@given(
    rows=st.lists(st.tuples(st.text(max_size=9), st.sampled_from(["", "a", "b" * 40, None])), max_size=30),
    most_rows=st.integers(1, 9),
    most_bytes=st.integers(1, 90),
    dictionary=st.booleans(),
)
def test_batches_change_nothing(
    rows: list[tuple[str, str | None]], most_rows: int, most_bytes: int, dictionary: bool
) -> None:
    keys = [f"{number}-{key}" for number, (key, _) in enumerate(rows)]
    columns = {"CustomerId": pa.array(keys, pa.string()), "City": pa.array([city for _, city in rows], pa.string())}
    content = in_parquet(columns, use_dictionary=dictionary)
    whole = read(content, "c.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_part, "MAX_ROWS", most_rows)
        patch.setattr(pieces, "MAX_BYTES", most_bytes)
        again = read(content, "c.parquet")
    assert again == whole
    expected = [(key, city) for key, (_, city) in zip(keys, rows, strict=True)]
    right = [(key, city) for key, city in expected if isinstance(check({"CustomerId": key, "City": city}), dict)]
    found = {record["CustomerId"]: record.get("City") for record in whole.records}
    assert found.items() <= dict(right).items()
    assert len(found) + whole.rejections == len(rows)


_PEAK = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from support.source_parts import check, CUSTOMER, REQUIRED
from function_app.source.reader import read_part
from function_app.source.files import PartUnreadableError
import pyarrow as pa
def peak():
    return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
before = peak()
with pa.OSFile(sys.argv[1]) as stream:
    batches = read_part(stream, sys.argv[1], CUSTOMER, REQUIRED, check)
    try:
        result = sum(len(batch.texts()) + batch.report.rejections for batch in batches)
    except PartUnreadableError as error:
        result = error
print(result, peak() - before, sep="\t")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read as Linux tells it")
@pytest.mark.parametrize(
    ("length", "distinct", "options"),
    [
        (64_000, 1, {}),
        (64_000, 40, {}),
        (1_900_000, 1, {}),
        (2_500_000, 1, {}),
        (64_000, 4_000, {"use_dictionary": False, "compression": "zstd"}),
    ],
)
def test_large_texts_take_little_memory_however_small_their_file(
    tmp_path: Path, length: int, distinct: int, options: dict[str, Any]
) -> None:
    count = 4_000 if length < 1_000_000 else 400
    rows, peak, size = peak_of(tmp_path, count, length, distinct, options)
    assert rows == str(count)
    assert peak < 300 + size


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read as Linux tells it")
@pytest.mark.parametrize(("count", "options"), [(70, {"use_dictionary": False}), (23, {}), (16, {})])
def test_pages_that_need_the_most_memory_allowed_are_read_within_it(
    tmp_path: Path, count: int, options: dict[str, Any]
) -> None:
    rows, peak, size = peak_of(tmp_path, count, 1_900_000, count, options)
    assert rows == str(count)
    assert peak < 300 + size


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read as Linux tells it")
def test_memory_does_not_grow_with_a_row_group_that_is_not_compressed(tmp_path: Path) -> None:
    options = {"use_dictionary": False, "compression": "none", "write_batch_size": 10}
    rows, peak, size = peak_of(tmp_path, 4_000, 64_000, 4_000, options)
    assert rows == "4000"
    assert size > 240
    assert peak < 200


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read as Linux tells it")
@pytest.mark.parametrize("options", [{"use_dictionary": False}, {}, {"compression": "zstd"}])
@pytest.mark.parametrize(("count", "length"), [(200, 1_500_000), (400, 1_900_000)])
def test_pages_that_need_too_much_memory_are_refused_in_words(
    tmp_path: Path, count: int, length: int, options: dict[str, Any]
) -> None:
    problem, peak, _ = peak_of(tmp_path, count, length, count, options)
    assert problem.startswith("row group 1 needs ")
    assert "for the column 'Notes'; 135 MB are allowed: write it with smaller pages" in problem
    assert peak < 100


def test_the_pages_of_all_columns_that_are_read_count_together() -> None:
    texts = [f"{number}" + "x" * 50_000 for number in range(200)]
    names = ("FullName", "City", "Notes", "Other")
    content = in_parquet(
        {"CustomerId": [str(n) for n in range(200)], **dict.fromkeys(names, texts)},
        row_group_size=100,
        compression="none",
    )
    assert read(content, "c.parquet").rejections == 200  # FullName and City are too long
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_part, "MAX_BYTES_AT_ONCE", 47_000_000)
        read(content, "c.parquet")
        patch.setattr(parquet_part, "MAX_BYTES_AT_ONCE", 45_000_000)
        with pytest.raises(PartUnreadableError, match="row group 1 needs 46 MB of memory at once, 16 of them"):
            read(content, "c.parquet")


def test_small_pages_of_a_large_row_group_are_read() -> None:
    texts = [f"{number}" + "x" * 10_000 for number in range(300)]
    options: dict[str, Any] = {"use_dictionary": False, "write_batch_size": 5, "data_page_size": 50_000}
    content = in_parquet({"CustomerId": [str(n) for n in range(300)], "Notes": texts}, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_part, "MAX_BYTES_AT_ONCE", 200_000)
        patch.setattr(parquet_part, "_MAX_UNBUFFERED_BYTES", 1_000)
        assert [record["Notes"] for record in read(content, "c.parquet").records] == texts


def peak_of(
    tmp_path: Path, count: int, length: int, distinct: int, options: dict[str, Any]
) -> tuple[str, float, float]:
    """Read a file in a process; return the number of rows or the problem, the peak of its memory, the file's size."""
    texts = pa.array([f"{number:04}" + "x" * length for number in range(distinct)])
    places = pa.array([number % distinct for number in range(count)], pa.int32())
    written = pa.DictionaryArray.from_arrays(places, texts).dictionary_decode()
    place = tmp_path / "c.parquet"
    place.write_bytes(in_parquet({"CustomerId": [f"A{n}" for n in range(count)], "Notes": written}, **options))
    code = _PEAK.format(tests=str(ROOT / "tests"), root=str(ROOT))
    output = subprocess.run([sys.executable, "-c", code, str(place)], check=True, capture_output=True, text=True).stdout
    result, peak = output.split("\t")
    return result, float(peak), place.stat().st_size / 1e6
