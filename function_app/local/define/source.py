"""A table with what its columns hold: types, instants, and how far their values tell rows apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from function_app.domain.entity import Attribute
from function_app.local.define.kinds import DATE, INSTANT, TEXT, Kind, kind_of
from function_app.local.define.nearly import Nearly, nearly_of
from function_app.local.define.tables import Table
from function_app.local.define.tolerance import most_odd
from function_app.source.columns import WHOLE, canonical, fits
from function_app.source.texts import is_text

_KEY_TYPES = WHOLE | {TEXT, "Edm.Guid"}
_SHOWN = 3


@dataclass(frozen=True)
class Source:
    """A table with what its columns hold."""

    table: Table

    @property
    def most_odd(self) -> int:
        """How many of its rows may be odd."""
        return most_odd(self.table.rows)

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """The types of the columns."""
        return {name: kind_of(column) for name, column in self.table.columns.items()}

    @cached_property
    def nearly(self) -> Mapping[str, Nearly]:
        """The types of the columns that are texts only because of a few values."""
        texts = [name for name, kind in self.kinds.items() if kind == Kind(TEXT) and is_written(self, name)]
        found = {name: nearly_of(self.table.columns[name], self.most_odd) for name in texts}
        return {name: nearly for name, nearly in found.items() if nearly}

    @cached_property
    def key_columns(self) -> Sequence[str]:
        """The columns that may hold keys, by their type."""
        return [name for name, kind in self.kinds.items() if kind.data_type in _KEY_TYPES]

    @cached_property
    def stamps(self) -> Sequence[str]:
        """The columns of instants or dates in all but a few rows, instants first."""
        times = {name: self.kind_of_time(name) for name in self.kinds}
        found = [name for name, kind in times.items() if kind and self.without_time(name) <= self.most_odd]
        return sorted(found, key=lambda name: times[name] == DATE)

    def kind_of_time(self, column: str) -> str | None:
        """Return the type of a column of instants or dates, as nearly all values have it; None for another one."""
        kind = self.nearly[column].kind if column in self.nearly else self.kinds[column]
        return kind.data_type if kind.data_type in {DATE, INSTANT} else None

    def without_time(self, column: str) -> int:
        """Return how many rows have no instant or date in a column of them."""
        wrong = self.nearly[column].rows if column in self.nearly else 0
        return int(self.table.columns[column].null_count) + wrong

    def odd(self, columns: Sequence[str]) -> int:
        """Return how many rows have no value in one of some columns, or the same values as another row."""
        if len(columns) == 1:
            return self.table.rows - int(pc.count_distinct(self.table.columns[columns[0]]).as_py())
        return self.table.rows - int(self._groups(columns).num_rows)

    def repeated(self, columns: Sequence[str]) -> tuple[int, list[str]]:
        """Count the rows that repeat the values of another row in some columns, and return some of the values."""
        groups = self._groups(columns)
        count = sum(groups["count_all"].to_pylist()) - groups.num_rows
        some = groups.filter(pc.greater(groups["count_all"], 1)).slice(0, _SHOWN).select([*columns]).to_pylist()
        return count, [" ".join(map(shown, row.values())) for row in some]

    def _groups(self, columns: Sequence[str]) -> pa.Table:
        """Return the different values of some columns, where each has one, with the number of their rows."""
        some = pa.table({name: self.table.columns[name] for name in columns}).drop_null()
        return some.group_by([*columns], use_threads=False).aggregate([([], "count_all")])

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


def is_written(source: Source, column: str) -> bool:
    """Return whether a column holds texts, which may have a format."""
    return is_text(source.table.columns[column].type)


def shown(value: object) -> str:
    """Return a value as it is shown."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
