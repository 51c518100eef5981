"""Load a part of Customer: write the profiles that changed, with their key rings.

Work that was cut off is found again by doing it again: a profile is written after all that follows from it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import orjson
from xxhash import xxh3_64_hexdigest

from function_app.bulk import prefetch, run_in_background
from function_app.domain.activity import SourceKey
from function_app.domain.entity import CUSTOMER_ID, Instance
from function_app.domain.fitting import fits
from function_app.domain.job import MAX_LISTED, Counts, Report
from function_app.domain.profile import Attributes
from function_app.services.instances import CompiledInstance
from function_app.services.key_ring import keys_of
from function_app.services.refresh.key_changes import BATCH_SIZE, SharedKey, release_activities, shared
from function_app.source.files import Part, Snapshots
from function_app.source.layout import Layout
from function_app.store.port import Store


@dataclass(frozen=True, slots=True)
class _Rows:
    """A batch of rows: their places by CustomerId, the rows in JSON, and their attributes that hold source keys.

    Of several rows of one customer the last counts: the place and the digest are its.
    """

    places: Mapping[str, int]
    texts: Sequence[bytes]
    digests: Mapping[str, str]
    keys: Mapping[str, Sequence[Any]]
    report: Report

    def changes(self, instance: Instance, old: Mapping[str, Attributes | None], absent: Collection[str]) -> _Changes:
        """Return what to write for some customers that had these profiles; they keep what has no column here."""
        had, has, twice = dict[SourceKey, str](), dict[SourceKey, str](), list[SharedKey]()
        texts: dict[str, bytes] = {}
        for customer_id, profile in old.items():
            place = self.places[customer_id]
            kept = _kept(instance, profile, absent) if profile and absent else {}
            texts[customer_id] = _with(self.texts[place], kept) if kept else self.texts[place]
            row = {name: values[place] for name, values in self.keys.items()}
            for key in keys_of(instance, row | kept, customer_id):
                twice += [shared(key, has[key], customer_id)] if key in has else []
                has[key] = customer_id
            if profile:
                had |= keys_of(instance, profile, customer_id)
        return _Changes(
            texts,
            {key: self.digests[key] for key in old},
            {key: owner for key, owner in had.items() if has.get(key) != owner},
            {key: owner for key, owner in has.items() if had.get(key) != owner} if had else has,
            twice,
        )


@dataclass(frozen=True, slots=True)
class _Changes:
    """Profiles in JSON with their digests, by CustomerId, and the keys that they lose, gain, or hold twice."""

    profiles: Mapping[str, bytes]
    digests: Mapping[str, str]
    lost: Mapping[SourceKey, str]
    gained: Mapping[SourceKey, str]
    twice: Sequence[SharedKey]


class LoadCustomers:
    def __init__(self, store: Store, snapshots: Snapshots) -> None:
        self._store, self._snapshots = store, snapshots

    async def __call__(
        self, model: CompiledInstance, part: Part, absent: Collection[str], now: datetime
    ) -> AsyncGenerator[tuple[Counts, Report]]:
        """Write the profiles of a part that changed, and yield a report of each batch of rows.

        Customers keep their values of `absent` attributes, which have no column in the part.
        """
        instance_id, writing, written = model.instance.instance_id, asyncio.create_task(_nothing()), list[str]()
        try:
            async with aclosing(prefetch(self._prepare(model, part))) as prepared:
                async for rows in prepared:
                    if not rows.digests.keys().isdisjoint(written):
                        await writing  # rows of the same customers, which these come after
                    changed = await self._store.customers.find_changed(instance_id, rows.digests)
                    ids = list(changed)
                    written = ids or written
                    for start in range(0, len(ids), BATCH_SIZE):
                        old = {key: changed[key] for key in ids[start : start + BATCH_SIZE]}
                        changes = await run_in_background(rows.changes, model.instance, old, absent)
                        report = Report(notes=await writing)
                        writing = asyncio.create_task(self._write(model, changes, now))
                        yield Counts(len(old), len(old)), report
                    unchanged, rejected = len(rows.texts) - len(ids), rows.report.rejections
                    yield Counts(unchanged + rejected, 0, unchanged, rejected=rejected), rows.report
            yield Counts(), Report(notes=await writing)
        finally:
            await writing

    def _prepare(self, model: CompiledInstance, part: Part) -> Iterator[_Rows]:
        from function_app.source.reader import read_part  # noqa: PLC0415  # pyarrow: only a refresh needs it

        required, held = (CUSTOMER_ID,), deque[_Rows](maxlen=2)  # freed in this thread, for that takes long
        with self._snapshots.open(part) as stream:
            check = partial(model.customers.check_record, required=required)
            layout, customer = Layout.of(model.instance.customer), model.instance.customer
            for batch in read_part(stream, part.file, customer, required, check, layout):
                keys = {name: batch.column(name) for name, _ in model.instance.key_ring}
                ids, texts = batch.column(CUSTOMER_ID), batch.texts()
                form = model.fitting.form
                digests = {key: xxh3_64_hexdigest(text) + form for key, text in zip(ids, texts, strict=True)}
                places = {key: place for place, key in enumerate(ids)}
                held.append(_Rows(places, texts, digests, keys, batch.report))
                yield held[-1]

    async def _write(self, model: CompiledInstance, changes: _Changes, now: datetime) -> Sequence[SharedKey]:
        """Write changes; return source keys that another customer had before."""
        instance, keys = model.instance, self._store.keys
        instance_id = instance.instance_id
        await release_activities(self._store, instance, changes.lost, now)
        twice = list(changes.twice)
        if changes.gained:
            before = await keys.find_customers(instance_id, changes.gained)
            twice += [shared(key, before[key], changes.gained[key]) for key in before if key not in changes.lost]
            await keys.write(instance_id, changes.gained)
        if changes.lost:
            await keys.remove(instance_id, changes.lost)
        await self._store.customers.write_sources(instance_id, changes.profiles, model.fitting, now, changes.digests)
        return [note for note in twice if len(set(note["customers"])) > 1][:MAX_LISTED]


async def _nothing() -> Sequence[SharedKey]:
    return ()


def _kept(instance: Instance, old: Attributes, absent: Collection[str]) -> dict[str, Any]:
    """Return the values of a profile for attributes without a column, as far as the definition still allows them."""
    by_name = instance.customer.by_name
    values = {name: old[name] for name in absent if old.get(name) is not None}
    return {name: value for name, value in values.items() if fits(by_name[name].data_type, value)}


def _with(text: bytes, kept: Mapping[str, Any]) -> bytes:
    return orjson.dumps({**orjson.loads(text), **kept})
