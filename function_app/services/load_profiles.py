"""Load source profiles: rows of text, checked against the definition, written in batches, with their key rings."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from function_app.domain.entity import CUSTOMER_ID, Attribute
from function_app.errors import Fault, ServiceError
from function_app.services.create_activity import CreateActivity
from function_app.services.instances import Model
from function_app.services.key_ring import keys_of
from function_app.store.port import Store

BATCH = 500
_WHOLE = frozenset(("Edm.Int16", "Edm.Int32", "Edm.Int64"))
_NUMBERS = _WHOLE | {"Edm.Decimal", "Edm.Double", "Edm.Single"}
_NUMBER = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


@dataclass(slots=True)
class Loaded:
    """How many rows were read, how many parked activities joined, and why rows were rejected, by number from 1."""

    rows: int = 0
    joined: int = 0
    rejected: list[tuple[int, Fault]] = field(default_factory=list)


class LoadProfiles:
    def __init__(self, store: Store, create_activity: CreateActivity) -> None:
        self._store = store
        self._create_activity = create_activity

    async def __call__(self, model: Model, rows: Iterable[Mapping[str, str]], now: datetime) -> Loaded:
        """Write each row as a source profile holding every attribute, null where the row is empty.

        ServiceError if a column is no attribute of Customer, before anything is written.
        """
        loaded, numbered = Loaded(), enumerate(rows, 1)
        while batch := list(islice(numbered, BATCH)):
            await self._write(model, _profiles(model, batch, loaded))
            loaded.rows += len(batch)
        loaded.joined = await self._create_activity.join_parked(model.instance.instance_id, now)
        return loaded

    async def _write(self, model: Model, profiles: Mapping[str, dict[str, Any]]) -> None:
        instance_id = model.instance.instance_id
        known = await self._store.customers.read_profiles(instance_id, list(profiles))
        changed = {key: profile for key, profile in profiles.items() if known.get(key) != profile}
        had = {k: c for c in changed if c in known for k in keys_of(model.instance, known[c], c)}
        has = {k: c for c in changed for k in keys_of(model.instance, changed[c], c)}
        await self._store.customers.write_profiles(instance_id, changed)
        await self._store.keys.write(instance_id, has)
        await self._store.keys.remove(instance_id, {key: owner for key, owner in had.items() if has.get(key) != owner})


def _profiles(
    model: Model, batch: Iterable[tuple[int, Mapping[str, str]]], loaded: Loaded
) -> dict[str, dict[str, Any]]:
    attributes = model.instance.customer.attributes
    names = {attribute.name for attribute in attributes}
    profiles = {}
    for number, row in batch:
        record = {attribute.name: value_of(row.get(attribute.name), attribute) for attribute in attributes}
        unknown = {name: None for name in row if name not in names}
        checked = model.customers.check_record(record | unknown, (CUSTOMER_ID,))
        if isinstance(checked, dict):
            profiles[checked[CUSTOMER_ID]] = checked
        elif unknown:
            raise ServiceError(*checked)
        else:
            loaded.rejected += [(number, fault) for fault in checked]
    return profiles


def value_of(text: str | None, attribute: Attribute) -> object:
    """Return the value a text stands for, null for an empty one; a text that stands for none is left as it is."""
    if not text:
        return None
    if attribute.data_type in _NUMBERS and _NUMBER.fullmatch(text):
        if attribute.data_type in _WHOLE and text.removeprefix("-").isdigit():
            return int(text)
        number = float(text)
        return number if math.isfinite(number) else text
    if attribute.data_type == "Edm.Boolean":
        return _BOOLEANS.get(text.lower(), text)
    return text
