"""A refresh of a million profiles: throughput, memory, a second refresh with few changes, CSV, and reads meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from itertools import count, takewhile
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from function_app.bootstrap import tune_process
from function_app.services.services import Services
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore

from .measure import Ratio

PROFILES, PARTS = 1_000_000, 4
INSTANCE = "11111111-1111-4111-8111-111111111111"
_ROWS, _PACE, _READS = 50_000, 0.005, 1_500
_ROOT = Path(__file__).parent.parent.parent
_TYPES = {"Points": "Int32", "Value": "Decimal", "Risk": "Double", "OptIn": "Boolean", "Born": "Date"}
_TEXTS = (
    *("FirstName", "LastName", "Email", "Phone", "Street", "PostalCode", "City", "Country", "Language"),
    *("Company", "Tier", "Segment", "Note"),
)
_NAMES = ("CustomerId", *_TEXTS, *_TYPES, "Crm_Contacts_ContactId")


def _definition() -> dict[str, Any]:
    attributes: list[dict[str, Any]] = [
        {"name": name, "dataType": f"Edm.{_TYPES.get(name, 'String')}"} for name in _NAMES
    ]
    attributes[-1]["keyOf"] = "Crm_Contacts"
    customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]], "attributes": attributes}
    return {"name": "Bench", "entities": [customer]}


def _row(number: int, generation: int) -> dict[str, Any]:
    texts = {name: f"{name} {number % 1_000} æøå" for name in _TEXTS}
    changed = number % 100 == 0
    return {
        "CustomerId": _id(number),
        **texts,
        "Email": f"anne.sophie.{number}@example.com",
        "City": f"City {generation}" if changed else "Oslo",
        "Points": number % 2_000,
        "Value": number % 90_000 / 100,
        "Risk": number % 100 / 100,
        "OptIn": number % 2 == 0,
        "Born": f"19{50 + number % 50}-04-17",
        "Crm_Contacts_ContactId": f"C-{number}",
    }


def _id(number: int) -> str:
    return f"{number:08d}-5a5a-4a5a-8a5a-0123456789ab"


def _write(folder: Path, generation: int, profiles: int) -> None:
    """Write a snapshot; between two generations 1 % of the profiles differ, evenly distributed."""
    import pyarrow as pa  # noqa: PLC0415  # a refresh sets its memory pool before
    from pyarrow import parquet  # noqa: PLC0415

    place = folder / "snapshots" / INSTANCE / "Customer"
    place.mkdir(parents=True, exist_ok=True)
    each = profiles // PARTS
    for part in range(PARTS):
        with parquet.ParquetWriter(place / f"part-{part}.parquet", pa.table(_columns([_row(0, 0)])).schema) as writer:
            for start in range(part * each, (part + 1) * each, _ROWS):
                numbers = range(start, min(start + _ROWS, (part + 1) * each))
                writer.write_table(pa.table(_columns([_row(number, generation) for number in numbers])))


def _write_csv(folder: Path) -> None:
    """Write the snapshot, in CSV, into the folder `csv`."""
    from pyarrow import csv, parquet  # noqa: PLC0415  # a refresh sets its memory pool before

    for path in sorted((folder / "snapshots").rglob("*.parquet")):
        place, file = folder / "csv" / path.relative_to(folder).with_suffix(".csv"), parquet.ParquetFile(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with csv.CSVWriter(place, file.schema_arrow) as writer:
            for batch in file.iter_batches(_ROWS):
                writer.write_batch(batch)


def _columns(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in _NAMES}


def _floor(folder: Path) -> float:
    """Return the seconds that only pyarrow and SQLite need for the same rows as documents."""
    from pyarrow import parquet  # noqa: PLC0415  # a refresh sets its memory pool before

    begun = time.perf_counter()
    with closing(sqlite3.connect(folder / "floor.sqlite", isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        connection.execute("CREATE TABLE floor (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")
        for path in sorted((folder / "snapshots" / INSTANCE / "Customer").iterdir()):
            for batch in parquet.ParquetFile(path).iter_batches(512):
                rows = [(row["CustomerId"], orjson.dumps(row).decode()) for row in batch.to_pylist()]
                connection.execute("BEGIN")
                connection.executemany("INSERT INTO floor VALUES (?, ?)", rows)
                connection.execute("COMMIT")
    return time.perf_counter() - begun


async def _open(folder: Path) -> Services:
    tune_process()
    services = Services(EmbeddedStore(folder / "data"), Snapshots(str(folder / "snapshots")))
    await services.instances.define(INSTANCE, _definition(), datetime.now(UTC))
    return services


async def _until_done(services: Services) -> None:
    job = await services.refresh.start(INSTANCE, "onDemand", datetime.now(UTC))
    while job.is_running:
        await asyncio.sleep(0.05)
        job = await services.refresh.get(INSTANCE, job.job_id)
    if job.status != "successful":
        raise RuntimeError(job.message)


async def _refresh(folder: Path) -> None:
    services = await _open(folder)
    await _until_done(services)
    await services.close()


async def _reads(services: Services, profiles: int, times: Iterable[int]) -> float:
    """Return the 99th percentile of the seconds of merged reads at a constant rate, from the time each is due."""
    random, took = Random(5), []  # noqa: S311  # a sample, no secret
    model = await services.instances.get(INSTANCE, datetime.now(UTC))
    due = time.perf_counter()
    for _ in times:
        due = max(due + _PACE, time.perf_counter() - 1)
        await asyncio.sleep(due - time.perf_counter())
        await services.read_customer(model, _id(random.randrange(profiles)), datetime.now(UTC))
        took.append(time.perf_counter() - due)
    return sorted(took)[len(took) * 99 // 100]


async def _reads_meanwhile(folder: Path, profiles: int) -> dict[str, float]:
    services = await _open(folder)
    alone = await _reads(services, profiles, range(_READS))
    refresh = asyncio.create_task(_until_done(services))
    await asyncio.sleep(0.5)
    meanwhile = await _reads(services, profiles, takewhile(lambda _: not refresh.done(), count()))
    await refresh
    await services.close()
    return {"alone": alone, "meanwhile": meanwhile}


def _in_a_process(act: str, folder: Path, profiles: int) -> dict[str, float]:
    os.sync()  # otherwise it would wait for pending writes of the one before
    command = [sys.executable, "-m", "bench.refresh", act, str(folder), str(profiles)]
    output = subprocess.run(command, cwd=_ROOT, check=True, capture_output=True, text=True).stdout
    found: dict[str, float] = json.loads(output)
    return found


@cache
def _measured(profiles: int = PROFILES) -> dict[str, float]:
    """Measure everything once, each in a separate process; seconds and megabytes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _in_a_process("write-1", folder, profiles)
        first = _in_a_process("refresh", folder, profiles)
        floor = _in_a_process("floor", folder, profiles)
        _in_a_process("write-csv", folder, profiles)
        from_csv = _in_a_process("refresh", folder / "csv", profiles)
        _in_a_process("write-2", folder, profiles)
        second = _in_a_process("refresh", folder, profiles)
        _in_a_process("write-3", folder, profiles)
        reads = _in_a_process("reads", folder, profiles)
        return {
            "first": first["seconds"],
            "floor": floor["seconds"],
            "second": second["seconds"],
            "from_csv": from_csv["seconds"],
            "memory": max(first["memory"], second["memory"]),
            **reads,
        }


