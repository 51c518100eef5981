"""Export and erase everything that is held on one person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.access import Change
from function_app.domain.activity import SourceKey
from function_app.domain.entity import Instance
from function_app.domain.job import Task
from function_app.domain.person import Erasure, Held, digest_of_customer, tombstones_of
from function_app.domain.reading import Reading
from function_app.domain.usage import KEPT_DAYS, UsageCount, hour_of
from function_app.services.each import do_each
from function_app.services.erased import Erased
from function_app.services.instances import CompiledInstance, unknown_customer
from function_app.services.key_ring import KeyRing, keys_of
from function_app.services.usage import Usage
from function_app.store.port import Store

OPEN_FOR = timedelta(minutes=65)
"""How long an erasure is repeated: until other workers have no key and no caller of the person in memory."""
NO_NAME = "(erased)"
MAX_JOBS = 1_000
_HOUR = timedelta(hours=1)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Export:
    """Everything that is held on one person; `reads` are the traces, `reports` what jobs say of it, by job id."""

    held: Held
    reads: Sequence[Reading]
    usage: Sequence[UsageCount]
    reports: Mapping[str, Sequence[Any]]


class Persons:
    def __init__(
        self, store: Store, erased: Erased, key_ring: KeyRing, usage: Usage, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._erased, self._key_ring, self._usage = store, erased, key_ring, usage
        self._clock = clock
        self._searched: set[tuple[str, str]] = set()
        """Of which open erasures this worker has removed all older traces: then only new ones can come."""

    async def export(self, model: CompiledInstance, customer_id: str, by: str, now: datetime) -> Export:
        """Return everything that is held on a person, and record that; ServiceError if nothing is held."""
        instance_id = model.instance.instance_id
        held = await self._held(model.instance, customer_id)
        if not any(held.counts.values()):
            raise unknown_customer(customer_id)
        subject = await self._subject(instance_id, customer_id, now)
        await self._store.access.record_change(instance_id, Change(now, by, "exportCustomer", subject))
        counted = await self._usage.report(instance_id, now - timedelta(days=KEPT_DAYS), now + _HOUR)
        usage = [count for count in counted if count.series.is_of(customer_id)]
        reads = await self._store.readings.of_customer(instance_id, customer_id, now)
        return Export(held, reads, usage, await self._reports(instance_id, customer_id))

    async def erase(
        self, model: CompiledInstance, customer_id: str, by: str, now: datetime, *, dry_run: bool = False
    ) -> Mapping[str, int]:
        """Erase everything that is held on a person, and return how many documents of each kind that was.

        A dry run only counts them.

        Its ids are refused from then on, until a complete snapshot of the source does not have the person. ServiceError
        if nothing is held; a person that was erased before is erased again.
        """
        instance_id = model.instance.instance_id
        held = await self._held(model.instance, customer_id)
        if not any(held.counts.values()) and not await self._erased.customers(instance_id, [customer_id], now):
            raise unknown_customer(customer_id)
        if dry_run:
            return held.counts
        subject = await self._subject(instance_id, customer_id, now)
        detail = ", ".join(f"{kind}: {count}" for kind, count in held.counts.items())
        await self._store.access.record_change(instance_id, Change(now, by, "eraseCustomer", subject, detail))
        keys = _keys_in(model.instance, held)
        for other, earlier in await self._store.persons.list_open():
            if (other, earlier.customer_id) == (instance_id, customer_id):
                keys |= set(earlier.source_keys)
        erasure = Erasure(customer_id, tuple(sorted(keys)), now)
        await self._begin(instance_id, erasure, now)
        await self._remove(instance_id, erasure)
        await self._remove_traces(instance_id, erasure, now - timedelta(days=KEPT_DAYS), now)
        return held.counts

    async def resume(self) -> None:
        """Repeat every open erasure, and end those that are open for OPEN_FOR."""
        await do_each(await self._store.persons.list_open(), self._repeat, "An erasure was not continued")

    async def _repeat(self, opened: tuple[str, Erasure]) -> None:
        now, (instance_id, erasure) = self._clock(), opened
        is_last = now - erasure.requested_at >= OPEN_FOR
        await self._begin(instance_id, erasure, now)
        await self._remove(instance_id, erasure)
        is_known = (instance_id, erasure.customer_id) in self._searched and not is_last
        start = hour_of(now) - _HOUR if is_known else now - timedelta(days=KEPT_DAYS)
        await self._remove_traces(instance_id, erasure, start, now)
        if is_last:
            self._searched.discard((instance_id, erasure.customer_id))
            secret = await self._erased.secret(instance_id, now)
            await self._store.persons.end(instance_id, digest_of_customer(secret, erasure.customer_id))
            _log.info("An erasure has ended")

    async def _held(self, instance: Instance, customer_id: str) -> Held:
        """Return what is held on a person, under all source keys that its profile and its activities name."""
        first = await self._store.persons.read(instance.instance_id, customer_id, ())
        keys = _keys_in(instance, first)
        owners = await self._store.keys.find_customers(instance.instance_id, keys)
        own = [key for key in keys if owners.get(key, customer_id) == customer_id]
        return await self._store.persons.read(instance.instance_id, customer_id, own) if own else first

    async def _begin(self, instance_id: str, erasure: Erasure, now: datetime) -> None:
        secret = await self._erased.secret(instance_id, now)
        await self._store.persons.begin(instance_id, erasure, tombstones_of(secret, erasure))

    async def _remove(self, instance_id: str, erasure: Erasure) -> None:
        self._key_ring.drop(instance_id, erasure.source_keys)
        await self._store.persons.remove(instance_id, erasure.customer_id, erasure.source_keys)

    async def _remove_traces(self, instance_id: str, erasure: Erasure, start: datetime, now: datetime) -> None:
        """Remove what usage, the traces of reads and the reports of jobs have said of a person since `start`."""
        await self._store.readings.forget(instance_id, erasure.customer_id, start, now)
        self._usage.rename_sender(instance_id, erasure.customer_id, NO_NAME)
        await self._store.usage.rename_sender(instance_id, start, now + _HOUR, erasure.customer_id, NO_NAME)
        for job in await self._store.control.list_jobs(instance_id, MAX_JOBS):
            if job.ended_at and job.ended_at < start:
                continue
            tasks = await self._store.control.read_tasks(instance_id, job.job_id)
            cleared = [_without(task, erasure.customer_id) for task in tasks]
            changed = [new for new, old in zip(cleared, tasks, strict=True) if new != old]
            if changed:
                await self._store.control.write_tasks(instance_id, changed, now)
        self._searched.add((instance_id, erasure.customer_id))

    async def _reports(self, instance_id: str, customer_id: str) -> Mapping[str, Sequence[Any]]:
        found = dict[str, Sequence[Any]]()
        for job in await self._store.control.list_jobs(instance_id, MAX_JOBS):
            tasks = await self._store.control.read_tasks(instance_id, job.job_id)
            items: list[Any] = [item for task in tasks for item in (*task.notes, *task.warnings)]
            said = [item for item in items if _names(item, customer_id)]
            if said:
                found[job.job_id] = said
        return found

    async def _subject(self, instance_id: str, customer_id: str, now: datetime) -> str:
        """Return what identifies a person in the record of changes, without its id."""
        return digest_of_customer(await self._erased.secret(instance_id, now), customer_id)[:16]


def _keys_in(instance: Instance, held: Held) -> set[SourceKey]:
    keys = {*held.keys, *(source_key for source_key, _ in held.parked)}
    if held.profile:
        keys |= keys_of(instance, held.profile.source, held.profile.customer_id).keys()
    for activity in held.activities:
        entity = instance.by_name.get(activity.attributes["EntityName"] or "")
        if entity and entity.activity and activity.attributes["ActivityForeignKey"]:
            keys.add(SourceKey(entity.activity.customer_entity, activity.attributes["ActivityForeignKey"]))
    return keys


def _without(task: Task, customer_id: str) -> Task:
    return replace(
        task,
        notes=tuple(note for note in task.notes if not _names(note, customer_id)),
        warnings=tuple(warning for warning in task.warnings if not _names(warning, customer_id)),
    )


def _names(said: Mapping[str, Any] | str, customer_id: str) -> bool:
    """Return whether a warning or a note names a customer."""
    if isinstance(said, str):
        return f"'{customer_id}'" in said
    return said.get("customerId") == customer_id or customer_id in said.get("customers", ())
