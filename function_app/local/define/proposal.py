"""The proposal: a definition, the reasons for what it holds, and what is to be done to the files before a load."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from function_app.domain.entity import CUSTOMER, CUSTOMER_ID
from function_app.local.define import names
from function_app.local.define.attributes import Attributes, Member
from function_app.local.define.keys import activity_key, customer_ids, has_key_name, passed_over
from function_app.local.define.relations import Reference, find_customers, references
from function_app.local.define.source import Source
from function_app.local.define.tables import Table, read_tables
from function_app.services.refresh.problem import repeating_rows

_SURE = 0.9
_PARTS_OF_A_KEY = 2


class NothingToDefineError(Exception):
    """A folder from which no definition can be proposed; the message says why."""


@dataclass(slots=True)
class Proposal:
    """A definition with its reasons; `files` are those of each entity by qualified name, `commands` move them."""

    definition: Member
    reasons: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    files: dict[str, Sequence[Path]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Activity:
    """A table of activities: how it refers to a customer, and when and by which key each happened."""

    source: Source
    reference: Reference
    stamp: str
    key: tuple[str, ...]
    data_source: str
    name: str


def propose(folder: Path) -> Proposal:
    """Propose a definition from the files of a folder; NothingToDefineError if they hold no customers."""
    return _Proposer(folder).propose()


class _Proposer:
    def __init__(self, folder: Path) -> None:
        name = names.words(names.titled(folder.resolve().name))
        self._folder, self._found = folder, Proposal({"name": name, "entities": []})

    def propose(self) -> Proposal:
        tables, others = read_tables(self._folder)
        sources = [Source(table) for table in tables if table.rows]
        others += [f"{table.name} has no rows" for table in tables if not table.rows]
        ranked = list(find_customers(sources))
        if not ranked:
            others += [f"{source.table.name}: {why}" for source in sources for why in passed_over(source)]
            wanted = "a CSV or Parquet file with a column that has another value in each row"
            seen = f" Seen: {_sentence('; '.join(others))}" if others else ""
            raise NothingToDefineError(f"{self._folder} holds no file of customers: {wanted}.{seen}")
        customers, why = ranked[0]
        found = (self._activity(source, customers) for source in sources if source is not customers)
        activities = [activity for activity in found if activity]
        self._add_customers(customers, why, activities, is_only=len(ranked) == 1)
        for activity in activities:
            self._add_activity(activity)
        self._found.reasons += [_sentence(f"Left out: {each}") for each in others]
        return self._found

    def _activity(self, source: Source, customers: Source) -> _Activity | None:
        """Return what makes a table one of activities; None, with the reason, if something is missing."""
        pointing, table = references(source, customers), source.table
        columns = [each.column for each in pointing]
        key = activity_key(source, columns[0] if columns else None, columns[1:])
        if not pointing or not source.stamps or not key:
            lacking = [
                "" if pointing else f"no column holds a key of {customers.table.name}",
                "" if source.stamps else "no column has an instant or a date in nearly each row",
                "" if key else "no columns tell its rows apart",
            ]
            self._found.reasons.append(
                f"Left out: {table.name} holds no activities, as {', and '.join(filter(None, lacking))}."
            )
            return None
        data_source, _, name = table.name.partition("_")
        if table.is_loose or not name or names.identifier(table.name) != table.name:
            data_source, name = names.titled(self._folder.resolve().name), names.titled(table.name)
        return _Activity(source, pointing[0], source.stamps[0], key, data_source, name)

    def _add_customers(self, customers: Source, why: str, activities: Sequence[_Activity], *, is_only: bool) -> None:
        identity = customer_ids(customers)[0]
        keys = {activity.reference.key for activity in activities}
        attributes = Attributes(customers, {identity: CUSTOMER_ID}, {identity, *keys})
        reasons = [*_why_identity(customers, identity), *_repeats(customers, (identity,), CUSTOMER_ID)]
        for key in sorted(keys):
            name, pointing = attributes.name(key), [each for each in activities if each.reference.key == key]
            attributes.by_column[key]["keyOf"] = key_of = _key_of(key, pointing[0].data_source, name)
            listed = " and ".join(f"{each.reference.column} of {each.source.table.name}" for each in pointing)
            reasons.append(f"{name} has keyOf {key_of}, as its values are in {listed}; the name is free")
        if not is_only and customers.table.name != CUSTOMER:
            reasons.append(f"if another file holds the customers, move it into a folder named {CUSTOMER}")
        entity: Member = {"name": CUSTOMER, "entityType": "profile", "keys": [[CUSTOMER_ID]]}
        self._add(customers.table, entity, attributes, [why, *reasons])

    def _add_activity(self, activity: _Activity) -> None:
        source, reference = activity.source, activity.reference
        attributes = Attributes(source, {}, {reference.column, *activity.key} - {activity.stamp})
        attributes.make_timestamp(source, activity.stamp)
        stamp, column = attributes.name(activity.stamp), attributes.name(reference.column)
        key = [attributes.name(each) for each in activity.key]
        customer = self._found.definition["entities"][0]["attributes"]
        key_of = next(each["keyOf"] for each in customer if each.get("column", each["name"]) == reference.key)
        type_, is_told = names.activity_type(activity.name)
        mapping: Member = {"activityType": type_, "activityTypeDisplay": names.words(activity.name)}
        mapping["customer"] = {"attribute": column, "entity": key_of}
        others = [each for each in attributes.by_column if each not in {activity.stamp, reference.column}]
        if title := names.title_of(others):
            mapping["title"] = attributes.name(title)
        instead = [name for name in source.stamps if name != activity.stamp]
        repeats = _repeats(source, activity.key, "key")
        reasons = [
            f"its key is {' with '.join(key)}" + ("" if repeats else ": no two rows have the same"),
            *repeats,
            f"its timestamp is {stamp}" + (f"; {', '.join(instead)} would do too" if instead else ""),
            *_without_time(source, activity.stamp),
            f"{column} finds the customer: {reference.share:.0%} of its values are in '{reference.key}' of {CUSTOMER}",
            f"activityType is {type_}" + (", by its name" if is_told else "; write a type that makers know"),
            f"title is {mapping['title']}" if title else "it has no title: no column names what happened",
        ]
        if reference.share < _SURE:
            reasons.append("the activities of the other customers wait for them")
        entity: Member = {"name": activity.name, "dataSourceName": activity.data_source, "entityType": "activity"}
        entity |= {"keys": [key], "timestampAttribute": stamp, "activity": mapping}
        self._add(source.table, entity, attributes, reasons)

    def _add(self, table: Table, entity: Member, attributes: Attributes, reasons: Sequence[str]) -> None:
        entity |= {"encoding": table.encoding} if table.encoding else {}
        mapping = entity.pop("activity", None)
        entity |= {"attributes": attributes.listed()} | ({"activity": mapping} if mapping else {})
        self._found.definition["entities"].append(entity)
        named = f"{entity['dataSourceName']}_{entity['name']}" if "dataSourceName" in entity else entity["name"]
        rows = f"{table.rows:,} rows" if table.is_whole else f"judged by its first {table.rows:,} rows"
        holds = "activities" if mapping else "the customers"
        self._found.reasons.append(f"{named}: {table.name} holds {holds} ({rows}).")
        if table.is_loose and len(table.paths) > 1:
            listed = ", ".join(map(str, table.paths))
            reasons = [*reasons, f"{listed} have the same columns, so they are parts of one snapshot here"]
        self._found.reasons += [_sentence(f"  {reason}") for reason in (*reasons, *table.notes, *attributes.notes)]
        self._found.files[named] = table.paths
        self._found.commands += _moves(table, named, self._folder)


def _sentence(text: str) -> str:
    """Return a text with one full stop; what the reader of refreshes says has one."""
    return text if text.endswith(".") else f"{text}."


def _why_identity(customers: Source, identity: str) -> Iterator[str]:
    """Yield why a column of customers is the CustomerId, unless it is named so."""
    if has_key_name(customers, identity):
        if identity != CUSTOMER_ID:
            yield f"{CUSTOMER_ID} is the column '{identity}', by its name"
        return
    yield f"{CUSTOMER_ID} is the column '{identity}': another value in each row, but not the name of a key"
    yield from passed_over(customers)


def _repeats(source: Source, key: Sequence[str], name: str) -> list[str]:
    """Return what a refresh says of rows that repeat a key, if there are any."""
    count, some = source.repeated(key)
    return [repeating_rows("Rows", name, count, some)] if count else []


def _without_time(source: Source, stamp: str) -> Iterator[str]:
    """Yield how many rows would be rejected because they have no timestamp."""
    if count := source.without_time(stamp):
        some = f", like '{source.nearly[stamp].some[0]}'" if stamp in source.nearly else ""
        yield f"{count:,} of {source.table.rows:,} rows have no instant or date there{some}, and would be rejected"


def _key_of(key: str, data_source: str, name: str) -> str:
    """Return the source entity that a key is of: by its own name, or made of the first table that refers to it."""
    if key.count("_") >= _PARTS_OF_A_KEY:  # like Crm_Contacts_ContactId
        return names.identifier(key.rpartition("_")[0])
    whose = "" if name == CUSTOMER_ID else names.titled(name).removesuffix("Id").removesuffix("ID")
    return names.identifier(f"{data_source}_{whose or 'Customers'}")


def _moves(table: Table, named: str, folder: Path) -> Iterator[str]:
    """Yield the commands after which the files of a table lie where a load looks for them."""
    if table.is_loose:
        files = " ".join(shlex.quote(str(folder / path)) for path in table.paths)
        place = shlex.quote(str(folder / named))
        yield f"mkdir -p {place} && mv {files} {place}/"
    elif table.name != named:
        yield f"mv {shlex.quote(str(folder / table.name))} {shlex.quote(str(folder / named))}"
