from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from support import INSTANCE, Clock, definition, host_over
from support.refreshing import Write

from function_app.services.services import Services
from function_app.source.files import Snapshots
from function_app.store.embedded import EmbeddedStore


@pytest.fixture
async def hosted(tmp_path: Path, clock: Clock) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """The host with the definition of `support`, without customers, and with snapshots in a folder."""
    store, snapshots = EmbeddedStore(tmp_path / "data"), Snapshots(str(tmp_path / "snapshots"))
    async with host_over(store, clock, snapshots=snapshots) as (client, services):
        defined = definition() | {"refresh": {"mostRemoved": 1}}  # there are few customers, so one is a large share
        await services.instances.define(INSTANCE, defined, clock())
        yield client, services


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(entity: str, *rows: Mapping[str, str], part: str = "part-0.csv", more: str = "") -> None:
        place = tmp_path / "snapshots" / INSTANCE / entity / part
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]) if rows else ["CustomerId"])
            writer.writeheader()
            writer.writerows(rows)
            file.write(more)

    return write
