from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from bi_tools.feed import MANY, Feed, customer, purchase
from support import INSTANCE, definition
from support.local_host import serving
from support.process import LONG_S


@pytest.fixture(scope="session")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feed]:
    folder = tmp_path_factory.mktemp("feed")
    people = [customer(number) for number in range(MANY)]
    write(folder / "snapshots" / INSTANCE / "Customer/2026-11-01/part-0.csv", people)
    purchases = [purchase(number) for number in range(MANY)]
    write(folder / "snapshots" / INSTANCE / "Shop_Purchases/2026-11-01/part-0.csv", purchases)
    with serving(DATA_DIR=str(folder), AUTH_MODE="local", STORE="embedded") as served:
        at = f"{served.base}/instances/{INSTANCE}"
        httpx.put(at, json=definition(), timeout=LONG_S).raise_for_status()
        job = httpx.post(f"{at}/workflows/main/jobs", timeout=LONG_S).raise_for_status().json()["jobId"]

        def loaded() -> bool | None:
            found = served.get(f"instances/{INSTANCE}/manage/workflows/main/jobs/{job}").json()
            assert found["jobStatus"] in {"queued", "running", "successful"}, found
            return found["jobStatus"] == "successful" or None

        served.program.until(loaded)
        yield Feed(served, {person["CustomerId"]: person for person in people})


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows({name: str(v).lower() if isinstance(v, bool) else v for name, v in row.items()} for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")
