"""The attributes of an entity: one for each column, by the type that its values have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from function_app.domain.entity import CLEAR
from function_app.local.define import names
from function_app.local.define.kinds import DATE, INSTANT, STANDARD_DATE, TEXT, Kind
from function_app.local.define.source import Source, is_written

MAX_COLUMN = 200
Member = dict[str, Any]


class Attributes:
    """The attributes of a table; `given` are names that columns must have, `keys` are columns that hold keys."""

    def __init__(self, source: Source, given: dict[str, str], keys: Iterable[str]) -> None:
        self.by_column, self.notes = dict[str, Member](), list[str]()
        keys = {*keys}
        for column, kind in source.kinds.items():
            if len(column) > MAX_COLUMN:
                self.notes.append(f"the column '{column[:40]}…' is left out: its name is too long")
                continue
            taken = [*given.values(), *(each["name"] for each in self.by_column.values())]
            name = given.get(column) or names.identifier(column, taken)
            name = name.title() if name == CLEAR else name
            found = Kind(TEXT) if column in keys or self._is_code(column, kind) else kind
            attribute: Member = {"name": name, "dataType": found.data_type}
            if name != column:
                attribute["column"] = column
                if column not in given:
                    attribute["friendlyName"] = column
            if found.format:
                attribute["format"] = found.format
            if found.doubt:
                self.notes.append(f"{name} {found.doubt}")
            if column in source.nearly and column not in keys:
                self.notes.append(f"{name} {_why_text(source, column)}")
            self.by_column[column] = attribute

    def name(self, column: str) -> str:
        """Return the name of a column's attribute."""
        return str(self.by_column[column]["name"])

    def listed(self) -> Sequence[Member]:
        """Return them in the order of their columns."""
        return list(self.by_column.values())

    def make_timestamp(self, source: Source, column: str) -> None:
        """Take a column as instants, dates as their midnights in UTC."""
        attribute = self.by_column[column]
        if column in source.nearly:
            self._forget(attribute)
            kind = source.nearly[column].kind
            attribute |= {"dataType": kind.data_type} | ({"format": kind.format} if kind.format else {})
            self.notes += [f"{attribute['name']} {kind.doubt}"] if kind.doubt else []
        if attribute["dataType"] == DATE:
            attribute["dataType"] = INSTANT
            self._forget(attribute)
            if is_written(source, column):
                attribute.setdefault("format", STANDARD_DATE)
                self.notes.append(f"{attribute['name']} has no time of day, so it gets midnight in UTC")

    def _forget(self, attribute: Member) -> None:
        """Take back what was noted of an attribute by its name."""
        self.notes = [note for note in self.notes if not note.startswith(f"{attribute['name']} ")]

    def _is_code(self, column: str, kind: Kind) -> bool:
        is_whole = kind.data_type in {"Edm.Int32", "Edm.Int64"}
        if is_whole and names.names_no_amount(column):
            self.notes.append(f"'{column}' holds whole numbers, but by its name they are no amounts: taken as texts")
            return True
        return False


def _why_text(source: Source, column: str) -> str:
    nearly = source.nearly[column]
    rows, type_ = f"{nearly.rows:,} of {source.table.rows:,} rows", nearly.kind.data_type
    format_ = f" with format {nearly.kind.format}" if nearly.kind.format else ""
    return f"is left a text: {rows} would be rejected as {type_}{format_}, like '{nearly.some[0]}'"