def throughput() -> Ratio:
    took = _measured()
    return Ratio("refresh of a million / bare pyarrow and SQLite", took["floor"] / took["first"], 0.4, "higher")


def memory() -> Ratio:
    return Ratio("refresh of a million, peak memory / 400 MB", _measured()["memory"] / 400, 1.0, "lower")


def few_changes() -> Ratio:
    return Ratio("refresh with 1 % changes / the first", _measured()["second"] / _measured()["first"], 0.25, "lower")


def from_csv() -> Ratio:
    return Ratio("first refresh, from CSV / from Parquet", _measured()["from_csv"] / _measured()["first"], 1.3, "lower")


def reads_meanwhile() -> Ratio:
    return Ratio("read p99, in a refresh / without", _measured()["meanwhile"] / _measured()["alone"], 3.0, "lower")


def _main(act: str, folder: Path, profiles: int) -> dict[str, float]:
    begun = time.perf_counter()
    if act == "write-csv":
        _write_csv(folder)
    elif act.startswith("write"):
        _write(folder, int(act[-1]), profiles)
    elif act == "floor":
        _floor(folder)
    elif act == "reads":
        return asyncio.run(_reads_meanwhile(folder, profiles))
    else:
        asyncio.run(_refresh(folder))
    return {"seconds": time.perf_counter() - begun, "memory": _peak()}


def _peak() -> float:
    """Return the peak memory of this process in MB; getrusage would include that of its parent."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(_main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201
