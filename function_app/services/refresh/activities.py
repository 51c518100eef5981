"""Refresh an activity entity: its records become activities without expiry and replace their real-time twins."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Iterator
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
                joined = [activity.joined(owners[key]) for activity, key in found if key in owners]
                known = await store.activities.read_many(instance_id, [_identity(activity) for activity in joined])
                twins = [(known.get(_identity(activity)), activity) for activity in joined]
                placed = [(twin, _in_place_of(twin, activity)) for twin, activity in twins]
                changed = [activity for twin, activity in placed if twin != activity]
                if changed:
                    await store.activities.write_sources(instance_id, changed, now)
                counts = Counts(
                    rows=len(found) + report.rejections,
                    written=len(changed),
                    unchanged=len(joined) - len(changed),
                    rejected=report.rejections,
                    waiting=len(found) - len(joined),
                )
                yield counts, report
        doubled = len(keys) - len(set(keys))
        if doubled:
            warning = f"Rows of {part.file} that repeat the key of another row: {doubled}. The last row of each counts."
            yield Counts(), Report(warnings=[warning])

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


def _in_place_of(twin: Activity | None, activity: Activity) -> Activity:
    """Return the activity as it replaces its real-time twin: it keeps its place in the feed, and who sent it.

    If the twin is withdrawn, it stays so.
    """
    if twin is None:
        return activity
    if twin.withdrawn:
        return replace(twin, valid_until=None)
    return replace(activity, received_at=twin.received_at, caller=twin.caller, principal=twin.principal)


def _identity(activity: Activity) -> tuple[str, str]:
    return activity.customer_id, activity.activity_id
