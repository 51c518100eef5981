"""Damaged CSV parts: no intact row is lost, none has data of another row, and every damage is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from support import SHARED
from support.source_parts import CUSTOMER, Read, head, ids, read

from function_app.domain.activity import key_text
from function_app.domain.entity import Attribute, Entity
from function_app.source.dialect import Dialect
from function_app.source.files import PartUnreadableError
from function_app.source.reader import Head

from .damage import CHANGES, Damage, damages
from .finding import Finding

NORTHWIND = SHARED / "data" / "northwind"
KEYS = {"customers": ("CustomerID",), "orders": ("OrderID",), "order_details": ("OrderID", "ProductID")}
_TYPES = {"OrderDate": "Edm.Date", "Freight": "Edm.Decimal", "UnitPrice": "Edm.Decimal", "Quantity": "Edm.Int16"}
_NAMES = ("Ada", "Bo, the second", 'Cy "C" Berg', "Di\r\nlives here", "Æ 김", "", "x;y|z", "\\", "O'Brien", '"')
_WORD = re.compile(r"\w+")
Record = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A valid part with its rows by key: the position and the record of each.

    `marks` are the keys that occur in no other row.
    """

    name: str
    content: bytes
    entity: Entity
    rows: dict[str, tuple[int, int, Record]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = read(self.content, entity=self.entity)
        if found.rejections or found.doubts:
            raise ValueError(found)
        records = {self.key(record): record for record in found.records}
        places = [match.span() for match in Dialect(b",").record.finditer(self.content) if match[0]][1:]
        by_place = zip(places, found.records, strict=True)
        self.rows.update({self.key(record): (*place, records[self.key(record)]) for place, record in by_place})
        for key, (start, end, _) in self.rows.items():
            count = self.content.count(key.encode())
            if 0 < count == self.content.count(key.encode(), start, end):
                self.marks.add(key)

    def key(self, record: Mapping[str, Any]) -> str:
        return key_text(record.get(name) for name in self.entity.keys[0])

    def intact(self, damage: Damage) -> dict[str, Record]:
        """Return the rows that, with the line break before them, a damage does not affect."""
        return {
            key: record for key, (start, end, record) in self.rows.items() if damage.end < start or damage.start >= end
        }


def generated(rows: int = 60) -> Source:
    """Return a part of Customer with values of every kind, in which all texts of a row contain its id."""
    random, lines = Random(3), ["CustomerId,FullName,City,Points,Value,BirthDate,OptIn,Crm_Contacts_ContactId"]  # noqa: S311
    for number in range(rows):
        name, key = random.choice(_NAMES), f"id{number:03}"
        quoted = '"' + name.replace('"', '""') + '"' if set(name) & set(',"\r\n') or number % 3 == 0 else name
        city = f'"{key} City"' if number % 2 else f"{key} City"
        lines.append(f"{key},{quoted},{city},{number},{number / 4},19{10 + number}-04-17,{number % 2 == 0},c-{key}")
    return Source("generated", "\n".join([*lines, ""]).encode(), CUSTOMER)


def northwind(name: str) -> Source:
    content = (NORTHWIND / f"{name}.csv").read_bytes()
    columns = content.partition(b"\n")[0].decode().strip().split(",")
    attributes = tuple(Attribute(column, _TYPES.get(column, "Edm.String"), column) for column in columns)
    return Source(name, content, Entity(name, "activity", (KEYS[name],), attributes))


def examine(source: Source, damage: Damage) -> tuple[bool, list[str]]:
    """Return whether a damage is reported, and the errors of a refresh with the damaged part."""
    try:
        looked = head(damage.content, entity=source.entity)
        if looked.faults:
            return True, []
        found = read(damage.content, entity=source.entity)
    except PartUnreadableError:
        return True, []
    held = {*ids(damage.content, entity=source.entity), *map(source.key, found.records)}
    is_reported = bool(found.rejections or found.doubts or looked.ignored or len(looked.absent) > len(_absent(source)))
    problems = [
        *_lost(source, damage, found, held),
        *_mixed(source, damage, found),
        *_unreported(looked, damage, found),
    ]
    return is_reported, problems


def _absent(source: Source) -> list[str]:
    return list(head(source.content, entity=source.entity).absent)


def _lost(source: Source, damage: Damage, found: Read, held: set[str]) -> Iterator[str]:
    """Yield intact rows that would be removed or changed."""
    loaded: dict[str, list[Record]] = {}
    for record in found.records:
        loaded.setdefault(source.key(record), []).append(record)
    for key, record in source.intact(damage).items():
        if key not in held and not found.doubts:
            yield f"{key} is lost"
        if key in loaded and not any(other.items() <= record.items() for other in loaded[key]):
            yield f"{key} has changed to {loaded[key]}"


def _mixed(source: Source, damage: Damage, found: Read) -> Iterator[str]:
    """Yield records that contain the mark of another, intact row."""
    marks = source.marks & source.intact(damage).keys()
    for record in found.records:
        words = {word for value in record.values() for word in _WORD.findall(str(value))}
        strange = marks.intersection(words) - {source.key(record)}
        by_chance = {
            mark for mark in strange if damage.content.count(mark.encode()) > source.content.count(mark.encode())
        }
        if strange - by_chance:
            yield f"{source.key(record)} holds data of {strange - by_chance}"


def _unreported(looked: Head, damage: Damage, found: Read) -> Iterator[str]:
    """Yield an unreported violation of CSV, and rows that exist but are not read."""
    rows = strictly(damage.content, (looked.delimiter or ",").encode())
    if rows is None:
        if not (found.rejections or found.doubts):
            yield "a violation is not reported"
    elif len(found.records) + found.rejections != len(rows):
        yield f"{len(rows)} rows became {len(found.records)} and {found.rejections} rejected"


def strictly(content: bytes, delimiter: bytes) -> list[list[bytes]] | None:
    """Return the rows of CSV, read byte by byte by RFC 4180 only, without the header; None if a rule is broken."""
    rows, row, value, state = list[list[bytes]](), list[bytes](), bytearray(), "start"
    for byte in (content[place : place + 1] for place in range(len(content))):
        if byte == b'"' and state in {"start", "quoted", "closed"}:
            value += byte if state == "closed" else b""
            state = "closed" if state == "quoted" else "quoted"
        elif state == "quoted":
            value += byte
        elif byte in {b"\n", b"\r"}:
            if row or state != "start":
                rows.append([*row, bytes(value)])
            row, value, state = [], bytearray(), "start"
        elif byte == delimiter:
            row, value, state = [*row, bytes(value)], bytearray(), "start"
        elif byte == b'"' or state == "closed":
            return None
        else:
            value += byte
            state = "plain"
    is_right = state == "start" and not row and len({len(each) for each in rows}) == 1
    return rows[1:] if is_right else None


def damaged_snapshots(count: int) -> Finding:
    """Damage the sources this number of times in total, and examine the resulting rows."""
    sources = [generated(), *map(northwind, KEYS if NORTHWIND.exists() else ())]
    reported = wrong = 0
    for number, source in enumerate(sources):
        for damage in damages(source.content, number, count // len(sources)):
            is_reported, problems = examine(source, damage)
            reported += is_reported
            wrong += bool(problems)
    if wrong:
        raise AssertionError(f"{wrong} of {count} damaged parts lose or mix rows, or say nothing")
    seen = (
        f"{count:,} damages of {len(sources)} files in {len(CHANGES)} ways: 0 rows lost or mixed, {reported:,} reported"
    )
    return Finding("a damaged snapshot loses no intact row and mixes none", seen)
