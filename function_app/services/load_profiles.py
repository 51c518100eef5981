"""Load source profiles: rows of text, checked against the definition, written in batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from function_app.domain.entity import CUSTOMER_ID, Attribute
from function_app.errors import EMPTY_BODY, Fault, ServiceError
from function_app.services.instances import Model
from function_app.store.port import Store

BATCH = 500
_WHOLE = frozenset(("Edm.Int16", "Edm.Int32", "Edm.Int64"))
_NUMBERS = frozenset(("Edm.Decimal", "Edm.Double", "Edm.Single"))
_BOOLEANS = {"true": True, "false": False}


@dataclass(slots=True)
class Loaded:
    """How many rows were written, and why others were rejected, by row number from 1."""

    written: int = 0
    rejected: list[tuple[int, Fault]] = field(default_factory=list)


class LoadProfiles:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, model: Model, rows: Iterable[Mapping[str, str]]) -> Loaded:
        """Write each row as a source profile holding every attribute, null where the row is empty.

        ServiceError if a column is no attribute of Customer or CustomerId is missing, before anything is written.
        """
        loaded, numbered = Loaded(), enumerate(rows, 1)
        while batch := list(islice(numbered, BATCH)):
            profiles = {}
            for number, row in batch:
                record = {a.name: value_of(row.get(a.name), a) for a in model.instance.customer.attributes}
                unknown = {name: None for name in row if name not in record}
                checked = model.customers.check_record(record | unknown)
                if unknown and isinstance(checked, list):
                    raise ServiceError(*checked)
                if isinstance(checked, list):
                    loaded.rejected += [(number, fault) for fault in checked]
                elif not checked[CUSTOMER_ID]:
                    loaded.rejected.append((number, EMPTY_BODY("The row has no CustomerId.", "/CustomerId")))
                else:
                    profiles[checked[CUSTOMER_ID]] = checked
            await self._store.customers.write_profiles(model.instance.instance_id, profiles)
            loaded.written += len(profiles)
        return loaded


def value_of(text: str | None, attribute: Attribute) -> object:
    """Return the value a text stands for, null for an empty one; a text that stands for none is left as it is."""
    if not text:
        return None
    try:
        if attribute.data_type in _WHOLE:
            return int(text)
        if attribute.data_type in _NUMBERS:
            return float(text)
    except ValueError:
        return text
    if attribute.data_type == "Edm.Boolean":
        return _BOOLEANS.get(text.lower(), text)
    return text
