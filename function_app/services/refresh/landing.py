"""End live updates where a refresh has brought their values: they have landed, each attribute by itself, reported once.

Also ends the updates that were to last until the next refresh.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.ending import end_by_refresh, land, states
from function_app.domain.job import Counts, Report
from function_app.domain.profile import Customer, Update
from function_app.domain.projection import Kept, project
from function_app.services.instances import CompiledInstance
from function_app.store.port import Store

BATCH_SIZE, AT_ONCE = 1_024, 32


class Landing:
    """The landing of one refresh, which was requested at `begun_at`."""

    def __init__(self, store: Store, model: CompiledInstance, begun_at: datetime, now: datetime) -> None:
        self._store, self._model, self._begun_at, self._now = store, model, begun_at, now

    async def __call__(self) -> AsyncGenerator[tuple[Counts, Report]]:
        """Land what the source shows now, and yield what has landed and how many values are contradicted."""
        instance_id, after = self._model.instance.instance_id, ""
        while page := await self._store.customers.find_updated(instance_id, after, BATCH_SIZE, self._now):
            for start in range(0, len(page), AT_ONCE):
                some = page[start : start + AT_ONCE]
                for each in await asyncio.gather(*map(self._land, some)):
                    yield each
            after = page[-1].customer_id

    async def landed_before(self) -> AsyncGenerator[tuple[Counts, Report]]:
        """Yield what an attempt of this refresh landed that ended before it reported that."""
        position, until = "", self._now + timedelta(days=1)
        while page := await self._store.feed.read_received(
            self._model.instance.instance_id, position, until, BATCH_SIZE
        ):
            for entry in page:
                names = [name for name, end in entry.item.ends.items() if end.landed and end.at >= self._begun_at]
                if names:
                    yield Counts(landed=len(names)), Report(notes=[_note(entry.item, names)])
            position = page[-1].position

    async def _land(self, customer: Customer) -> tuple[Counts, Report]:
        names = dict[str, list[str]]()

        def change(kept: Kept, updates: Sequence[Update]) -> list[Update]:
            landed = {one.update_id: one for one in land(kept, updates, self._model.fitting, self._now)}
            ended = {update.update_id: update.ends for update in updates}
            names.update({one: sorted(update.ends.keys() - ended[one]) for one, update in landed.items()})
            current = [landed.get(update.update_id, update) for update in updates]
            over = {one.update_id: one for one in end_by_refresh(current, self._begun_at, self._now)}
            return [over.get(update.update_id, update) for update in current if update.update_id in landed | over]

        notes: list[dict[str, Any]] = []
        if change(project(customer, self._model.fitting, self._now), customer.updates):
            instance_id, fitting = self._model.instance.instance_id, self._model.fitting
            found = await self._store.customers.change_updates(
                instance_id, customer.customer_id, change, fitting, self._now
            )
            changed = [update for update in (found.updates if found else ()) if update.update_id in names]
            notes = [_note(update, names[update.update_id]) for update in changed]
        landed = sum(len(note["attributes"]) for note in notes)
        return Counts(landed=landed, contradicted=self._contradicted(customer)), Report(notes=notes)

    def _contradicted(self, customer: Customer) -> int:
        fitting, now = self._model.fitting, self._now
        kept = project(customer, fitting, now)
        found = [one for update in customer.updates for one in states(update, kept, fitting, now)]
        return sum(one.state == "contradicted" for one in found)


def _note(update: Update, names: Sequence[str]) -> dict[str, Any]:
    return {"customerId": update.customer_id, "updateId": update.update_id, "attributes": list(names)}
