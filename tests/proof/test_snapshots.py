from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from function_app.services.refresh import tasks
from proof.columnar import BYTES, WHOLE, Case, run
from proof.columnar import KINDS as PARQUET
from proof.snapshots import ALL_KINDS, CONTENT, Tally, damage_in_turn, damaged, damaged_snapshots, trial
from proof.sources import KEYS, NORTHWIND, generated, northwind
from proof.strict import Column, Reading, Row, allowed, read_text

SEED = 77
needs_northwind = pytest.mark.skipif(not NORTHWIND.exists(), reason=f"the Northwind data is not at {NORTHWIND}")
TWO = [Column("CustomerId", "Id"), Column("Points", "p", "Edm.Int32")]


@pytest.mark.parametrize("name", ["generated", *(pytest.param(name, marks=needs_northwind) for name in KEYS)])
def test_a_damaged_snapshot_loses_and_mixes_no_customers_and_is_reported(name: str) -> None:
    source, tally = generated(SEED) if name == "generated" else northwind(name, SEED), Tally(Counter(), [])
    asyncio.run(damage_in_turn(source, ALL_KINDS, len(ALL_KINDS), SEED, tally))
    assert tally.broken == []
    assert {kind for kind, _ in tally.results} == set(ALL_KINDS)
    assert tally.count("reported", "refused") > 20


def test_a_damaged_parquet_file_ends_no_process_and_mixes_no_customers() -> None:
    found = list(run(Case("generated", SEED, 0), len(PARQUET) * 2))
    assert [outcome for outcome in found if outcome.problems] == []
    assert {outcome.kind for outcome in found} == {*WHOLE, *BYTES}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_same_chance_makes_the_same_damage(kind: str) -> None:
    source = generated(SEED)
    first, again, other = (damaged(kind, Random(seed), source) for seed in (1, 1, 3))  # noqa: S311
    assert first == again
    assert first.files == again.files
    assert other.kind == kind


async def found_in(damage_kind: str, monkeypatch: pytest.MonkeyPatch, name: str, instead: Any) -> list[str]:
    """Return the problems of refreshes by a product with an error."""
    source, problems = generated(SEED), list[str]()
    async with trial(source) as tried:
        with monkeypatch.context() as broken:
            broken.setattr(tasks, name, instead)
            for seed in range(12):
                damage = damaged(damage_kind, Random(seed), source)  # noqa: S311
                try:
                    problems += (await tried.examine(damage))[1]
                except AssertionError as error:
                    problems.append(str(error))
    return problems


async def test_a_product_that_removes_after_a_broken_file_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: Any) -> None:
        return None

    assert await found_in("cut anywhere", monkeypatch, "_incomplete", nothing)


async def test_a_product_that_does_not_report_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(task: Any, counts: Any, report: Any) -> Any:
        return add(task, replace(counts, rejected=0), replace(report, warnings=(), rejections=0))

    add = tasks._with  # noqa: SLF001
    assert await found_in("other type", monkeypatch, "_with", silent)


async def test_content_differs_in_one_value_of_one_customer() -> None:
    source = generated(SEED)
    damage = damaged(CONTENT, Random(1), source)  # noqa: S311
    assert damage.content
    async with trial(source) as tried:
        assert await tried.examine(damage) == ("content", [])
        wrong = replace(damage, content=(damage.content[0], "City" if damage.content[1] != "City" else "Notes"))
        assert (await tried.examine(wrong))[1]


@pytest.mark.parametrize(
    ("text", "rows", "faults", "is_whole"),
    [
        (b"Id,p\na,1\n", [("a", 1)], 0, True),
        (b'p,Id\r\n"1","a""b\r\n"\r\n\r\n', [('a"b\r\n', 1)], 0, True),
        (b"Id,p\na,1\nb,2", [("a", 1), ("b", 2)], 1, False),
        (b"Id,p\na,many\nb,2,\n", [("a", None), ("b", None)], 2, False),
        (b'Id,p\na,"1\nb,2\n', [], 1, False),
        (b'Id,p\na,1\nb,"2"x\n', [("a", 1)], 1, False),
        (b'Id,p\na,1"\n', [], 1, False),
        (b"Id,p,q\n,1,2\n", [], 2, False),
        (b"Id\na\n", [("a", None)], 1, True),
        (b"Id,Id,p\na,b,1\n", [], 1, False),
        (b"p\n1\n", [], 1, False),
        (b"", [], 1, False),
        (b"Id,p\nId,p\n", [("Id", None)], 1, True),
        (b"Id,p\n\xff,1\n", [], 1, False),
    ],
)
def test_the_strict_reader_knows_the_rules(
    text: bytes, rows: list[tuple[str, int | None]], faults: int, is_whole: bool
) -> None:
    reading = read_text(text, b",", TWO)
    assert [(row.customer_id, (row.record or {}).get("Points")) for row in reading.rows] == rows
    assert (len(reading.faults), reading.is_whole) == (faults, is_whole)


def test_after_a_broken_quote_only_rows_from_known_places_on_may_be_loaded() -> None:
    text = b'Id,p\na,"1"x\nb,2\nc,3\n'
    assert [row.customer_id for row in read_text(text, b",", TWO, [text.index(b"c,3")]).later] == ["c"]
    assert read_text(text, b",", TWO).later == []


OLD = {"a": {"CustomerId": "a", "Points": 1}}
NEW = {"CustomerId": "a", "Points": 2}


@pytest.mark.parametrize(
    ("reading", "is_refused", "options"),
    [
        (Reading([Row("a", NEW)]), False, [NEW]),
        (Reading([Row("a", NEW)]), True, [NEW, OLD["a"]]),
        (Reading([Row("a", NEW, sure=False)]), False, [NEW, OLD["a"]]),
        (Reading([Row("a", {"CustomerId": "a"})]), False, [OLD["a"]]),
        (Reading([Row("a", None)]), False, [OLD["a"]]),
        (Reading([Row("a", OLD["a"]), Row("a", NEW)]), False, [NEW]),
        (Reading([]), False, [OLD["a"], None]),
        (Reading([], is_whole=False), False, [OLD["a"]]),
    ],
)
def test_what_may_be_stored_follows_from_the_reading(reading: Reading, is_refused: bool, options: list[Any]) -> None:
    assert allowed(reading, OLD, TWO, may_be_refused=is_refused)["a"] == options


def test_the_proof_reports_its_figures() -> None:
    assert damaged_snapshots(12).seen.startswith("12 damages in ")
