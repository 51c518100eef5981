"""Read updates with the state of each attribute: those of a customer, or all live ones of an instance."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from function_app.domain.ending import AttributeState, states
from function_app.domain.feed import FEED_RETENTION
from function_app.domain.profile import Update
from function_app.domain.projection import Kept
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.store.port import Store

MAX_READ = 5_000
_BATCH, _AHEAD = 200, timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StatedUpdate:
    """An update, and the state of each attribute."""

    update: Update
    attributes: Sequence[AttributeState]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which live updates to return: with an attribute, of a caller; landed ones only or none of them; None for any.

    What a caller has ended is never wanted.
    """

    attribute: str | None = None
    caller: str | None = None
    landed: bool | None = None

    def attributes_of(self, found: Sequence[AttributeState]) -> list[AttributeState]:
        """Return the attributes of an update that are wanted."""
        return [
            one
            for one in found
            if self.attribute in {None, one.name}
            and one.state != "ended"
            and self.landed in {None, one.state == "landed"}
        ]


@dataclass(frozen=True, slots=True)
class UpdatesPage:
    """Updates in the order of receipt, and the position after which the next page starts, if there is one."""

    rows: Sequence[StatedUpdate]
    following: str | None


class ReadUpdates:
    def __init__(self, store: Store) -> None:
        self._customers, self._feed = store.customers, store.feed

    async def of_customer(self, model: CompiledInstance, customer_id: str, now: datetime) -> list[StatedUpdate]:
        """Return the live updates of a customer and those that expired within a day, newest first."""
        instance_id = model.instance.instance_id
        kept = await self._customers.read(instance_id, customer_id, model.fitting, now)
        if kept is None:
            raise unknown_customer(customer_id)
        found = await self._customers.read_updates(instance_id, customer_id, now - FEED_RETENTION)
        newest_first = sorted(found, key=lambda update: update.order, reverse=True)
        return [StatedUpdate(update, states(update, kept, model.fitting, now)) for update in newest_first]

    async def live(
        self, model: CompiledInstance, wanted: Wanted, after: str | None, top: int, now: datetime
    ) -> UpdatesPage:
        """Return a page of live updates; it has fewer than `top` with a next page if few of many are wanted."""
        rows: list[StatedUpdate] = []
        position, last, read = after or "", "", 0
        while read < MAX_READ:
            found = await self._feed.read_received(model.instance.instance_id, position, now + _AHEAD, _BATCH)
            live = [entry for entry in found if entry.item.is_live(now)]
            kept = await self._read_kept(model, {entry.item.customer_id for entry in live}, now)
            for entry in found:
                update = entry.item
                if update.is_live(now) and wanted.caller in {None, update.caller}:
                    stated = states(update, kept[update.customer_id], model.fitting, now)
                    chosen = wanted.attributes_of(stated)
                    if chosen and len(rows) == top:
                        return UpdatesPage(rows, last)
                    if chosen:
                        rows.append(StatedUpdate(update, chosen))
                        last = entry.position
                position = entry.position
            read += len(found)
            if len(found) < _BATCH:
                return UpdatesPage(rows, None)
        return UpdatesPage(rows, position)

    async def _read_kept(
        self, model: CompiledInstance, customer_ids: Collection[str], now: datetime
    ) -> dict[str, Kept | None]:
        instance_id, ids = model.instance.instance_id, list(customer_ids)
        found = await asyncio.gather(*(self._customers.read(instance_id, one, model.fitting, now) for one in ids))
        return dict(zip(ids, found, strict=True))
