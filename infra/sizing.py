"""Costs: request units of each operation, and the monthly bill for 10 thousand to 100 million customers.

    python3 -m infra.sizing

Document sizes are measured on the sample instance's documents as the store writes them. Sizes and the number of
requests are compared with those that a Cosmos DB server receives (`tests/contract/test_sizing.py`).
"""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from statistics import mean
from typing import Any

from function_app.domain.access import Sender
from function_app.domain.activity import activity_of_record
from function_app.domain.definition import instance_of
from function_app.domain.fitting import Fitting
from function_app.domain.profile import Update
from function_app.domain.projection import Kept
from function_app.local.sample import write_sample
from function_app.services.content import canonical, digest
from function_app.store import documents, profile_documents
from infra.charges import Charge, create, creating, creating_with, querying, reading, replacing

SYSTEM_BYTES = 210  # _rid, _self, _etag, _attachments, _ts
INSTANCE = "11111111-1111-4111-8111-111111111111"
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SENDER = Sender(INSTANCE, "app")
MONTH, MINUTES = 730 * 3600, 730 * 60
LIVE_BYTES, UPDATED_TERMS = 900, 4  # what an update of three attributes adds to a profile, and changes in its index
QUEUES, LOOKS_AT_QUEUE = 2, MONTH  # refresh and webhooks; host.json has a worker look at each every second
INDEXED, PARTITION_BYTES = 1.3, 50e9  # size with index / size; capacity of a physical partition


@dataclass(frozen=True)
class Prices:
    """US dollars, list prices of East US as published in 2025; other regions and later prices differ."""

    serverless_million: float = 0.25
    autoscale_100_hour: float = 0.012
    stored_gb: float = 0.25
    executions_million: float = 0.40
    gb_second: float = 0.000026
    queue_10_000: float = 0.004
    logged_gb: float = 2.76


@dataclass(frozen=True)
class Workload:
    """The events of one customer in a month; replace the defaults by your own figures."""

    updates: float = 2
    activities: float = 4
    reads: float = 10
    timelines: float = 2
    lists: float = 0.1  # pages of 100 customers
    polls: float = 438_000  # by all flows: ten that poll each minute
    refreshes: float = 30
    changed_by_refresh: float = 4
    kept_activities: int = 30
    snapshot_activities: float = 30  # in each refresh: all; fewer if snapshots contain only new ones
    peak: float = 5  # busiest second / mean second
    hourly_peak: float = 2  # busiest second / mean second of an hour: autoscale bills the busiest
    telemetry_bytes: int = 500  # of a request, after sampling


def size_of(document: Mapping[str, Any]) -> int:
    return len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()) + SYSTEM_BYTES


def index_paths() -> dict[str, tuple[list[str], list[str]]]:
    """Return the indexed paths of each container and the excluded paths below them, from cosmos.bicep."""
    text = (Path(__file__).parent / "modules/cosmos.bicep").read_text(encoding="utf-8")
    found = re.findall(r"name: '(\w+)'\s+defaultTtl(.*?)notIndexed: \[(.*?)\]", text, re.DOTALL)
    return {name: (_paths(indexed), _paths(left)) for name, indexed, left in found}


def _paths(text: str) -> list[str]:
    return re.findall(r"path: '([^']+)'", text)


def terms(document: Mapping[str, Any], paths: tuple[list[str], list[str]]) -> int:
    """Return the number of a document's values that its container indexes."""
    indexed, left = ({path.rstrip("/*?[]") for path in some} for some in paths)
    return sum(
        any(path == top or path.startswith(f"{top}/") for top in indexed)
        for path in _leaves(document)
        if path not in left
    )


