"""Valid snapshots of customers to damage: a generated one, and pieces of the tables of Northwind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from support import SHARED

from .strict import Column, Record, read_text, records_of

NORTHWIND = SHARED / "data" / "northwind"
KEYS = {"customers": ("CustomerID",), "orders": ("OrderID",), "order_details": ("OrderID", "ProductID")}
ROWS = 40
_TYPES = {
    **dict.fromkeys(("OrderDate", "RequiredDate", "ShippedDate"), "Edm.Date"),
    **dict.fromkeys(("Freight", "UnitPrice", "Discount"), "Edm.Decimal"),
    **dict.fromkeys(("Quantity", "ShipVia"), "Edm.Int32"),
}
_NAMES = ("Ada", "Bo, the second", 'Cy "C" Berg', "Di\r\nlives here", "Æ 김", "", "x;y|z", "\\", "O'Brien", '"', "a\tb")
_KEY = "Contact"


@dataclass(frozen=True)
class Source:
    """A valid text of customers: `columns` are its attributes, the id first, in any order in the text."""

    name: str
    text: bytes
    columns: Sequence[Column]

    @cached_property
    def customers(self) -> Mapping[str, Record]:
        """The customers by id."""
        reading = read_text(self.text, b",", self.columns)
        if reading.faults or not reading.is_whole:
            raise ValueError(reading.faults)
        return {row.customer_id: row.record for row in reading.rows if row.record}

    @cached_property
    def records(self) -> Sequence[tuple[int, int, Sequence[bytes]]]:
        """Where each record begins and ends, the header's first, and its values."""
        found = [(at, cells) for at, cells in records_of(self.text, b",") if cells]
        return [(at, cells.end, cells.values) for at, cells in found]

    @cached_property
    def rows(self) -> Mapping[str, tuple[int, int]]:
        """Where the row of each customer begins and ends."""
        place = self.records[0][2].index(self.columns[0].column.encode())
        return {values[place].decode(): (start, end) for start, end, values in self.records[1:]}

    @property
    def definition(self) -> dict[str, Any]:
        """The definition of an instance that loads it; removals are limited only by what a snapshot lacks."""
        attributes = [
            {"name": each.attribute, "dataType": each.data_type, "column": each.column}
            | ({"maxLength": each.longest} if each.longest else {})
            | ({"keyOf": "Crm_Contacts"} if each.attribute == _KEY else {})
            for each in self.columns
        ]
        customer = {"name": "Customer", "entityType": "profile", "keys": [["CustomerId"]], "attributes": attributes}
        return {"name": self.name, "entities": [customer], "refresh": {"mostRemoved": 1, "mostRejected": 1}}


def generated(seed: int = 3, rows: int = ROWS) -> Source:
    """Return customers with values of every kind; all texts of a row contain its id."""
    random = Random(seed)  # noqa: S311  # no secret
    header = ("CustomerId", "FullName", "City", "Points", "Value", "BirthDate", "OptIn", "Notes", _KEY)
    lines = [",".join(header)]
    for number in range(rows):
        key, name = f"id{number:03}", random.choice(_NAMES)
        other = f"id{random.randrange(rows):03}"
        notes = random.choice(("", f"{key} note", f"{key}: {name}", f"{key}\n{other},x,y,1,1,2000-01-01,true,z,c-x\n"))
        texts = (key, name and f"{key} {name}", f"{key} City", str(number), str(number / 4), f"19{10 + number}-04-17")
        cells = (*texts, str(number % 2 == 0).lower(), notes, f"c-{key}")
        lines.append(",".join(in_quotes(cell) if random.random() < 0.3 else cell_of(cell) for cell in cells))
    types = {"Points": "Edm.Int32", "Value": "Edm.Decimal", "BirthDate": "Edm.Date", "OptIn": "Edm.Boolean"}
    columns = [Column(name, name, types.get(name, "Edm.String"), 60 if name == "FullName" else None) for name in header]
    return Source("generated", "\n".join([*lines, ""]).encode(), columns)


def northwind(table: str, seed: int = 0, rows: int = ROWS) -> Source:
    """Return some rows of a table, as customers; a key of two columns becomes one more column."""
    text = (NORTHWIND / f"{table}.csv").read_bytes()
    header, *found = (cells.values for _, cells in records_of(text, b",") if cells)
    start = Random(seed).randrange(max(len(found) - rows, 1))  # noqa: S311  # no secret
    names, key = [name.decode() for name in header], KEYS[table]
    records = [header, *found[start : start + rows]]
    if len(key) > 1:
        places = [names.index(name) for name in key]
        records = [[b"Key", *header], *([b"-".join(row[place] for place in places), *row] for row in records[1:])]
        names = ["Key", *names]
    id_column = "Key" if len(key) > 1 else key[0]
    others = [Column(f"A{name}", name, _TYPES.get(name, "Edm.String")) for name in names if name != id_column]
    columns = [Column("CustomerId", id_column), *others]
    lines = [b",".join(cell_of(cell.decode()).encode() for cell in row) for row in records]
    return Source(table, b"\n".join([*lines, b""]), columns)


def sources(seed: int) -> Iterator[Source]:
    """Yield a source of each kind that is there, with other rows for each seed."""
    yield generated(seed)
    for table in KEYS if NORTHWIND.exists() else ():
        yield northwind(table, seed)


def cell_of(text: str, delimiter: str = ",") -> str:
    """Return a value as CSV holds it, in quotes where it needs them."""
    return in_quotes(text) if set(text) & {delimiter, '"', "\r", "\n"} else text


def in_quotes(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
