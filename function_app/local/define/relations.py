"""How tables belong together: which one holds the customers, and which columns refer to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from function_app.domain.entity import CUSTOMER
from function_app.local.define import names
from function_app.local.define.keys import customer_ids, is_key
from function_app.local.define.source import Source
from function_app.source.columns import WHOLE

_PERSON_COLUMNS = 4
_SURE, _LIKELY, _OF_A_SAMPLE = 0.9, 0.5, 0.05


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of a table that holds a key of customers, and the share of its values that customers have."""

    column: str
    key: str
    share: float


def references(source: Source, customers: Source) -> list[Reference]:
    """Return the columns that refer to customers, the surest first."""
    least = _LIKELY if customers.table.is_whole else _OF_A_SAMPLE
    found = list[tuple[bool, int, Reference]]()
    keys = [name for name in customers.kinds if is_key(customers, name)]
    for column in source.key_columns:
        values = source.texts(column)
        for key in keys if len(values) else ():
            share = pc.mean(pc.is_in(values, value_set=customers.texts(key)).cast(pa.int8())).as_py()
            alike = names.similarity(column, key)
            if share >= least and (alike or (share >= _SURE and source.kinds[column].data_type not in WHOLE)):
                found.append((share >= _SURE, alike, Reference(column, key, share)))
    return [each for _, _, each in sorted(found, key=lambda each: (each[0], each[1], each[2].share), reverse=True)]


def find_customers(sources: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    """Yield the tables that may hold the customers, each with the reason, the likeliest first."""
    ranked = list[tuple[int, Source, str]]()
    for source in sources:
        if not customer_ids(source):
            continue
        others = [other for other in sources if other is not source]
        pointing = [other.table.name for other in others if any(references(other, source))]
        persons = [name for name in source.kinds if names.names_person(name)][:_PERSON_COLUMNS]
        named = names.names_customers(source.table.name)
        score = 4 * named + 2 * len(pointing) + len(persons) + 100 * (source.table.name == CUSTOMER)
        reasons = [
            "its name says so" if named else "",
            f"it has columns like {', '.join(persons)}" if persons else "",
            f"{' and '.join(pointing)} refer{'s' * (len(pointing) == 1)} to it" if pointing else "",
        ]
        ranked.append((score, source, "; ".join(filter(None, reasons)) or "it is the only one with a key"))
    for _, source, reason in sorted(ranked, key=lambda each: -each[0]):
        yield source, reason
