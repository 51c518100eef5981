"""A short run of the simulation, and faults planted in the service: each is found, named by its seed, and repeats."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from function_app.domain import projection
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Customer, Update
from function_app.domain.projection import Kept
from function_app.store import documents
from function_app.store.embedded import customers, database
from proof.simulation import SimulationError, replay, simulation

ENOUGH = 60
Plant = Callable[[pytest.MonkeyPatch], None]


def test_in_any_course_of_events_what_shows_is_the_merge_of_what_is_stored() -> None:
    simulation(300)


def by_receipt(patch: pytest.MonkeyPatch) -> None:
    """The update that came last wins, whenever its change happened."""

    def add(kept: Kept, update: Update, fitting: Fitting) -> Kept:
        last = max((winner.occurred_at for winner in kept.live.values()), default=update.occurred_at)
        return projection.add(kept, replace(update, occurred_at=max(last, update.occurred_at)), fitting)

    patch.setattr(customers, "add", add)


def nothing_beneath(patch: pytest.MonkeyPatch) -> None:
    """When a winner ends, the source shows, even if an older update is live."""

    def advance(kept: Kept, fitting: Fitting, now: datetime) -> Kept | None:
        live = {name: winner._replace(beneath=False) for name, winner in kept.live.items()}
        return projection.advance(kept._replace(live=live), fitting, now)

    patch.setattr(customers, "advance", advance)


def refresh_on_top(patch: pytest.MonkeyPatch) -> None:
    """A refresh writes the source's values over those of live updates."""

    def project(customer: Customer, fitting: Fitting, now: datetime) -> Kept:
        return projection.project(replace(customer, updates=()), fitting, now)

    patch.setattr(customers, "project", project)


def one_instant_late(patch: pytest.MonkeyPatch) -> None:
    """An update still shows at the instant at which it ends."""

    def read(connection: sqlite3.Connection, instance_id: str, row: Any, fitting: Fitting, now: datetime) -> Kept:
        return current(connection, instance_id, row, fitting, now - timedelta(microseconds=1))

    current = customers._current  # noqa: SLF001
    patch.setattr(customers, "_current", read)


def in_two_steps(patch: pytest.MonkeyPatch) -> None:
    """The update and what shows with it are two transactions: a crash comes between them."""

    write = database.Database.write

    async def write_twice(self: database.Database, change: Callable[[sqlite3.Connection], Any]) -> Any:
        kept: list[tuple[Any, ...]] = []

        class Deferring:
            def __init__(self, connection: sqlite3.Connection) -> None:
                self._connection = connection

            def execute(self, sql: str, values: Any = ()) -> Any:
                if sql == customers._WRITE:  # noqa: SLF001
                    kept.append(values)
                    return None
                return self._connection.execute(sql, values)

        result = await write(self, lambda connection: change(Deferring(connection)))  # type: ignore[arg-type]
        for values in kept:
            await write(self, lambda connection, values=values: connection.execute(customers._WRITE, values))  # type: ignore[misc]  # noqa: SLF001
        return result

    patch.setattr(database.Database, "write", write_twice)


def ids_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A retry is a new update, with another id."""
    document = documents.update_document

    def forgetful(instance_id: str, update: Update, now: datetime) -> Mapping[str, Any]:
        return {**document(instance_id, update, now), "id": f"{now.timestamp()}-{update.update_id}"}

    patch.setattr(documents, "update_document", forgetful)


@pytest.mark.parametrize(
    "plant", [by_receipt, nothing_beneath, refresh_on_top, one_instant_late, in_two_steps, ids_forgotten]
)
def test_a_planted_fault_is_found_and_repeats_by_its_seed(
    plant: Plant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    for seed in range(ENOUGH):
        try:
            replay(seed, tmp_path / "first")
        except SimulationError as error:
            said = str(error)
            break
    else:
        pytest.fail(f"not found by {ENOUGH} seeds")
    assert f"seed {seed}" in said
    with pytest.raises(SimulationError) as again:
        replay(seed, tmp_path / "again")
    assert str(again.value) == said
    monkeypatch.undo()
    replay(seed, tmp_path / "mended")
