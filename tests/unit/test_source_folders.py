from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from function_app.source.files import Part, Snapshots, missing_parts
from function_app.source.folders import choose, partition_values

ATTRIBUTES = ("CustomerId", "Country", "BirthDate", "run", "Day")


@pytest.mark.parametrize(
    ("paths", "taken"),
    [
        (["c.csv"], ["c.csv"]),
        (["c.CSV", "d.Parquet", "e.tsv", "f.csv.gz", "g.CSV.ZST", "h.tsv.bz2"], None),
        (["2026-11-01/c.csv", "2026-11-02/c.csv"], ["2026-11-02/c.csv"]),
        (["2026-9-30/c.csv", "2026-10-1/c.csv"], ["2026-10-1/c.csv"]),
        (["2026-10-01/c.csv", "20261002/c.csv"], ["20261002/c.csv"]),
        (["20261001T0600/c.csv", "2026-10-01/c.csv"], ["20261001T0600/c.csv"]),
        (["2026-10-01T06:00:00Z/c.csv", "2026-10-01T18:00:00Z/c.csv"], ["2026-10-01T18:00:00Z/c.csv"]),
        (["9/c.csv", "10/c.csv"], ["10/c.csv"]),
        (["v9/c.csv", "v10/a.csv", "v10/b.csv"], ["v10/a.csv", "v10/b.csv"]),
        (["export-2026-9-30/c.csv", "export-2026-10-1/c.csv"], ["export-2026-10-1/c.csv"]),
        (["2026/9/c.csv", "2026/10/c.csv"], ["2026/10/c.csv"]),
        (["2025/12/31/c.csv", "2026/1/1/c.csv"], ["2026/1/1/c.csv"]),
        (["ds=2026-9-30/c.csv", "ds=2026-10-1/c.csv"], ["ds=2026-10-1/c.csv"]),
        (["snapshot_date=20260930/c.csv", "snapshot_date=20261001/c.csv"], ["snapshot_date=20261001/c.csv"]),
        (["version=9/c.csv", "version=10/c.csv"], ["version=10/c.csv"]),
        (["year=2026/month=9/c.csv", "year=2026/month=10/c.csv"], ["year=2026/month=10/c.csv"]),
        (["Year=2025/Month=12/Day=31/c.csv", "Year=2026/Month=01/Day=01/c.csv"], ["Year=2026/Month=01/Day=01/c.csv"]),
        (["Country=NO/c.csv", "Country=PE/c.csv"], None),
        (["Region=north/c.csv", "Region=south/c.csv"], None),
        (["month=9/c.csv"], None),
        (["2026/month=9/c.csv", "2026/month=10/c.csv"], ["2026/month=10/c.csv"]),
        (["y=2026/m=9/d=30/c.csv", "y=2026/m=10/d=1/c.csv"], ["y=2026/m=10/d=1/c.csv"]),
        (
            ["yyyy=2026/mm=09/dd=30/hh=9/c.csv", "yyyy=2026/mm=09/dd=30/hh=10/c.csv"],
            ["yyyy=2026/mm=09/dd=30/hh=10/c.csv"],
        ),
        (["year=2026/week=9/c.csv", "year=2026/week=10/c.csv", "year=2025/week=52/c.csv"], ["year=2026/week=10/c.csv"]),
        (["year=2026/quarter=1/c.csv", "year=2025/quarter=4/c.csv"], ["year=2026/quarter=1/c.csv"]),
        (["2026-10-01/hour=9/c.csv", "2026-10-01/hour=10/c.csv"], ["2026-10-01/hour=10/c.csv"]),
        (["ds=2026-10-01/Hour=9/c.csv", "ds=2026-10-01/Hour=10/c.csv"], ["ds=2026-10-01/Hour=10/c.csv"]),
        (["2026-10/day=9/c.csv", "2026-10/day=10/c.csv", "2026-9/day=30/c.csv"], ["2026-10/day=10/c.csv"]),
        (["Day=1/c.csv", "Day=2/c.csv"], None),
        (["year=2025/c.csv", "year=2026/c.csv"], None),
        (["BirthDate=1990-12-31/c.csv", "BirthDate=1991-01-01/c.csv"], None),
        (["run=1/c.csv", "run=2/c.csv"], None),
        (["bucket=1/c.csv", "bucket=2/c.csv"], None),
        (["Country=NO/Tier=Gold/c.csv", "Country=PE/Tier=Gold/c.csv", "Country=PE/Tier=Silver/c.csv"], None),
        (
            ["2026-10-01/Country=NO/c.csv", "2026-9-30/Country=NO/c.csv", "2026-10-01/Country=PE/c.csv"],
            ["2026-10-01/Country=NO/c.csv", "2026-10-01/Country=PE/c.csv"],
        ),
        (
            ["Country=NO/2026-9-30/c.csv", "Country=NO/2026-10-1/c.csv", "Country=PE/2026-9-1/c.csv"],
            ["Country=NO/2026-10-1/c.csv", "Country=PE/2026-9-1/c.csv"],
        ),
        (["final/c.csv"], ["final/c.csv"]),
        (["2026-11-01/c.csv", "2026-11-02/readme.txt"], ["2026-11-01/c.csv"]),
        (["c.csv", "_c.csv", ".c.csv", "~$c.csv", "_temporary/0/c.csv", ".staging/c.csv"], ["c.csv"]),
        (["_SUCCESS", "Country=NO/_SUCCESS", "Country=NO/c.csv"], ["Country=NO/c.csv"]),
        ([], []),
    ],
)
def test_the_newest_snapshot_is_chosen_whole(paths: Sequence[str], taken: Sequence[str] | None) -> None:
    choice = choose(paths, ATTRIBUTES)
    assert choice.problem is None
    assert list(choice.files) == sorted(paths if taken is None else taken)
    assert all(file.startswith(choice.folder) for file in choice.files)


