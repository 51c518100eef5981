"""Refresh an activity entity: its records become activities without expiry and replace their real-time twins."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from functools import partial

from xxhash import xxh3_64_intdigest

from function_app.bulk import prefetch
from function_app.domain.activity import Activity, SourceKey, activity_of_record
from function_app.domain.entity import ActivityMapping, Entity
from function_app.domain.job import NOTHING, Counts, Report
from function_app.services.content import canonical, digest
from function_app.services.instances import CompiledInstance
from function_app.services.refresh.problem import repeating_rows
from function_app.source.files import Part, Snapshots
from function_app.source.layout import Layout
from function_app.store.port import Store

BATCH_SIZE = 400
_Prepared = tuple[list[tuple[Activity, SourceKey]], Report]


class LoadActivities:
    def __init__(self, store: Store, snapshots: Snapshots) -> None:
        self._store, self._snapshots = store, snapshots

    async def __call__(
        self, model: CompiledInstance, entity: Entity, part: Part, now: datetime
    ) -> AsyncGenerator[tuple[Counts, Report]]:
        """Write the activities of a part that changed and have a customer, and yield a report of each batch."""
        instance_id, store, keys = model.instance.instance_id, self._store, array("Q")
        async with aclosing(prefetch(self._prepare(model, entity, part))) as prepared:
            async for found, report in prepared:
                keys.extend(xxh3_64_intdigest(activity.activity_id.encode()) for activity, _ in found)
                owners = await store.keys.find_customers(instance_id, {key for _, key in found})
                rows = {activity.activity_id: (activity, key) for activity, key in found}  # of a repeated key the last
                twins = await store.activities.read_many(instance_id, rows)
                written, left = _placed(rows.values(), owners, twins)
                if written:
                    await store.activities.write_sources(instance_id, written, now)
                if left:
                    await store.activities.remove(instance_id, left)
                waiting = sum(key not in owners for _, key in found)
                counts = Counts(
                    rows=len(found) + report.rejections,
                    written=len(written),
                    unchanged=len(found) - waiting - len(written),
                    rejected=report.rejections,
                    waiting=waiting,
                )
                yield counts, report
        doubled = len(keys) - len(set(keys))
        if doubled:
            yield Counts(), Report(warnings=[repeating_rows(f"Rows of {part.file}", "key", doubled)])

    def _prepare(self, model: CompiledInstance, entity: Entity, part: Part) -> Iterator[_Prepared]:
        from function_app.source.reader import read_part  # noqa: PLC0415  # pyarrow: only a refresh needs it

        checker, mapping = model.records[entity.qualified_name], entity.activity
        required = required_of(entity)
        with self._snapshots.open(part) as stream:
            check = partial(checker.check_record, required=required)
            for batch in read_part(stream, part.file, entity, required, check, Layout.of(entity)):
                found = [_activity(record, entity, mapping) for record in batch.records() if mapping]
                for start in range(0, len(found), BATCH_SIZE):
                    yield found[start : start + BATCH_SIZE], NOTHING
                if batch.report.rejections or batch.report.doubts:
                    yield [], batch.report


def required_of(entity: Entity) -> tuple[str, ...]:
    """Return the attributes that every record of an activity entity has: key, timestamp, customer's key."""
    customer = (entity.activity.customer_attribute,) if entity.activity else ()
    return (*entity.keys[0], entity.timestamp_attribute or "", *customer)


def _activity(record: dict[str, object], entity: Entity, mapping: ActivityMapping) -> tuple[Activity, SourceKey]:
    held = {name: value for name, value in record.items() if value is not None}
    return activity_of_record(held, digest(canonical(held)), entity, mapping, None)


def _placed(
    rows: Iterable[tuple[Activity, SourceKey]], owners: Mapping[SourceKey, str], twins: Iterable[Activity]
) -> tuple[list[Activity], list[Activity]]:
    """Return the activities to write, and those to remove because the source has moved them to other customers.

    `twins` are the stored activities with the ids of the rows. A withdrawn one stays where it was withdrawn.
    """
    stored: dict[str, list[Activity]] = {}
    for twin in twins:
        stored.setdefault(twin.activity_id, []).append(twin)
    written, left = list[Activity](), list[Activity]()
    for activity, key in rows:
        owner, same = owners.get(key), stored.get(activity.activity_id, ())
        moved = [twin for twin in same if _has_left(twin, owner, key) and not twin.withdrawn]
        left += moved
        if owner is not None:
            own = next((twin for twin in same if twin.customer_id == owner), None)
            placed = _in_place_of(own or next(iter(moved), None), activity.joined(owner))
            if placed != own:
                written.append(placed)
    return written, left


def _has_left(twin: Activity, owner: str | None, key: SourceKey) -> bool:
    """Return whether a source has moved an activity to another customer, or to a key that no customer has yet."""
    return twin.attributes["ActivityForeignKey"] != key.key if owner is None else twin.customer_id != owner


def _in_place_of(twin: Activity | None, activity: Activity) -> Activity:
    """Return the activity as it replaces its real-time twin: it keeps its place in the feed, and who sent it.

    If the twin is withdrawn, it stays so.
    """
    if twin is None:
        return activity
    if twin.withdrawn:
        return replace(twin, valid_until=None)
    return replace(activity, received_at=twin.received_at, caller=twin.caller, principal=twin.principal)