def _leaves(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, below in value.items():
            yield from _leaves(below, f"{path}/{name}")
    elif isinstance(value, list):
        for below in value:
            yield from _leaves(below, path)
    else:
        yield path


@dataclass(frozen=True)
class Measured:
    """Bytes and indexed terms of the sample's documents, on average."""

    profile: tuple[float, int]
    update: tuple[float, int]
    activity: tuple[float, int]
    key: tuple[float, int]


def measure() -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder))
        definition = json.loads((Path(folder) / "definition.json").read_text(encoding="utf-8"))
        rows = {path.parent.name: _rows(path) for path in Path(folder).glob("*/*.csv")}
    instance, customers = instance_of(INSTANCE, definition), rows.pop("Customer")
    found = [
        activity_of_record(row, digest(canonical(row)), entity, entity.activity, NOW + timedelta(days=30))
        for entity in instance.entities
        if entity.activity
        for row in rows[entity.qualified_name]
    ]
    fitting = Fitting(instance.customer)
    owner = customers[0]["CustomerId"] or ""
    joined = [replace(activity.joined(owner), caller=INSTANCE, principal=SENDER) for activity, _ in found]
    return Measured(
        _average([profile_documents.profile_document(INSTANCE, _kept(row, fitting)) for row in customers], "profiles"),
        _average([documents.update_document(INSTANCE, _update(row), NOW) for row in customers], "profiles"),
        _average([documents.activity_document(INSTANCE, activity, NOW) for activity in joined], "activities"),
        _average([documents.key_document(INSTANCE, key, joined[0].customer_id) for _, key in found], "keys"),
    )


def _rows(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: text or None for name, text in row.items()} for row in csv.DictReader(file)]


def _average(found: Sequence[Mapping[str, Any]], container: str) -> tuple[float, int]:
    paths = index_paths()[container]
    return mean(map(size_of, found)), round(mean(terms(document, paths) for document in found))


def _update(customer: Mapping[str, str | None]) -> Update:
    return Update(
        update_id=INSTANCE,
        customer_id=customer["CustomerId"] or "",
        attributes={name: customer[name] for name in ("City", "Street", "PostalCode")},
        occurred_at=NOW,
        received_at=NOW,
        valid_until=NOW + timedelta(hours=4),
        fingerprint=digest(canonical(customer)),
        caller=INSTANCE,
        principal=SENDER,
    )


def _kept(row: Mapping[str, str | None], fitting: Fitting) -> Kept:
    return Kept(row["CustomerId"] or "", row, form=fitting.form, loaded=fitting.form, digest="0" * 24)


def charges(measured: Measured, workload: Workload, customers: int = 1) -> list[Charge]:
    """Return every operation with its requests to the store, as charged with this number of customers."""
    load, profile, update = workload, measured.profile, measured.update
    activity, key = measured.activity, measured.key
    in_profiles, in_keys, in_activities = (_partitions(customers * held) for held in _held(measured, workload))
    laid_over = (profile[0] + LIVE_BYTES, UPDATED_TERMS)
    page = querying(*[activity[0]] * min(20, load.kept_activities))
    there = querying(profile[0], shared=8_192, partitions=in_profiles)
    known = (querying(profile[0], shared=200, partitions=in_profiles), there)
    old = querying(profile[0], shared=512, partitions=in_profiles)
    due = querying(laid_over[0], shared=200, partitions=in_profiles)
    listed = querying(*[profile[0]] * 100, partitions=in_profiles)
    found = (
        querying(key[0], shared=200, partitions=in_keys),
        querying(activity[0], shared=200, partitions=in_activities),
    )
    owner = (querying(key[0]), querying())  # the customer of the key, and the activities parked under it
    rows = load.refreshes * load.snapshot_activities
    return [
        Charge(
            "Update a profile", load.updates, (reading(profile[0]), creating_with(update, laid_over)), create(*update)
        ),
        Charge("Settle an update that ended", load.updates, (due, replacing(laid_over, "replace"))),
        Charge("Post an activity", load.activities, (*owner, creating(activity)), create(*activity)),
        Charge("Read a customer", load.reads, (reading(profile[0]),)),
        Charge("Read a timeline", load.timelines, (page,)),
        Charge(
            "List 100 customers",
            load.lists,
            (querying(partitions=in_profiles), listed, querying(partitions=in_profiles)),
        ),
        Charge("Refresh an unchanged profile", load.refreshes - load.changed_by_refresh, known),
        Charge(
            "Refresh a changed profile",
            load.changed_by_refresh,
            (*known, old, old, replacing((profile[0], 4), "replace")),
        ),
        Charge("Refresh an unchanged activity", max(0, rows - load.activities), found),
        Charge("Refresh an activity posted before", min(rows, load.activities), (*found, replacing((activity[0], 1)))),
        Charge("Poll a trigger", load.polls, (querying(partitions=in_profiles),), in_all=True),
        Charge("Look for ended updates", MINUTES, (querying(partitions=in_profiles),), in_all=True),
    ]