@pytest.mark.parametrize(
    "paths",
    [
        ["north/c.csv", "south/c.csv"],
        ["30-9-2026/c.csv", "1-10-2026/c.csv"],
        ["09.30.2026/c.csv", "10.01.2026/c.csv"],
        ["2026-10-01/c.csv", "v3/c.csv"],
        ["2026-10-01/c.csv", "latest/c.csv"],
        ["2026-10-01/c.csv", "Country=NO/c.csv"],
        ["2026-9-1/c.csv", "2026-09-01/c.csv"],
        ["Oct-2026/c.csv", "Sep-2026/c.csv"],
        ["Country=NO/a/c.csv", "Country=NO/b/c.csv"],
        ["month=9/c.csv", "month=10/c.csv"],
        ["Month=12/c.csv", "Month=01/c.csv"],
        ["quarter=4/c.csv", "quarter=1/c.csv"],
        ["Week=9/c.csv", "Week=10/c.csv"],
        ["day=9/c.csv", "day=10/c.csv"],
        ["hour=9/c.csv", "hour=10/c.csv"],
        ["m=9/c.csv", "m=10/c.csv"],
        ["dd=09/c.csv", "dd=10/c.csv"],
        ["year=2026/day=9/c.csv", "year=2026/day=10/c.csv"],
        ["month=9/day=30/c.csv", "month=10/day=1/c.csv"],
        ["2026-10-01/minute=9/c.csv", "2026-10-01/minute=10/c.csv"],
        ["Country=NO/month=9/c.csv", "Country=NO/month=10/c.csv"],
        ["month=9/c.csv", "Region=north/c.csv"],
        ["year=2025/c.csv", "year=2026/month=1/c.csv"],
        ["_delta_log/00.json", "part-0.parquet"],
    ],
)
def test_what_has_no_order_is_a_problem_and_nothing_is_chosen(paths: Sequence[str]) -> None:
    choice = choose(paths, ATTRIBUTES)
    assert choice.problem
    assert not choice.files


def test_files_that_are_passed_over_are_named_with_the_reason() -> None:
    paths = [
        "c.txt",
        "d.csv",
        "2026-10-01/c.csv",
        "2026-10-01/d.xlsx",
        "2026-10-01/e.csv.zip",
        "2026-9-1/f.txt",
        "notes/g.docx",
    ]
    passed_over = choose(paths, ATTRIBUTES).passed_over
    assert [text.split()[0] for text in passed_over] == [
        "d.csv",
        "2026-9-1/f.txt",
        "c.txt",
        "notes/g.docx",
        "2026-10-01/d.xlsx",
        "2026-10-01/e.csv.zip",
    ]
    assert "beside folders that are versions" in passed_over[0]
    assert ".csv, .tsv and .parquet are, " in passed_over[2]


def test_partitions_give_their_values_to_attributes() -> None:
    path = "i/Customer/2026-10-01/Country=C%C3%B4te%20d'Ivoire/BirthDate=__HIVE_DEFAULT_PARTITION__/shard=1/part=0.csv"
    assert partition_values(path, ATTRIBUTES) == {"Country": "Côte d'Ivoire", "BirthDate": None}


def test_a_snapshot_names_its_parts_their_folder_and_what_it_passes_over(tmp_path: Path) -> None:
    for file in ("2026-9-30/a.csv", "2026-10-1/b.CSV", "2026-10-1/c.txt"):
        place = tmp_path / "i" / "Customer" / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"CustomerId\n")
    snapshot = Snapshots(str(tmp_path)).newest("i", "Customer")
    assert [part.file for part in snapshot.parts] == ["i/Customer/2026-10-1/b.CSV"]
    assert snapshot.folder == "i/Customer/2026-10-1"
    assert [text.split()[0] for text in snapshot.passed_over] == ["i/Customer/2026-10-1/c.txt"]
    (tmp_path / "i" / "Customer" / "old").mkdir()
    (tmp_path / "i" / "Customer" / "old" / "d.csv").write_bytes(b"")
    assert "i/Customer has folders of which none is surely the newest" in (
        Snapshots(str(tmp_path)).newest("i", "Customer").problem or ""
    )


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        (["c/part-0.csv", "c/part-1.csv"], None),
        (["c/part-0.csv", "c/part-2.csv"], "part 1 of 3 is missing"),
        (["c/Part-1-of-3.csv.gz", "c/Part-2-of-3.CSV"], "part 3 of 3 is missing"),
        (["c/part-0.csv", "c/extra.csv"], None),
        (["c/Country=NO/part-0.csv", "c/Country=PE/part-3.csv"], None),
        (["c/Country=NO/part-1-of-2.csv", "c/Country=PE/part-1-of-1.csv"], "part 2 of 2 is missing in c/Country=NO"),
        ([], None),
    ],
)
def test_missing_parts_show_in_the_names(files: Sequence[str], missing: str | None) -> None:
    assert missing_parts([Part(file, "") for file in files]) == missing
