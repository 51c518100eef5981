"""Damaged CSV parts: no intact row is lost, none shows another's data, and nothing wrong goes without a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from source_parts import CUSTOMER, Read, head, ids, read
from support import SHARED

from function_app.domain.activity import key_text
from function_app.domain.entity import Attribute, Entity
from function_app.source.dialect import Dialect
from function_app.source.reader import Head
from function_app.source.rows import PartUnreadableError

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
    """A part that is right, with its rows by key: where each lies, and its record.

    `marks` are the keys that stand in no other row.
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
        """Return the rows that a damage does not touch, nor the line break before them."""
        return {
            key: record for key, (start, end, record) in self.rows.items() if damage.end < start or damage.start >= end
        }


def generated(rows: int = 60) -> Source:
    """A part of Customer with values of every kind, in which each row's id marks all its texts."""
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
    """Return whether a damage is told, and what a refresh would do wrong with the damaged part."""
    try:
        looked = head(damage.content, entity=source.entity)
        if looked.faults:
            return True, []
        found = read(damage.content, entity=source.entity)
    except PartUnreadableError:
        return True, []
    held = {*ids(damage.content, entity=source.entity), *map(source.key, found.records)}
    is_told = bool(found.rejections or found.doubts or looked.ignored or len(looked.absent) > len(_absent(source)))
    problems = [*_lost(source, damage, found, held), *_mixed(source, damage, found), *_untold(looked, damage, found)]
    return is_told, problems


def _absent(source: Source) -> list[str]:
    return list(head(source.content, entity=source.entity).absent)


def _lost(source: Source, damage: Damage, found: Read, held: set[str]) -> Iterator[str]:
    """Tell rows that are intact and would go, or are other than they were."""
    loaded: dict[str, list[Record]] = {}
    for record in found.records:
        loaded.setdefault(source.key(record), []).append(record)
    for key, record in source.intact(damage).items():
        if key not in held and not found.doubts:
            yield f"{key} is lost"
        if key in loaded and not any(other.items() <= record.items() for other in loaded[key]):
            yield f"{key} has changed to {loaded[key]}"


def _mixed(source: Source, damage: Damage, found: Read) -> Iterator[str]:
    """Tell records that hold what marks another, intact row."""
    marks = source.marks & source.intact(damage).keys()
    for record in found.records:
        words = {word for value in record.values() for word in _WORD.findall(str(value))}
        strange = marks.intersection(words) - {source.key(record)}
        by_chance = {
            mark for mark in strange if damage.content.count(mark.encode()) > source.content.count(mark.encode())
        }
        if strange - by_chance:
            yield f"{source.key(record)} holds data of {strange - by_chance}"


def _untold(looked: Head, damage: Damage, found: Read) -> Iterator[str]:
    """Tell a broken rule of CSV without a word, and rows that are there but not read."""
    rows = strictly(damage.content, (looked.delimiter or ",").encode())
    if rows is None:
        if not (found.rejections or found.doubts):
            yield "a broken rule is not told"
    elif len(found.records) + found.rejections != len(rows):
        yield f"{len(rows)} rows became {len(found.records)} and {found.rejections} rejected"


def strictly(content: bytes, delimiter: bytes) -> list[list[bytes]] | None:
    """Read CSV byte by byte, by RFC 4180 alone and without the header; None where a rule is broken."""
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
    """Damage every source so many times in all, and examine what becomes of its rows."""
    sources = [generated(), *map(northwind, KEYS if NORTHWIND.exists() else ())]
    told = wrong = 0
    for number, source in enumerate(sources):
        for damage in damages(source.content, number, count // len(sources)):
            is_told, problems = examine(source, damage)
            told += is_told
            wrong += bool(problems)
    if wrong:
        raise AssertionError(f"{wrong} of {count} damaged parts lose or mix rows, or say nothing")
    seen = f"{count:,} damages of {len(sources)} files in {len(CHANGES)} ways: 0 rows lost or mixed, {told:,} told"
    return Finding("a damaged snapshot loses no intact row and mixes none", seen)