def _held(measured: Measured, workload: Workload) -> tuple[float, float, float]:
    """Return the bytes of one customer in profiles, keys and activities, including the index."""
    activities = workload.kept_activities * measured.activity[0]
    return INDEXED * measured.profile[0], INDEXED * 3 * measured.key[0], INDEXED * activities


def _partitions(held: float) -> int:
    return ceil(held / PARTITION_BYTES)


def bill(customers: int, measured: Measured, workload: Workload, prices: Prices) -> dict[str, float]:
    """Return the figures and dollars of a month for this number of customers."""
    found = charges(measured, workload, customers)
    calls = [(each, each.monthly * (1 if each.in_all else customers)) for each in found]
    units = sum(times * (each.units + each.expiry) for each, times in calls)
    own = workload.updates + workload.activities + workload.reads + workload.timelines + workload.lists
    requests = customers * own + workload.polls
    gigabytes = customers * sum(_held(measured, workload)) / 1e9
    mean_rate = units / MONTH
    most = max(1000.0, mean_rate * workload.peak, gigabytes * 10)  # the minimum of Cosmos DB is 10 RU/s per GB
    billed = max(most / 10, min(most, mean_rate * workload.hourly_peak))
    instances = 1 + requests / MONTH * workload.peak * 0.1 / 32  # 0.1 s per request, 32 concurrent
    busy = min(requests, instances * MONTH)  # a single request is billed 1 s; the instances are the limit
    return {
        "GB": gigabytes,
        "million RU": units / 1e6,
        "peak RU/s": mean_rate * workload.peak,
        "serverless": units / 1e6 * prices.serverless_million,
        "autoscale": billed / 100 * prices.autoscale_100_hour * 730,
        "storage": gigabytes * prices.stored_gb,
        "functions": requests / 1e6 * prices.executions_million + busy * 2 * prices.gb_second,
        "queues": QUEUES * LOOKS_AT_QUEUE / 10_000 * prices.queue_10_000,
        "telemetry": requests * workload.telemetry_bytes / 1e9 * prices.logged_gb,
    }


def _times(charge: Charge) -> str:
    return f"{charge.monthly:,} in all" if charge.in_all else f"{charge.monthly:g}"


def tables(workload: Workload, prices: Prices) -> str:
    """Return both tables as Markdown."""
    measured = measure()
    lines = ["| operation | times a month | requests of the store | RU | RU when it expires |", "|---|---|---|---|---|"]
    lines += [
        f"| {c.operation} | {_times(c)} | {', '.join(map(str, c.requests))} | {c.units:.1f} | {c.expiry:.1f} |"
        for c in charges(measured, workload)
    ]
    bills = [(customers, bill(customers, measured, workload, prices)) for customers in (10_000, 1_000_000, 100_000_000)]
    lines += ["", "| customers | " + " | ".join(bills[0][1]) + " |", "|---" * (len(bills[0][1]) + 1) + "|"]
    lines += [
        f"| {customers:,} | " + " | ".join(f"{v:,.0f}" for v in found.values()) + " |" for customers, found in bills
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(tables(Workload(), Prices()))
