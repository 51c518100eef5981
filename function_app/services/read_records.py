"""Read the records of activity entities, as they were posted and loaded.

A record is kept in the `SemanticData` of its activity. What a condition says of the key, the time and the customer is
found by the store; the rest is applied to the records here.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from function_app import error_codes
from function_app.domain.activity import ACTIVITY_TIME, UNIFIED, Activity, activity_id
from function_app.domain.entity import CUSTOMER_ID, Entity
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Attributes
from function_app.domain.query import ActivityQuery, AllOf, AnyOf, Compares, Condition, Equals, holds
from function_app.errors import ServiceError
from function_app.services.instances import CompiledInstance
from function_app.services.read_activities import MAX_PAGE_CHARACTERS, READ_AT_ONCE, characters, customer_in
from function_app.store.port import Store

MAX_SCANNED, BATCH = 20_000, 1_000


class RecordQuery(NamedTuple):
    """Records of an entity that meet a condition, by time; `after` is the `following` of the page before."""

    condition: Condition | None = None
    descending: bool = True
    top: int = 100
    skip: int = 0
    after: str | None = None


class RecordPage(NamedTuple):
    """Records in order, and the position of the next page if there may be one; a page may be short, or empty."""

    rows: Sequence[Attributes]
    following: str | None


class ReadRecords:
    def __init__(self, store: Store) -> None:
        self._activities = store.activities

    async def page(self, model: CompiledInstance, entity: Entity, query: RecordQuery, now: datetime) -> RecordPage:
        """Return one page of the records of an entity; it ends early after MAX_SCANNED activities or very long ones."""
        search = _Search(entity, query.condition)
        asked, needed = replace(search.stored, descending=query.descending, after=query.after), query.skip + query.top
        rows: list[Attributes] = []
        last, scanned, size = query.after, 0, 0
        async for sort, length, record in self._records(model, search, asked, now, needed + 1):
            if len(rows) == needed or size > MAX_PAGE_CHARACTERS:
                return RecordPage(rows[query.skip :], last)
            if scanned == MAX_SCANNED:
                if len(rows) < query.skip:
                    raise _too_many("$skip")
                return RecordPage(rows[query.skip :], last)
            last, scanned = sort, scanned + 1
            if record is not None:
                rows.append(record)
                size += length if len(rows) > query.skip else 0
        return RecordPage(rows[query.skip :], None)

    async def count(self, model: CompiledInstance, entity: Entity, condition: Condition | None, now: datetime) -> int:
        """Count the records of an entity. Raises ServiceError if more than MAX_SCANNED would have to be read."""
        search = _Search(entity, condition)
        if search.rest is None:
            return await self._activities.count(model.instance.instance_id, search.stored, now)
        count = scanned = 0
        async for _, _, record in self._records(model, search, search.stored, now, BATCH):
            scanned += 1
            if scanned > MAX_SCANNED:
                raise _too_many("$count")
            count += record is not None
        return count

    async def _records(
        self, model: CompiledInstance, search: _Search, query: ActivityQuery, now: datetime, limit: int
    ) -> AsyncIterator[tuple[str, int, Attributes | None]]:
        """Yield of each activity that the store finds its position, its length, and its record if it is wanted.

        They are read in parts, larger ones if their texts are short: what is read at once stays small.
        """
        size = READ_AT_ONCE
        while True:
            wanted = size if search.rest else min(limit, size)
            found = await self._activities.find(model.instance.instance_id, query, wanted, now)
            lengths = [characters(entry.activity) for entry in found]
            for entry, length in zip(found, lengths, strict=True):
                yield entry.sort, length, search.record(entry.activity)
            if len(found) < wanted:
                return
            size = min(BATCH, max(1, MAX_PAGE_CHARACTERS * wanted // (sum(lengths) or 1)))
            query, limit = replace(query, after=found[-1].sort), max(READ_AT_ONCE, limit - wanted)


class _Search:
    """A condition on the records of an entity: the part that the store can answer, and the rest."""

    def __init__(self, entity: Entity, condition: Condition | None) -> None:
        self._entity = entity
        parts = condition.parts if isinstance(condition, AllOf) else () if condition is None else (condition,)
        translated = [(part, self._stored(part)) for part in parts]
        known: tuple[Condition, ...] = (Equals("EntityName", (entity.qualified_name,)),)
        known += tuple(stored for _, stored in translated if stored is not None)
        others = tuple(part for part, stored in translated if stored is None)
        self.rest: Condition | None = AllOf(others) if others else None
        customer = customer_in(AllOf(known))
        self.stored = ActivityQuery(customer, AllOf(known))

    @cached_property
    def _columns(self) -> Mapping[str, str]:
        """The attributes of UnifiedActivity that have the values of attributes of the record."""
        entity, mapping = self._entity, self._entity.activity
        columns = {entity.timestamp_attribute or "": ACTIVITY_TIME}
        texts = [(entity.keys[0][0], "ActualActivityId")] if len(entity.keys[0]) == 1 else []
        texts += [(mapping.customer_attribute, "ActivityForeignKey")] if mapping else []
        columns |= {name: column for name, column in texts if entity.by_name[name].data_type == "Edm.String"}
        return columns | ({CUSTOMER_ID: CUSTOMER_ID} if self._adds_customer else {})

    @cached_property
    def _adds_customer(self) -> bool:
        """Whether CustomerId is the unified customer, and not an attribute of the source."""
        return self._entity.by_name.get(CUSTOMER_ID) is UNIFIED.by_name[CUSTOMER_ID]

    def _stored(self, part: Condition) -> Condition | None:
        """Return a condition in the attributes of UnifiedActivity, None if it can not be expressed in them."""
        match part:
            case Equals(name, values) if name in self._columns and None not in values:
                return Equals(self._columns[name], values)
            case Compares(name, order, value) if self._columns.get(name) == ACTIVITY_TIME:
                return Compares(ACTIVITY_TIME, order, value)
            case AllOf(parts) | AnyOf(parts):
                stored = [self._stored(each) for each in parts]
                known = tuple(each for each in stored if each is not None)
                return type(part)(known) if len(known) == len(parts) else None
        return None

    @cached_property
    def _fitting(self) -> Fitting:
        return Fitting(self._entity)

    def record(self, activity: Activity) -> Attributes | None:
        """Return the record of an activity; None if it has none, or if the record does not meet the condition."""
        attributes, entity = activity.attributes, self._entity
        if activity.activity_id != activity_id(entity.qualified_name, attributes["ActualActivityId"] or ""):
            return None  # sent in unified format
        sent = json.loads(attributes["SemanticData"])
        if self._adds_customer:
            sent[CUSTOMER_ID] = attributes[CUSTOMER_ID]
        shown = self._fitting.attributes(sent)
        record = {name: shown.get(name) for name in entity.by_name}
        return record if self.rest is None or holds(self.rest, record) else None


def _too_many(option: str) -> ServiceError:
    message = f"{option} would read more than {MAX_SCANNED:,} records; filter by CustomerId, by time or by key, too."
    return ServiceError(error_codes.INVALID_QUERY(message, option))
