"""How tables belong together: the keys of each, which one holds the customers, and which column refers to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import pyarrow as pa
import pyarrow.compute as pc

from function_app.domain.entity import CUSTOMER, CUSTOMER_ID, Attribute
from function_app.local.define import names
from function_app.local.define.kinds import DATE, INSTANT, TEXT, Kind, kind_of
from function_app.local.define.tables import Table
from function_app.source.columns import WHOLE, canonical, fits
from function_app.source.texts import is_text

_KEY_TYPES = WHOLE | {TEXT, "Edm.Guid"}
_MOST_KEYS, _PERSON_COLUMNS = 3, 4
_SURE, _LIKELY, _OF_A_SAMPLE = 0.9, 0.5, 0.05


@dataclass(frozen=True)
class Source:
    """A table with what its columns hold."""

    table: Table

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The types of the columns."""
        return {name: kind_of(column) for name, column in self.table.columns.items()}

    @cached_property
    def key_columns(self) -> Sequence[str]:
        """The columns that may hold keys, without nulls, those with a key's name first."""
        columns = self.table.columns
        found = [
            name for name, kind in self.kinds.items() if kind.data_type in _KEY_TYPES and not columns[name].null_count
        ]
        return sorted(found, key=lambda name: not names.names_key(name))

    @cached_property
    def unique(self) -> Sequence[str]:
        """Those that have another value in each row, the likeliest key first."""
        own = names.plain(self.table.name.rpartition("_")[2]).removesuffix("s")
        found = [name for name in self.key_columns if self.is_unique((name,))]
        return sorted(found, key=lambda name: not (names.names_key(name) and own in names.plain(name)))

    @cached_property
    def primary_key(self) -> tuple[str, ...] | None:
        """The fewest columns that tell rows apart, None if up to three do not."""
        if self.unique:
            return (self.unique[0],)
        stamps = [name for name, kind in self.kinds.items() if kind.data_type in {DATE, INSTANT}]
        columns = [name for name in self.key_columns if names.names_key(name)] + stamps
        several = (some for count in range(2, _MOST_KEYS + 1) for some in combinations(columns[:8], count))
        return next((some for some in several if self.is_unique(some)), None)

    @cached_property
    def stamps(self) -> Sequence[str]:
        """The columns of instants or dates without nulls, instants first."""
        columns = self.table.columns
        found = [name for name, kind in self.kinds.items() if kind.data_type in {DATE, INSTANT}]
        filled = [name for name in found if not columns[name].null_count]
        return sorted(filled, key=lambda name: self.kinds[name].data_type == DATE)

    def is_unique(self, columns: Sequence[str]) -> bool:
        """Return whether the values of some columns together differ in each row."""
        if len(columns) == 1:
            return bool(pc.count_distinct(self.table.columns[columns[0]]).as_py() == self.table.rows)
        some = pa.table({name: self.table.columns[name] for name in columns})
        return bool(some.group_by([*columns]).aggregate([]).num_rows == self.table.rows)

    def texts(self, column: str) -> pa.Array:
        """Return the different values of a column as keys are written."""
        if column not in self._texts:
            values, attribute = pc.unique(self.table.columns[column]).drop_null(), Attribute("", TEXT, "")
            is_right = fits(values.type, attribute)
            self._texts[column] = canonical(values, attribute)[0] if is_right else pa.array([], pa.string())
        return self._texts[column]

    @cached_property
    def _texts(self) -> dict[str, pa.Array]:
        return {}


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
    keys = [name for name in customers.kinds if _is_key(customers, name)]
    for column, kind in source.kinds.items():
        if kind.data_type not in _KEY_TYPES:
            continue
        values = source.texts(column)
        for key in keys if len(values) else ():
            share = pc.mean(pc.is_in(values, value_set=customers.texts(key)).cast(pa.int8())).as_py()
            alike = names.similarity(column, key)
            if share >= least and (alike or (share >= _SURE and kind.data_type not in WHOLE)):
                found.append((share >= _SURE, alike, Reference(column, key, share)))
    return [each for _, _, each in sorted(found, key=lambda each: (each[0], each[1], each[2].share), reverse=True)]


def _is_key(customers: Source, column: str) -> bool:
    """Return whether a column of customers tells them apart, where it has a value."""
    values = customers.table.columns[column].drop_null()
    is_kind = customers.kinds[column].data_type in _KEY_TYPES and len(values)
    return bool(is_kind and pc.count_distinct(values).as_py() == len(values))


def find_customers(sources: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    """Yield the tables that may hold the customers, each with the reason, the likeliest first."""
    ranked = list[tuple[int, Source, str]]()
    for source in sources:
        if not source.unique:
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


def customer_key(customers: Source) -> str:
    """Return the column that holds the CustomerId: by its name, or the likeliest key."""
    wanted = names.plain(CUSTOMER_ID)
    return next((name for name in customers.unique if names.plain(name) == wanted), customers.unique[0])


def is_written(source: Source, column: str) -> bool:
    """Return whether a column holds texts, which may have a format."""
    return is_text(source.table.columns[column].type)
