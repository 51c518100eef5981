"""Damaged Parquet snapshots: a refresh from each in a process that must survive it, and the customers compared."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from random import Random
from select import select
from typing import Any, NamedTuple

import pyarrow as pa
from pyarrow import parquet
from support import ROOT

from .damage import Damage
from .finding import Finding
from .snapshots import Trial, trial
from .sources import NORTHWIND, Source, sources
from .strict import Column

SECONDS = 60
PER_PROCESS = 60
_TYPES = {"Edm.Int32": pa.int32(), "Edm.Decimal": pa.float64(), "Edm.Date": pa.date32(), "Edm.Boolean": pa.bool_()}
_NUMBERS = ("Edm.Int32", "Edm.Decimal")


def table_of(source: Source) -> pa.Table:
    """Return the customers of a source as a table with a column of the fitting type for each attribute."""
    return pa.table({column.column: _array(source, column) for column in source.columns})


def _array(source: Source, column: Column) -> pa.Array:
    values = [record[column.attribute] for record in source.customers.values()]
    if column.data_type == "Edm.Date":
        values = [value and date.fromisoformat(value) for value in values]
    return pa.array(values, _TYPES.get(column.data_type, pa.string()))


def written(table: pa.Table, **options: Any) -> bytes:
    """Write a table as a Parquet file."""
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, **options)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _options(random: Random, **fixed: Any) -> dict[str, Any]:
    return {
        "compression": random.choice(("none", "snappy", "gzip", "zstd")),
        "use_dictionary": random.choice((True, False)),
        "row_group_size": random.choice((7, 1_000)),
        "data_page_version": random.choice(("1.0", "2.0")),
        "data_page_size": random.choice((200, 1 << 20)),
        **fixed,
    }


def _whole(random: Random, source: Source) -> Damage:
    content = written(table_of(source), **_options(random))
    return Damage("other options of Parquet", {random.choice(("c.parquet", "c.PARQUET")): content}, expect="same")


def _as_other_types(random: Random, source: Source) -> Damage:
    """Write columns with other types that hold the same values."""
    table = table_of(source)
    for place, column in enumerate(source.columns):
        others = {
            "Edm.String": (pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.binary(), pa.string_view()),
            "Edm.Int32": (pa.int64(), pa.float64(), pa.string(), pa.decimal128(20, 3)),
            "Edm.Decimal": (pa.decimal128(20, 6), pa.string()),
            "Edm.Date": (pa.timestamp("us"), pa.timestamp("ns"), pa.date64(), pa.string()),
            "Edm.Boolean": (pa.string(),),
        }[column.data_type]
        cast = table.column(column.column).cast(random.choice(others))
        table = table.set_column(place, column.column, cast)
    return Damage("other types of the same values", {"c.parquet": written(table, **_options(random))}, expect="same")


def _other_values(random: Random, source: Source) -> Damage:
    """Write a column with a type that can not hold its attribute: its rows, or the file, must be refused."""
    table, place = table_of(source), random.randrange(1, len(source.columns))
    column = source.columns[place]
    wrong: Sequence[Any] = {
        "Edm.String": ([1.5], [True], [datetime(2026, 1, 1)], [["x"]], [{"a": 1}]),  # noqa: DTZ001  # as in the file
        "Edm.Int32": (["many"], [1.5], [2**40], [datetime(2026, 1, 1)], [Decimal("1.5")], [float("nan")]),  # noqa: DTZ001
        "Edm.Decimal": (["many"], [float("inf")], [True], [Decimal("1234567890123456789.5")]),
        "Edm.Date": ([1], ["30.04.2026"], [datetime(2026, 1, 1, 5)], [True]),  # noqa: DTZ001
        "Edm.Boolean": ([1], ["yes"], [0.5]),
    }[column.data_type]
    values = pa.array(random.choice(wrong) * len(table))
    table = table.set_column(place, column.column, values)
    return Damage("other values in a column", {"c.parquet": written(table)}, expect="reported")


def _renamed(random: Random, source: Source) -> Damage:
    names = [column.column for column in source.columns]
    place = random.randrange(len(names))
    names[place] = random.choice((names[place].lower() + "_", names[place] + " ", "x", names[place - 1]))
    return Damage(
        "column of Parquet renamed", {"c.parquet": written(table_of(source).rename_columns(names))}, expect="reported"
    )


def _lost_column(random: Random, source: Source) -> Damage:
    name = random.choice(source.columns).column
    return Damage(
        "column of Parquet lost", {"c.parquet": written(table_of(source).drop_columns([name]))}, expect="reported"
    )


def _nulls(random: Random, source: Source) -> Damage:
    """Take the ids of some rows away: which customers these were is not known."""
    table, ids = table_of(source), list(source.customers)
    for place in random.sample(range(len(ids)), random.choice((1, 2, len(ids)))):
        ids[place] = ""
    table = table.set_column(0, source.columns[0].column, pa.array([key or None for key in ids]))
    return Damage("ids of Parquet lost", {"c.parquet": written(table)}, expect="reported")


def _fewer_groups(random: Random, source: Source) -> Damage:
    """Leave row groups out: a whole file with fewer rows."""
    groups = [table_of(source).slice(start, 7) for start in range(0, len(source.customers), 7)]
    kept = [group for group in groups if random.random() < 0.7] or groups[:1]
    ids = frozenset(chain.from_iterable(group.column(0).to_pylist() for group in kept))
    content = written(pa.concat_tables(kept), row_group_size=7)
    return Damage("row groups lost", {"c.parquet": content}, expect="fewer", intact=ids)


def _cut(random: Random, source: Source) -> Damage:
    content = written(table_of(source), **_options(random))
    return Damage("Parquet cut", {"c.parquet": content[: random.randrange(len(content))]}, expect="reported")


def _joined(random: Random, source: Source) -> Damage:
    """Put two files into one, or bytes after the end."""
    content = written(table_of(source), **_options(random))
    return Damage(
        "Parquet with more after its end",
        {"c.parquet": content + random.choice((b"\0", b"more", content[:40]))},
        expect="reported",
    )


def _checked_and_damaged(random: Random, source: Source) -> Damage:
    """Damage pages that have checksums."""
    content = written(table_of(source), **_options(random, write_page_checksum=True))
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return Damage("pages with checksums damaged", {"c.parquet": _flipped(random, content, 4, end)}, expect="kept")


def _damaged(random: Random, source: Source) -> Damage:
    """Damage pages without checksums: other values can not be noticed, but must not end the process."""
    content = written(table_of(source), **_options(random))
    end = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    return Damage("pages without checksums damaged", {"c.parquet": _flipped(random, content, 4, end)}, expect="ended")


def _footer_damaged(random: Random, source: Source) -> Damage:
    content = written(table_of(source), **_options(random))
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    damaged = _flipped(random, content, start, len(content))
    return Damage("footer damaged", {"c.parquet": damaged}, expect="ended")


def _flipped(random: Random, content: bytes, start: int, end: int) -> bytes:
    """Change some bytes, or lose or add some."""
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        place = random.randrange(start, end)
        changed[place] ^= random.choice((1 << random.randrange(8), random.randrange(1, 256)))
    if random.random() < 0.2:
        place = random.randrange(start, end)
        changed[place : place + 1] = random.choice((b"", b"\0\0", b"\xff\xff\xff\xff"))
    return bytes(changed)


WHOLE: Mapping[str, Callable[[Random, Source], Damage]] = {
    "other options of Parquet": _whole,
    "other types of the same values": _as_other_types,
    "other values in a column": _other_values,
    "column of Parquet renamed": _renamed,
    "column of Parquet lost": _lost_column,
    "ids of Parquet lost": _nulls,
    "row groups lost": _fewer_groups,
    "Parquet cut": _cut,
    "Parquet with more after its end": _joined,
}
BYTES: Mapping[str, Callable[[Random, Source], Damage]] = {
    "pages with checksums damaged": _checked_and_damaged,
    "pages without checksums damaged": _damaged,
    "footer damaged": _footer_damaged,
}
KINDS = {**WHOLE, **BYTES}


class Case(NamedTuple):
    """One damage, by what makes the same again."""

    source: str
    seed: int
    number: int


class Outcome(NamedTuple):
    """What came of a damage, and which promises are broken."""

    case: Case
    kind: str
    result: str
    problems: list[str]


def damage_of(source: Source, case: Case) -> Damage:
    """Return the damage of a case."""
    kind = list(KINDS)[case.number % len(KINDS)]
    return KINDS[kind](Random(f"{case.source} {case.seed} {case.number}"), source)  # noqa: S311  # no secret


def run(case: Case, count: int) -> Iterator[Outcome]:
    """Refresh from the damages from a case on, in other processes; one that ends it is a broken promise."""
    end = case.number + count
    while case.number < end:
        for outcome in _in_a_process(case, end - case.number):
            yield outcome
            case = case._replace(number=outcome.case.number + 1)


def _in_a_process(case: Case, count: int) -> Iterator[Outcome]:
    command = [sys.executable, "-m", "proof.columnar", case.source, str(case.seed), str(case.number), str(count)]
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stderr
        for number in range(case.number, case.number + count):
            begun = case._replace(number=number)
            is_answered = bool(select([process.stdout], [], [], SECONDS * 2)[0])
            line = process.stdout.readline() if is_answered else b""
            if not line:
                process.kill()
                said = process.stderr.read().decode("utf-8", "replace")[-300:]
                how = (
                    f"the process ended with {process.wait()}: {said}" if is_answered else "the process does not answer"
                )
                yield Outcome(begun, list(KINDS)[number % len(KINDS)], "killed", [how])
                return
            kind, result, problems = json.loads(line)
            yield Outcome(begun, kind, result, problems)


async def _serve(case: Case, count: int) -> None:
    """Refresh from damages in this process, and print a line about each."""
    source = next(each for each in sources(case.seed) if each.name == case.source)
    async with trial(source) as tried:
        for number in range(case.number, case.number + count):
            damage = damage_of(source, case._replace(number=number))
            result, problems = await _examined(tried, damage)
            sys.stdout.write(json.dumps([damage.kind, result, problems]) + "\n")
            sys.stdout.flush()


async def _examined(tried: Trial, damage: Damage) -> tuple[str, list[str]]:
    try:
        return await tried.examine(damage)
    except AssertionError as error:
        return "refused", [str(error)]


def damaged_parquet(count: int) -> Finding:
    """Damage Parquet files this number of times, refresh from each in another process, and compare the customers."""
    results, broken, done, seed = Counter[str](), list[Outcome](), 0, 0
    while done < count:
        for source in sources(seed):
            some = min(PER_PROCESS, count - done)
            for outcome in run(Case(source.name, seed, seed * PER_PROCESS), some):
                results[outcome.result] += 1
                broken += [outcome] if outcome.problems else []
            done += some
        seed += 1
    if broken:
        raise AssertionError(f"{len(broken)} of {count} damaged Parquet snapshots break a promise: {broken[0]}")
    without = "" if NORTHWIND.exists() else ", without Northwind, which is not there"
    seen = (
        f"{count:,} damages in {len(KINDS)} ways{without}: 0 processes ended, 0 rows lost or mixed, 0 jobs stuck; "
        f"{results['reported']:,} reported, {results['refused']:,} refused, "
        f"{results['content']:,} other valid content, {results['same']:,} without effect"
    )
    return Finding("a damaged Parquet file ends no process, loses no row, and is reported", seen)


if __name__ == "__main__":
    asyncio.run(_serve(Case(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4])))
