"""The documents of usage: one for each instance, hour and worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from function_app.domain.instant import format_instant
from function_app.domain.usage import KEPT_DAYS, Series, Tally, UsageCount
from function_app.store.documents import Document


def usage_pk(instance_id: str, hour: datetime) -> str:
    return f"{instance_id}|{hour:%Y-%m-%d}"


def usage_pks(instance_id: str, start: datetime, end: datetime) -> list[str]:
    """Return the partition keys of the days from `start` to before `end`."""
    return [usage_pk(instance_id, day) for day in days(start, end - timedelta(microseconds=1))]


def days(first: datetime, last: datetime) -> list[datetime]:
    """Return an instant of each day from that of `first` to that of `last`."""
    return [first + timedelta(days=day) for day in range((last.date() - first.date()).days + 1)]


def usage_expiry(hour: datetime) -> datetime:
    """Return when the usage of an hour expires; in Cosmos DB the container's default TTL has this effect."""
    return hour + timedelta(days=KEPT_DAYS, hours=1)


def usage_document(instance_id: str, hour: datetime, worker: str, counts: Iterable[UsageCount]) -> Document:
    return {
        "id": f"{hour:%H}-{worker}",
        "pk": usage_pk(instance_id, hour),
        "kind": "usage",
        "hour": format_instant(hour),
        "counts": [
            {
                **series._asdict(),
                "count": tally.count,
                "failures": tally.failures,
                "bytesIn": tally.bytes_in,
                "bytesOut": tally.bytes_out,
                "latencies": {str(bucket): count for bucket, count in tally.latencies.items()},
            }
            for _, series, tally in counts
        ],
    }


def renamed(document: Mapping[str, Any], sender: str, name: str) -> Document | None:
    """Return the document with another name for a sender, as caller and as principal; None if it has no such sender."""
    counts = [
        {**found, **{member: name for member in ("caller", "principal") if found.get(member) == sender}}
        for found in document["counts"]
    ]
    return {**document, "counts": counts} if counts != document["counts"] else None


def counted_of(document: Mapping[str, Any]) -> Iterator[UsageCount]:
    hour = datetime.fromisoformat(document["hour"])
    for found in document["counts"]:
        series = Series(*(found.get(name) for name in Series._fields))
        latencies = Counter({int(bucket): count for bucket, count in found["latencies"].items()})
        yield UsageCount(
            hour, series, Tally(found["count"], found["failures"], found["bytesIn"], found["bytesOut"], latencies)
        )
